import { byText } from '../../domain/text.ts';
import { tableNamed } from '../tables.ts';
import type { Row } from './arrange.ts';
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

/** How rows that came and went change the counters of rows and of labels. */
export class Counters {
  #tags = new Map<string, Count>();
  #rows = new Map<string, Count>();

  /** Counters touched. */
  get size(): number {
    return this.#tags.size + this.#rows.size;
  }

  /** Counts a row that came (1) or went (-1), if rows of its table are counted. */
  count(table: string, row: Row, delta: 1 | -1): void {
    const tagged = TAGGED.get(table);
    if (tagged) {
      const { entity, key } = tagged;
      const text = `${row[1]}\0${entity}\0${row[key]}\0${row[key + 2]}`;
      const known = this.#tags.get(text);
      if (known) known.delta += delta;
      else this.#tags.set(text, { row: [row[0], row[1], entity, ...row.slice(key, key + 4)], delta });
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
    [taken.#tags, taken.#rows] = [this.#tags, this.#rows];
    [this.#tags, this.#rows] = [new Map(), new Map()];
    return taken;
  }

  /** Adds what was counted to what is stored. */
  async write(session: Session): Promise<void> {
    await write(session, 'tag_count', this.#tags);
    await write(session, 'row_count', this.#rows);
  }
}

/** Adds to the counters in the order of their keys; label counters that come to nothing are removed. */
async function write(
  { statements, transaction }: Session,
  table: string,
  counts: ReadonlyMap<string, Count>,
): Promise<void> {
  const changed = [...counts].filter(([, { delta }]) => delta !== 0).sort((a, b) => byText(a[0], b[0]));
  const { columns, key } = tableNamed(table);
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
    changed.map(([, { row, delta }]) => [...row, delta]),
  );
  if (table === 'row_count') return;
  const places = key.map((name) => columns.findIndex((column) => column.name === name));
  const sweep = statements.text(`sweep ${table}`, (db) => {
    let query = db.deleteFrom(table).where('count', '=', 0);
    for (const name of key) query = query.where(name, '=', '');
    return query;
  });
  const fallen = changed.filter(([, { delta }]) => delta < 0);
  await transaction.many(
    sweep,
    fallen.map(([, { row }]) => [0, ...places.map((place) => row[place])]),
  );
}
