import { tableNamed } from '../tables.ts';
import { byPlaces, type Row } from './arrange.ts';
import type { Session } from './session.ts';

/** Entities whose rows are counted. */
const COUNTED: ReadonlySet<string> = new Set(['image', 'placement', 'content', 'container']);

/** Columns of the dictionary that count, at the end of its rows. */
const TAG_COUNTS = ['image_count', 'placement_count', 'content_count'] as const;

interface Count {
  /** The counter's row without the counts. */
  readonly row: readonly unknown[];
  readonly deltas: number[];
}

/** How rows that came and went change the counters of rows and of labels. */
export class Counters {
  /** By bucket and id: millions of rows are counted, and no text is put together for them. */
  #tags = new Map<number, Map<string, Count>>();
  #rows = new Map<string, Count>();
  #size = 0;

  /** Counters touched. */
  get size(): number {
    return this.#size;
  }

  /**
   * Counts a row that came (1) or went (-1), if rows of its table are counted. A row of `tag_count` says by how much
   * an image or a content adds to each of its counts.
   */
  count(table: string, row: Row, sign: 1 | -1): void {
    if (table === 'tag_count') {
      const of = inner(this.#tags, row[1] as number, () => new Map<string, Count>());
      const text = row.slice(0, -TAG_COUNTS.length);
      const added = row.slice(-TAG_COUNTS.length) as number[];
      const known = of.get(row[2] as string);
      if (known) for (const [index, n] of added.entries()) known.deltas[index]! += sign * n;
      else {
        of.set(row[2] as string, { row: text, deltas: added.map((n) => sign * n) });
        this.#size += 1;
      }
    } else if (COUNTED.has(table)) {
      const text = `${row[1]}\0${table}`;
      const known = this.#rows.get(text);
      if (known) known.deltas[0]! += sign;
      else this.#rows.set(text, { row: [row[0], row[1], table], deltas: [sign] });
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
    const tags = [...this.#tags.values()].flatMap((of) => [...of.values()]);
    const fallen = await add(session, 'tag_count', TAG_COUNTS, tags);
    await add(session, 'row_count', ['count'], [...this.#rows.values()]);
    const { statements, transaction } = session;
    const { key } = tableNamed('tag_count');
    const sweep = statements.text('sweep tag_count', (db) => {
      let query = db.deleteFrom('tag_count');
      for (const name of [...TAG_COUNTS, ...key]) query = query.where(name, '=', '');
      return query;
    });
    await transaction.many(
      sweep,
      fallen.map(({ row }) => [...TAG_COUNTS.map(() => 0), ...row.slice(0, key.length)]),
    );
  }
}

/** Adds to the counters in the order of their keys. @returns those that may have come to nothing */
async function add(
  { statements, transaction }: Session,
  table: string,
  counting: readonly string[],
  counts: readonly Count[],
): Promise<readonly Count[]> {
  const { columns, key } = tableNamed(table);
  const order = byPlaces(key.map((name) => columns.findIndex((column) => column.name === name)));
  const changed = counts.filter(({ deltas }) => deltas.some((delta) => delta !== 0));
  changed.sort((a, b) => order(a.row, b.row));
  const sql = statements.text(`count ${table}`, (db) =>
    db
      .insertInto(table)
      .values(Object.fromEntries(columns.map((column) => [column.name, ''])))
      .onConflict((conflict) =>
        conflict
          .columns([...key])
          .doUpdateSet((eb) =>
            Object.fromEntries(
              counting.map((name) => [name, eb(eb.ref(`${table}.${name}`), '+', eb.ref(`excluded.${name}`))]),
            ),
          ),
      ),
  );
  await transaction.many(
    sql,
    changed.map(({ row, deltas }) => [...row, ...deltas]),
  );
  return changed.filter(({ deltas }) => deltas.some((delta) => delta < 0));
}

/** The map of a key, made on first use. */
function inner<Key, Inner>(map: Map<Key, Inner>, key: Key, make: () => Inner): Inner {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
