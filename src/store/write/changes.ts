import { byText } from '../../domain/text.ts';
import type { Micros } from '../../domain/time.ts';
import { TABLES, tableNamed } from '../tables.ts';
import type { Row } from './arrange.ts';
import type { RowSet } from './image-rows.ts';
import type { Sightings } from './load-records.ts';
import type { Session } from './session.ts';

/** Tables whose rows are counted by the label or tag they carry, and the entity they are counted for. */
const TAGGED: ReadonlyMap<string, string> = new Map([
  ['image_tag', 'image'],
  ['placement_tag', 'placement'],
  ['content_tag', 'content'],
]);
/** Entities whose rows are counted. */
const COUNTED: ReadonlySet<string> = new Set(['image', 'placement', 'content', 'container']);

interface TableShape {
  /** Places of the key's columns after project and bucket, for telling rows apart. */
  readonly key: readonly number[];
  readonly places: ReadonlyMap<string, number>;
}

const SHAPES: ReadonlyMap<string, TableShape> = new Map(
  TABLES.map((table) => {
    const places = new Map(table.columns.map((column, index) => [column.name, index]));
    const key = table.key.filter((name) => name !== 'project_id' && name !== 'bucket').map((name) => places.get(name)!);
    return [table.name, { key, places }];
  }),
);

/**
 * What one transaction changes, collected row by row: the difference between the rows an image (or content) had and
 * those it has now, and what that does to the counters.
 */
export class Changes {
  readonly #upserts = new Map<string, Row[]>();
  readonly #removals = new Map<string, Row[]>();
  readonly #tags = new Map<string, { row: unknown[]; delta: number }>();
  readonly #counts = new Map<string, { row: unknown[]; delta: number }>();
  readonly #at: Micros;
  readonly #seen: Sightings;

  /**
   * @param at when references that go are closed
   * @param seen when they were last seen, where that is known better than by their rows
   */
  constructor(at: Micros, seen: Sightings = new Map()) {
    this.#at = at;
    this.#seen = seen;
  }

  /** Replaces one set of rows by another; rows that are equal are left alone. */
  replace(before: RowSet | undefined, after: RowSet | undefined): void {
    for (const table of new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])) {
      this.#replaceRows(table, before?.get(table) ?? [], after?.get(table) ?? []);
    }
  }

  /** Writes a row whatever was there, without counting it: for sightings and heads. */
  put(table: string, row: Row): void {
    push(this.#upserts, table, row);
  }

  /** Removes a row by its key columns, without counting it. */
  drop(table: string, key: Row): void {
    push(this.#removals, table, key);
  }

  #replaceRows(table: string, before: readonly Row[], after: readonly Row[]): void {
    if (before.length === 0) {
      for (const row of after) this.#add(table, row);
      return;
    }
    const { key } = shapeOf(table);
    const left = new Map(before.map((row) => [keyText(row, key), row]));
    for (const row of after) {
      const text = keyText(row, key);
      const old = left.get(text);
      left.delete(text);
      if (old === undefined) this.#add(table, row);
      else if (!isEqual(old, row)) push(this.#upserts, table, row);
    }
    for (const row of left.values()) this.#remove(table, row);
  }

  #add(table: string, row: Row): void {
    push(this.#upserts, table, row);
    this.#tally(table, row, 1);
  }

  #remove(table: string, row: Row): void {
    const { places } = shapeOf(table);
    if (table === 'reference') {
      // What was a name stays on record, closed.
      const closed = [...row];
      const key = ['image_id', 'registry', 'repository', 'tag_key'].map((name) => row[places.get(name)!]).join('\0');
      const seenAt = places.get('last_seen_at')!;
      closed[seenAt] = Math.max(Number(row[seenAt]), this.#seen.get(key) ?? 0);
      closed[places.get('closed_at')!] = this.#at;
      closed[places.get('sources')!] = '[]';
      push(this.#upserts, table, closed);
      return;
    }
    push(
      this.#removals,
      table,
      tableNamed(table).key.map((name) => row[places.get(name)!]),
    );
    this.#tally(table, row, -1);
  }

  /** Counts a row that came or went. */
  #tally(table: string, row: Row, delta: number): void {
    const { places } = shapeOf(table);
    const entity = TAGGED.get(table);
    if (entity !== undefined) {
      const at = places.get('key')!;
      add(this.#tags, `${row[1]}\0${entity}\0${row[at]}\0${row[at + 2]}`, delta, () => [
        row[0],
        row[1],
        entity,
        ...row.slice(at, at + 4),
      ]);
    }
    if (COUNTED.has(table)) add(this.#counts, `${row[1]}\0${table}`, delta, () => [row[0], row[1], table]);
  }

  /** Writes everything: per table in a fixed order, rows in the order of their keys. */
  async write(session: Session): Promise<void> {
    const { statements, transaction } = session;
    const running: Promise<unknown>[] = [];
    for (const { name } of TABLES) {
      const removals = this.#removals.get(name);
      if (removals)
        running.push(
          transaction.many(statements.remove(name), removals.sort(byKey(removals[0]!.map((_, index) => index)))),
        );
      const upserts = this.#upserts.get(name);
      if (upserts) running.push(transaction.many(statements.upsert(name), upserts.sort(byKey(shapeOf(name).key))));
    }
    running.push(writeCounts(session, 'tag_count', ['entity', 'key', 'value'], this.#tags));
    running.push(writeCounts(session, 'row_count', ['entity'], this.#counts));
    await Promise.all(running);
  }
}

type Tally = ReadonlyMap<string, { readonly row: readonly unknown[]; readonly delta: number }>;

async function writeCounts(
  { statements, transaction }: Session,
  table: string,
  key: readonly string[],
  tally: Tally,
): Promise<void> {
  const changed = [...tally].filter(([, { delta }]) => delta !== 0).sort((a, b) => byText(a[0], b[0]));
  if (changed.length === 0) return;
  const sql = statements.text(`count ${table}`, (db) =>
    db
      .insertInto(table)
      .values(Object.fromEntries(tableNamed(table).columns.map((column) => [column.name, ''])))
      .onConflict((conflict) =>
        conflict.columns(['project_id', 'bucket', ...key]).doUpdateSet((eb) => ({
          count: eb(eb.ref(`${table}.count`), '+', eb.ref('excluded.count')),
        })),
      ),
  );
  const counted = transaction.many(
    sql,
    changed.map(([, { row, delta }]) => [...row, delta]),
  );
  const fallen = changed.filter(([, { delta }]) => delta < 0).map(([, { row }]) => row);
  if (fallen.length === 0 || table === 'row_count') return void (await counted);
  const { places } = shapeOf(table);
  const keys = tableNamed(table).key.map((name) => places.get(name)!);
  const sweep = statements.text(`sweep ${table}`, (db) => {
    let query = db.deleteFrom(table).where('count', '=', 0);
    for (const name of tableNamed(table).key) query = query.where(name, '=', '');
    return query;
  });
  await Promise.all([
    counted,
    transaction.many(
      sweep,
      fallen.map((row) => [0, ...keys.map((place) => row[place])]),
    ),
  ]);
}

function shapeOf(table: string): TableShape {
  const shape = SHAPES.get(table);
  if (!shape) throw new Error(`There is no table "${table}".`);
  return shape;
}

function keyText(row: Row, key: readonly number[]): string {
  let text = '';
  for (const place of key) text += `${row[place]}\0`;
  return text;
}

function isEqual(a: Row, b: Row): boolean {
  for (let index = 0; index < a.length; index += 1) {
    if (a[index] !== b[index]) return false;
  }
  return true;
}

function byKey(places: readonly number[]): (a: Row, b: Row) => number {
  return (a, b) => {
    for (const place of places) {
      const left = a[place] as string | number;
      const right = b[place] as string | number;
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  };
}

function push(into: Map<string, Row[]>, table: string, row: Row): void {
  const list = into.get(table);
  if (list) list.push(row);
  else into.set(table, [row]);
}

function add(
  tally: Map<string, { row: unknown[]; delta: number }>,
  key: string,
  delta: number,
  row: () => unknown[],
): void {
  const known = tally.get(key);
  if (known) known.delta += delta;
  else tally.set(key, { row: row(), delta });
}
