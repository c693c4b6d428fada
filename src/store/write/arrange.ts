import { tableNamed } from '../tables.ts';

/** Values of one table row in the order of the table's columns. */
export type Row = readonly unknown[];

/**
 * A function that brings values in the order of `names` into the order of the table's columns.
 * @throws Error when the names are not exactly the table's columns: a field was added to the catalogue and not filled
 */
export function arranger(table: string, names: readonly string[]): (values: unknown[]) => Row {
  const columns = tableNamed(table).columns.map((column) => column.name);
  const missing = columns.filter((column) => !names.includes(column));
  const unknown = names.filter((name) => !columns.includes(name));
  if (missing.length > 0 || unknown.length > 0 || names.length !== columns.length) {
    throw new Error(
      `Rows of "${table}" are not complete: missing ${missing.join(', ') || 'nothing'}; unknown ${unknown.join(', ') || 'nothing'}.`,
    );
  }
  const places = columns.map((column) => names.indexOf(column));
  if (places.every((place, index) => place === index)) return (values) => values;
  return (values) => places.map((place) => values[place]);
}

/** Order by the values at some places: ids, texts by code unit, and numbers. */
export function byPlaces(places: readonly number[]): (a: Row, b: Row) => number {
  return (a, b) => {
    for (const place of places) {
      const left = a[place] as string | number;
      const right = b[place] as string | number;
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  };
}
