import { type Conditions, conditionLines } from './conditions.ts';
import type { DialectName } from './presented.ts';
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
  /** What the server was under while its memory was measured; older results do not tell. */
  readonly loads?: readonly MemoryLoad[];
}

/** One load, and the server's memory at its end. */
export interface MemoryLoad {
  readonly dialect: DialectName;
  readonly about: string;
  readonly rows: number;
  /** Requests that were answered. */
  readonly answered: number;
  readonly seconds: number;
  /** MiB at the end of the load. */
  readonly rss: number;
}

/** Targets: milliseconds to the first answer, MiB while serving. */
const MOST = { firstAnswer: 1_000, rss: 300 } as const;

/** The results as Markdown; what is over its target is marked. */
export function startTable({ conditions, images, firstAnswer, idleRss, peakRss, loads }: StartResults): string {
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
  return `${conditionLines(conditions)}\n${markdown(head, [cells])}\n${loads ? loadTable(loads) : UNTOLD}`;
}

const UNTOLD = 'How many requests each load finished was not noted then.\n';

function loadTable(loads: readonly MemoryLoad[]): string {
  return markdown(
    ['Dialect', 'Question', 'Rows', 'Requests finished', 'Seconds', 'RSS at its end'],
    loads.map(({ dialect, about, rows, answered, seconds, rss }) => [
      dialect,
      about,
      String(rows),
      String(answered),
      seconds.toFixed(1),
      `${rss.toFixed(0)} MiB`,
    ]),
  );
}
