import { StowageError } from '../domain/error.ts';
import { MINUTE, type Micros, SECOND } from '../domain/time.ts';

const FIRST = 2 * SECOND;
const LONGEST = 10 * MINUTE;

/**
 * How long to wait after the nth attempt failed: doubling from two seconds to ten minutes, the upper half by chance,
 * so that what failed together is not tried again together.
 * @param random from 0 to below 1
 */
export function backoff(attempts: number, random: number = Math.random()): Micros {
  const longest = Math.min(LONGEST, FIRST * 2 ** Math.min(attempts - 1, 30));
  return Math.round(longest / 2 + (longest / 2) * random);
}

/** Whether another attempt would only end the same way: the job itself is wrong, or what it is about is gone. */
export function isFinal(error: unknown): boolean {
  return error instanceof StowageError && (error.kind === 'invalid' || error.kind === 'not-found');
}
