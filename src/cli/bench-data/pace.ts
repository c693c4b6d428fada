/** How far a fill is. */
export interface FillProgress {
  /** Rows are written, then indexes built over them, then what met something loaded before is taken in. */
  readonly stage: 'rows' | 'indexes' | 'conflicts' | 'done';
  readonly done: number;
  readonly of: number;
}

/** What each stage counts. */
const NAMES = { rows: 'images', indexes: 'indexes', conflicts: 'taking in what met', done: 'indexes' } as const;

/** One line: how far, how fast, how long still as far as the rate of the rows says something about it. */
export function pace({ stage, done, of }: FillProgress, seconds: number): string {
  const parts = [`${NAMES[stage]} ${done}/${of}`];
  if (stage === 'rows' && done > 0 && seconds > 0) {
    const rate = done / seconds;
    parts.push(`${Math.round(rate)}/s`, `${duration((of - done) / rate)} and the indexes left`);
  } else parts.push(`${duration(seconds)} so far`);
  return parts.join(', ');
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
