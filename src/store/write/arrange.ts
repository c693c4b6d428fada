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

/** The values of a row at some columns. */
export function picker(table: string, names: readonly string[]): (row: Row) => unknown[] {
  const columns = tableNamed(table).columns.map((column) => column.name);
  const places = names.map((name) => columns.indexOf(name));
  if (places.includes(-1)) throw new Error(`"${table}" has not all of the columns ${names.join(', ')}.`);
  return (row) => places.map((place) => row[place]);
}
