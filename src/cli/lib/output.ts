import { styleText } from 'node:util';

/** Where a command writes. Tests give their own. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
  /** Whether errors go to a terminal, so that a progress line may be redrawn. */
  readonly interactive: boolean;
}

/** The process's own streams. */
export const CONSOLE: Output = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  interactive: process.stderr.isTTY === true,
};

/** A plain table: columns as wide as their widest cell, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const numeric = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  return `${[styleText('bold', lines[0]!, { stream: process.stdout }), ...lines.slice(1)].join('\n')}\n`;
}

/** Bytes as people read them, in powers of ten; a dash when not known. */
export function bytes(value: number | null): string {
  if (value === null) return '-';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let rest = value;
  let unit = 0;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${units[unit]}`;
}

/** A line on a terminal that is drawn over itself; on anything else nothing until `end`. */
export class ProgressLine {
  readonly #output: Output;
  #drawn = false;

  constructor(output: Output) {
    this.#output = output;
  }

  show(text: string): void {
    if (!this.#output.interactive) return;
    this.#output.err(`\r\u001b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    this.#drawn = true;
  }

  end(text: string): void {
    this.#output.err(`${this.#drawn ? '\r\u001b[K' : ''}${text}\n`);
    this.#drawn = false;
  }
}
