import { setTimeout as delay } from 'node:timers/promises';
import type { Pace } from './pace.ts';

/** Statuses that a later try may turn into an answer. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

// RFC 9110, 5.6.7: IMF-fixdate, the only form a sender may use.
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Whether asking again may help. */
export function isPassingStatus(status: number): boolean {
  return PASSING.has(status);
}

/**
 * Milliseconds to wait as a `Retry-After` header asks (RFC 9110, 10.2.3: seconds or a date). `undefined` for nothing,
 * nonsense (`35µs` has been seen) and times that are over.
 */
export function parseRetryAfter(header: string | undefined, now: number = Date.now()): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  if (!HTTP_DATE.test(text)) return undefined;
  const wait = Date.parse(text) - now;
  return wait > 0 ? wait : undefined;
}

/** The wait before try `attempt` (1 is the first repetition): exponential, half of it fixed, half of it random. */
export function backOff(attempt: number, pace: Pace, random: () => number = Math.random): number {
  const full = Math.min(pace.backOffMax, pace.backOff * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * random();
}

/** Waits; ends at once with the signal's reason when it aborts. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}
