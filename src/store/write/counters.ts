import { tableNamed } from '../tables.ts';
import { byPlaces, type Row } from './arrange.ts';
import type { Session } from './session.ts';

/** Tables whose rows are counted by the label or tag they carry, and the entity they are counted for. */
const TAGGED: ReadonlyMap<string, { entity: string; key: number }> = new Map(
  (['image', 'placement', 'content'] as const).map((entity) => {
    const table = `${entity}_tag`;
    return [table, { entity, key: tableNamed(table).columns.findIndex((column) => column.name === 'key') }];
  }),
);
/** Entities whose rows are counted. */
const COUNTED: ReadonlySet<string> = new Set(['image', 'placement', 'content', 'container']);

interface Count {
  /** The counter's row without the count. */
  readonly row: readonly unknown[];
  delta: number;
}

type Nested = Map<string, Map<number, Map<string, Map<string, Count>>>>;

/** How rows that came and went change the counters of rows and of labels. */
export class Counters {
  /** By table, bucket, label key and value: millions of rows are counted, and no text is put together for them. */
  #tags: Nested = new Map();
  #rows = new Map<string, Count>();
  #size = 0;

  /** Counters touched. */
  get size(): number {
    return this.#size;
  }

  /** Counts a row that came (1) or went (-1), if rows of its table are counted. */
  count(table: string, row: Row, delta: 1 | -1): void {
    const tagged = TAGGED.get(table);
    if (tagged) {
      const { entity, key } = tagged;
      const buckets = inner(this.#tags, table, () => new Map());
      const keys = inner(buckets, row[1] as number, () => new Map());
      const of = inner(keys, row[key] as string, () => new Map());
      const value = row[key + 2] as string;
      const known = of.get(value);
      if (known) known.delta += delta;
      else {
        of.set(value, { row: [row[0], row[1], entity, ...row.slice(key, key + 4)], delta });
        this.#size += 1;
      }
    } else if (COUNTED.has(table)) {
      const text = `${row[1]}\0${table}`;
      const known = this.#rows.get(text);
      if (known) known.delta += delta;
      else this.#rows.set(text, { row: [row[0], row[1], table], delta });
    }
  }

  /** Takes what was counted so far out of here. */
  take(): Counters {
    const taken = new Counters();
    [taken.#tags, taken.#rows, taken.#size] = [this.#tags, this.#rows, this.#size];
    [this.#tags, this.#rows, this.#size] = [new Map(), new Map(), 0];
    return taken;
  }

  /** Adds what was counted to what is stored. */
  async write(session: Session): Promise<void> {
    const tags = [...this.#tags.values()].flatMap((buckets) =>
      [...buckets.values()].flatMap((keys) => [...keys.values()].flatMap((values) => [...values.values()])),
    );
    await write(session, 'tag_count', tags);
    await write(session, 'row_count', [...this.#rows.values()]);
  }
}

/** Adds to the counters in the order of their keys; label counters that come to nothing are removed. */
async function write({ statements, transaction }: Session, table: string, counts: readonly Count[]): Promise<void> {
  const { columns, key } = tableNamed(table);
  const places = key.map((name) => columns.findIndex((column) => column.name === name));
  const order = byPlaces(places);
  const changed = counts.filter(({ delta }) => delta !== 0).sort((a, b) => order(a.row, b.row));
  const add = statements.text(`count ${table}`, (db) =>
    db
      .insertInto(table)
      .values(Object.fromEntries(columns.map((column) => [column.name, ''])))
      .onConflict((conflict) =>
        conflict
          .columns([...key])
          .doUpdateSet((eb) => ({ count: eb(eb.ref(`${table}.count`), '+', eb.ref('excluded.count')) })),
      ),
  );
  await transaction.many(
    add,
    changed.map(({ row, delta }) => [...row, delta]),
  );
  if (table === 'row_count') return;
  const sweep = statements.text(`sweep ${table}`, (db) => {
    let query = db.deleteFrom(table).where('count', '=', 0);
    for (const name of key) query = query.where(name, '=', '');
    return query;
  });
  const fallen = changed.filter(({ delta }) => delta < 0);
  await transaction.many(
    sweep,
    fallen.map(({ row }) => [0, ...places.map((place) => row[place])]),
  );
}

/** The map of a key, made on first use. */
function inner<Key, Inner>(map: Map<Key, Inner>, key: Key, make: () => Inner): Inner {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
