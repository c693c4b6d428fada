import type { Micros } from '../../domain/time.ts';
import { TABLES, tableNamed } from '../tables.ts';
import { byPlaces, type Row } from './arrange.ts';
import { Counters } from './counters.ts';
import type { RowSet } from './image-rows.ts';
import type { Sightings } from './load-records.ts';
import type { Session } from './session.ts';

interface TableShape {
  /** Places of the key's columns after project and bucket, for telling rows apart. */
  readonly key: readonly number[];
  readonly places: ReadonlyMap<string, number>;
  /** Place of the column whose text is stored packed: the one of bytes. */
  readonly packed: number | undefined;
}

const SHAPES: ReadonlyMap<string, TableShape> = new Map(
  TABLES.map((table) => {
    const places = new Map(table.columns.map((column, index) => [column.name, index]));
    const key = table.key.filter((name) => name !== 'project_no' && name !== 'bucket').map((name) => places.get(name)!);
    const bytes = table.columns.find((column) => column.type === 'bytes');
    return [table.name, { key, places, packed: bytes && places.get(bytes.name) }];
  }),
);

/**
 * What one transaction changes, collected row by row: the difference between the rows an image (or content) had and
 * those it has now, and what that does to the counters.
 */
export class Changes {
  readonly #upserts = new Map<string, Row[]>();
  readonly #removals = new Map<string, Row[]>();
  readonly #counters: Counters;
  readonly #at: Micros;
  readonly #seen: Sightings;
  readonly #ownsCounters: boolean;

  /**
   * @param at when references that go are closed
   * @param seen when they were last seen, where that is known better than by their rows
   * @param counters where rows are counted; those given are written by whoever gives them
   */
  constructor(at: Micros, seen: Sightings = new Map(), counters?: Counters) {
    this.#at = at;
    this.#seen = seen;
    this.#counters = counters ?? new Counters();
    this.#ownsCounters = counters === undefined;
  }

  /** Replaces one set of rows by another; rows that are equal are left alone. */
  replace(before: RowSet | undefined, after: RowSet | undefined): void {
    for (const table of new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])) {
      if (table === 'tag_count') {
        for (const row of after?.get(table) ?? []) this.#counters.count(table, row, 1);
        for (const row of before?.get(table) ?? []) this.#counters.count(table, row, -1);
        continue;
      }
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
    this.#counters.count(table, row, 1);
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
    this.#counters.count(table, row, -1);
  }

  /**
   * Writes everything: per table in a fixed order, rows in the order of their keys.
   * @param fresh no row of these keys is there yet
   */
  async write(session: Session, fresh = false): Promise<void> {
    const { statements, transaction } = session;
    const running: Promise<unknown>[] = [];
    for (const { name } of TABLES) {
      const removals = this.#removals.get(name);
      if (removals)
        running.push(
          transaction.many(statements.remove(name), removals.sort(byPlaces(removals[0]!.map((_, index) => index)))),
        );
      const upserts = this.#upserts.get(name);
      if (!upserts) continue;
      const { key, packed } = shapeOf(name);
      const sql = fresh ? statements.insert(name) : statements.upsert(name);
      running.push(transaction.many(sql, upserts.sort(byPlaces(key)), packed));
    }
    if (this.#ownsCounters) running.push(this.#counters.write(session));
    await Promise.all(running);
  }
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

function push(into: Map<string, Row[]>, table: string, row: Row): void {
  const list = into.get(table);
  if (list) list.push(row);
  else into.set(table, [row]);
}
