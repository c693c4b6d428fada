import { type Conditions, conditionLines } from './conditions.ts';
import { markdown } from './stats.ts';

/** What bench/fill.ts found. */
export interface FillResults {
  readonly bench: 'fill';
  readonly conditions: Conditions;
  readonly images: number;
  readonly containers: number;
  readonly seconds: number;
  /** MiB. */
  readonly peakRss: number;
}

/** Seconds that a million images may take. */
const MOST_SECONDS = 900;

const HEAD = ['Engine', 'Images', 'Containers', 'Seconds', 'Images/s', 'RSS at most'];

/** The results as Markdown, the conditions of each and a row for each; slower than the target's rate is marked. */
export function fillTable(results: readonly FillResults[]): string {
  return `${results.map(({ conditions }) => conditionLines(conditions)).join('')}\n${markdown(HEAD, results.map(cells))}`;
}

function cells({ conditions, images, containers, seconds, peakRss }: FillResults): string[] {
  const slow = (seconds / images) * 1_000_000 > MOST_SECONDS ? ' ✗' : '';
  return [
    conditions.engine,
    String(images),
    String(containers),
    seconds.toFixed(0),
    `${(images / seconds).toFixed(0)}${slow}`,
    `${peakRss} MiB`,
  ];
}
