import { type Conditions, conditionLines } from './conditions.ts';
import { markdown, median, ms } from './stats.ts';

/** What bench/start.ts found. Milliseconds and MiB. */
export interface StartResults {
  readonly bench: 'start';
  readonly conditions: Conditions;
  readonly images: number;
  readonly firstAnswer: readonly number[];
  readonly secondAnswer: readonly number[];
  readonly idleRss: number;
  readonly peakRss: number;
}

/** Targets: milliseconds to the first answer, MiB while serving. */
const MOST = { firstAnswer: 1_000, rss: 300 } as const;

/** The results as Markdown; what is over its target is marked. */
export function startTable({ conditions, images, firstAnswer, idleRss, peakRss }: StartResults): string {
  const first = median(firstAnswer);
  const mark = (bad: boolean) => (bad ? ' ✗' : '');
  const cells = [
    String(images),
    `${ms(first)} ms${mark(first > MOST.firstAnswer)}`,
    `${ms(Math.max(...firstAnswer))} ms`,
    `${idleRss.toFixed(0)} MiB`,
    `${peakRss.toFixed(0)} MiB${mark(peakRss > MOST.rss)}`,
  ];
  const head = ['Images', 'Start to first answer, median', 'slowest', 'RSS idle', 'RSS at most under load'];
  return `${conditionLines(conditions)}\n${markdown(head, [cells])}`;
}
