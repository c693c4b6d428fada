/** Rows of one statement: more gain little and make its text long. */
const MOST_ROWS = 1_000;

/** An `insert ... values (one row)` taken apart around its row. */
export interface RowInsert {
  readonly head: string;
  /** Pieces between the placeholders of the row: one more than there are placeholders. */
  readonly pieces: readonly string[];
  /** Which parameter (from 0) stands at each placeholder. */
  readonly order: readonly number[];
  readonly tail: string;
}

/**
 * Takes an INSERT with one row of VALUES apart. `undefined` for any other statement, and for one that has
 * placeholders outside the row.
 */
export function parseRowInsert(sql: string): RowInsert | undefined {
  if (!/^\s*insert\s/i.test(sql)) return undefined;
  const values = /\bvalues\s*\(/i.exec(sql);
  if (!values) return undefined;
  const start = values.index + values[0].length - 1;
  const end = closing(sql, start);
  if (end === undefined) return undefined;
  const head = sql.slice(0, start);
  const tail = sql.slice(end + 1);
  if (/^\s*,/.test(tail) || /\$\d/.test(head) || /\$\d/.test(tail)) return undefined;
  const pieces: string[] = [];
  const order: number[] = [];
  let from = start;
  for (const match of sql.slice(start, end + 1).matchAll(/\$(\d+)/g)) {
    pieces.push(sql.slice(from, start + match.index));
    order.push(Number(match[1]) - 1);
    from = start + match.index + match[0].length;
  }
  pieces.push(sql.slice(from, end + 1));
  return order.length === 0 ? undefined : { head, pieces, order, tail };
}

/** The text for `count` rows. */
export function insertText(insert: RowInsert, count: number): string {
  const { head, pieces, order, tail } = insert;
  let next = 0;
  const row = (): string =>
    pieces.map((piece, index) => (index < order.length ? `${piece}$${++next}` : piece)).join('');
  return head + Array.from({ length: count }, row).join(', ') + tail;
}

/** The parameters of some rows, in the order of the placeholders of {@link insertText}. */
export function insertParameters(insert: RowInsert, rows: readonly (readonly unknown[])[]): unknown[] {
  return rows.flatMap((row) => insert.order.map((index) => row[index]));
}

/** How many rows fit into one statement. */
export function rowsPerStatement(insert: RowInsert, maxParameters: number): number {
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(maxParameters / insert.order.length)));
}

/** Where the bracket opened at `start` closes; texts in quotes do not count. */
function closing(sql: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < sql.length; at += 1) {
    const character = sql[at];
    if (character === "'" || character === '"') {
      at = sql.indexOf(character, at + 1);
      if (at < 0) return undefined;
    } else if (character === '(') depth += 1;
    else if (character === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}
