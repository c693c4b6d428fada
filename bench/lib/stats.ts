/** What a set of measured times says. Milliseconds. */
export interface Summary {
  readonly samples: number;
  readonly p50: number;
  readonly p95: number;
}

/** Median and 95th percentile (nearest rank). @throws Error without a single time */
export function summarize(times: readonly number[]): Summary {
  if (times.length === 0) throw new Error('Nothing was measured.');
  const sorted = [...times].sort((a, b) => a - b);
  return { samples: sorted.length, p50: rank(sorted, 0.5), p95: rank(sorted, 0.95) };
}

/** The median of some numbers. */
export function median(values: readonly number[]): number {
  return rank(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))]!;
}

/** Milliseconds as tables show them: three digits that mean something. */
export function ms(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A Markdown table. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}
