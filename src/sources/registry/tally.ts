import type { CollectContext } from '../source.ts';

/** The numbers of one collection (failures are counted where problems are recorded), told to the context as they change, but not more often than useful. */
export interface Tally {
  found: number;
  done: number;
  bytes: number;
  blobs: number;
  current: string | null;
  /** Tells the context now; without `always`, only when some time has passed since the last telling. */
  tell(always?: boolean): void;
}

/** Milliseconds between two tellings. */
const INTERVAL = 200;

/** A tally of zeros. */
export function tally(context: Pick<CollectContext, 'progress'>): Tally {
  let told = Number.NEGATIVE_INFINITY;
  const numbers: Tally = { found: 0, done: 0, bytes: 0, blobs: 0, current: null, tell };

  function tell(always = false): void {
    if (!always && performance.now() - told < INTERVAL) return;
    told = performance.now();
    const { found, done, bytes, blobs, current } = numbers;
    context.progress({ found, done, bytes, blobs, current });
  }

  return numbers;
}
