import { executionAsyncResource } from 'node:async_hooks';

let kept: object | undefined;

/**
 * Keeps one entry of Node's queue of ticks for good. The hidden class of these entries belongs to the code that makes
 * them; collected in a moment when there is none, it is made anew, and from then on V8 takes the entry for one of many
 * kinds: each `process.nextTick` costs 2 µs more, several times per answer, for the rest of the process's life. To be
 * called before the heap was collected a few times.
 */
export function keepTickShape(): void {
  process.nextTick(() => {
    kept = executionAsyncResource();
  });
}

/** The entry; for tests. */
export function keptTick(): object | undefined {
  return kept;
}
