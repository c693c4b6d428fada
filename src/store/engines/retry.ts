import { setTimeout as sleep } from 'node:timers/promises';
import { StowageError } from '../../domain/error.ts';
import { type DatabaseError, isDatabaseError } from './database-error.ts';

const ATTEMPTS = 8;
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 1_000;

/**
 * Runs a whole transaction again when it lost a race or its connection. The wait doubles and is random in its upper
 * half, so that two that met do not meet again.
 * @throws StowageError kind `unavailable` when it never came through; any other error of `attempt` as it is
 */
export async function withRetry<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isDatabaseError(error, 'busy', 'lost')) throw error;
      if (tried === ATTEMPTS) throw unavailable(error);
      await sleep(waitBefore(tried));
    }
  }
}

/** The form in which the rest of Stowage learns that the database cannot answer now, or not this question in time. */
export function unavailable(cause: DatabaseError): StowageError {
  const of = `(${cause.code}: ${cause.message})`;
  if (cause.kind === 'timeout') {
    const what = 'The question took too long and was ended; narrow it by a condition on a name, a label or a digest.';
    return new StowageError('unavailable', 'store.timeout', `${what} ${of}`, { cause });
  }
  const what = cause.kind === 'busy' ? 'The database is busy with other writers' : 'The database cannot be reached';
  return new StowageError('unavailable', 'store.unavailable', `${what}; try again later. ${of}`, { cause });
}

function waitBefore(tried: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tried - 1));
  return longest / 2 + (Math.random() * longest) / 2;
}
