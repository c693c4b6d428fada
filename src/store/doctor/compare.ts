import { isDeepStrictEqual } from 'node:util';
import { unpackText } from '../packed-text.ts';
import { stampOf } from '../stamp.ts';
import { type Column, tableNamed } from '../tables.ts';
import type { Row } from '../write/arrange.ts';

/** Something stored that is not what follows from the documents. */
export interface Difference {
  readonly table: string;
  /** The row's key columns, readable. */
  readonly row: string;
  /** What is wrong, for a person. */
  readonly problem: string;
}

export type StoredRow = Readonly<Record<string, unknown>>;

/** Columns that may be ahead of what the documents say, never behind. */
const AHEAD: ReadonlySet<string> = new Set(['last_seen_at']);

/** Compares the rows a table should have with those it has. `ignore` names columns that are not looked at. */
export function compareRows(
  table: string,
  expected: readonly Row[],
  stored: readonly StoredRow[],
  ignore: readonly string[] = [],
): Difference[] {
  const { columns, key } = tableNamed(table);
  const keyOf = (row: StoredRow) =>
    key
      .slice(2)
      .map((name) => String(row[name]))
      .join(' ');
  const packed = columns.filter((column) => column.type === 'bytes').map((column) => column.name);
  const left = new Map(stored.map((row) => [keyOf(row), packed.length === 0 ? row : unpacked(row, packed)]));
  const found: Difference[] = [];
  for (const values of expected) {
    const row: Record<string, unknown> = Object.fromEntries(
      columns.map((column, index) => [column.name, values[index]]),
    );
    const name = keyOf(row);
    const other = left.get(name);
    left.delete(name);
    if (other === undefined) {
      found.push({ table, row: name, problem: 'is missing' });
      continue;
    }
    // Of the text as it is stored, whose members may stand in another order.
    if ('stamp' in row) row['stamp'] = stampOf(String(other['summary']));
    for (const column of columns) {
      if (ignore.includes(column.name) || isRight(column, row[column.name], other[column.name])) continue;
      const problem = `${column.name} is ${short(other[column.name])}, should be ${short(row[column.name])}`;
      found.push({ table, row: name, problem });
    }
  }
  for (const name of left.keys()) found.push({ table, row: name, problem: 'should not be there' });
  return found;
}

/** Columns of bytes as the texts they hold. */
function unpacked(row: StoredRow, names: readonly string[]): StoredRow {
  return { ...row, ...Object.fromEntries(names.map((name) => [name, unpackText(row[name] as Uint8Array)])) };
}

function isRight(column: Column, expected: unknown, stored: unknown): boolean {
  if (expected === null || stored === null) return expected === stored;
  if (column.type === 'boolean') return Boolean(expected) === Boolean(stored);
  if (column.type === 'json' || column.type === 'bytes')
    return isDeepStrictEqual(JSON.parse(String(expected)), JSON.parse(String(stored)));
  if (AHEAD.has(column.name)) return Number(stored) >= Number(expected);
  return expected === stored;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
