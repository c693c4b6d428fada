/**
 * Rows on their way from a worker to the main thread. Copying a message costs by the value, so a result travels as
 * one array of numbers and one text instead of some hundred values: measured, a third less time of the main thread
 * for a page of 25 rows, and half for 1000.
 */

/** Columns that hold neither only numbers nor only text (blobs, mixtures) make the whole result travel as it is. */
export type PackedRows =
  | { readonly rows: readonly (readonly unknown[])[] }
  | {
      /** Whether a column is text: its numbers are lengths then, -1 for null. */
      readonly texts: readonly boolean[];
      /** Row by row; NaN is null (SQLite has no NaN of its own). */
      readonly numbers: Float64Array;
      /** All texts, one after the other. */
      readonly text: string;
    };

/**
 * Packs rows given as arrays of values; `bigint` becomes the nearest number.
 * @param width number of columns
 */
export function packRows(width: number, rows: readonly (readonly unknown[])[]): PackedRows {
  const texts = Array.from({ length: width }, (_, index) => rows.some((row) => typeof row[index] === 'string'));
  const numbers = new Float64Array(rows.length * width);
  const parts: string[] = [];
  let at = 0;
  for (const row of rows) {
    for (let index = 0; index < width; index += 1) {
      const value = row[index];
      if (texts[index]) {
        if (typeof value === 'string') {
          parts.push(value);
          numbers[at] = value.length;
        } else if (value === null) numbers[at] = -1;
        else return { rows: rows.map((each) => each.map(plain)) };
      } else if (typeof value === 'number') numbers[at] = value;
      else if (value === null) numbers[at] = Number.NaN;
      else if (typeof value === 'bigint') numbers[at] = Number(value);
      else return { rows: rows.map((each) => each.map(plain)) };
      at += 1;
    }
  }
  return { texts, numbers, text: parts.join('') };
}

/**
 * Texts shorter than `part` are copied out of an answer longer than `whole`: whoever keeps one (a position, a label)
 * would else keep the whole answer alive. Longer ones are documents, which are read and dropped; a short answer is not
 * worth the time.
 */
const OWN = { part: 256, whole: 32_768 };

function ownText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** The rows as objects, one property a column. */
export function unpackRows<R>(columns: readonly string[], packed: PackedRows): R[] {
  const width = columns.length;
  if ('rows' in packed) return rowObjects<R>(columns, packed.rows);
  const { texts, numbers, text } = packed;
  const rows: R[] = [];
  let start = 0;
  for (let at = 0; at < numbers.length; ) {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < width; index += 1, at += 1) {
      const number = numbers[at]!;
      if (!texts[index]) row[columns[index]!] = Number.isNaN(number) ? null : number;
      else if (number < 0) row[columns[index]!] = null;
      else {
        const part = text.slice(start, start + number);
        row[columns[index]!] = number < OWN.part && text.length > OWN.whole ? ownText(part) : part;
        start += number;
      }
    }
    rows.push(row as R);
  }
  return rows;
}

/** Rows given as arrays of values as objects, one property a column; `bigint` becomes the nearest number. */
export function rowObjects<R>(columns: readonly string[], rows: readonly (readonly unknown[])[]): R[] {
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < columns.length; index += 1) row[columns[index]!] = plain(values[index]);
    return row as R;
  });
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
