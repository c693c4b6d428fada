/** How far a fill is. */
export interface FillProgress {
  /** What is being done: images are written, or indexes are built over them. */
  readonly phase: string;
  readonly done: number;
  readonly of: number;
}

/** One line: how far, how fast, how long still (as long as the rate says something about the rest). */
export function pace({ phase, done, of }: FillProgress, seconds: number): string {
  const percent = of === 0 ? 100 : Math.floor((done / of) * 100);
  const parts = [`${phase}: ${done}/${of} (${percent} %)`];
  if (phase === IMAGES && done > 0 && seconds > 0) {
    const rate = done / seconds;
    parts.push(`${Math.round(rate)}/s`, `${duration((of - done) / rate)} left`);
  } else parts.push(`${duration(seconds)} so far`);
  return parts.join(', ');
}

/** The phase in which images are written. */
export const IMAGES = 'images';

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
