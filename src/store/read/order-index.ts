import { tableNamed } from '../tables.ts';
import type { OrderKey } from './order.ts';

/**
 * The index of a table that can be walked in (at least the first key of) an order, behind columns that are given; of
 * several the one that has most of the order. Undefined when there is none.
 */
export function orderIndex(table: string, given: readonly string[], keys: readonly OrderKey[]): string | undefined {
  if (keys.some((key) => key.over)) return undefined;
  const { columns, indexes } = tableNamed(table);
  if (!keys.every((key) => columns.some((column) => column.name === key.column))) return undefined;
  let best: { readonly name: string; readonly reach: number } | undefined;
  for (const index of indexes) {
    const behind = index.columns.slice(1);
    if (!given.every((column, at) => behind[at] === column)) continue;
    const reach = reachOf(behind.slice(given.length), keys);
    if (reach > (best?.reach ?? 0)) best = { name: index.name, reach };
  }
  return best?.name;
}

/** The index that finds a row by its id and has more of it than the key, so that conditions may not need the row. */
export function idIndex(table: string): string | undefined {
  const { key, indexes } = tableNamed(table);
  const found = ['project_no', ...key.filter((column) => column !== 'project_no' && column !== 'bucket'), 'bucket'];
  return indexes.find(
    ({ columns }) => columns.length > found.length && found.every((column, at) => columns[at] === column),
  )?.name;
}

/** How many keys of an order an index has, from its first column on. */
function reachOf(columns: readonly string[], keys: readonly OrderKey[]): number {
  const differs = keys.findIndex((key, at) => columns[at] !== key.column);
  return differs < 0 ? keys.length : differs;
}

/** Whether a list of several walks can be merged: all its keys go one way. */
export function goesOneWay(keys: readonly OrderKey[]): boolean {
  return keys.every((key) => key.direction === keys[0]!.direction);
}
