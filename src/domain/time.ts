/**
 * A point in time: whole microseconds since 1970-01-01T00:00:00Z. Microseconds because StackRox orders by them;
 * a plain number because 2^53 microseconds reach the year 2255.
 */
export type Micros = number;

export const MILLISECOND = 1_000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The present time of the process clock, in microseconds with millisecond resolution. */
export function now(): Micros {
  return Date.now() * MILLISECOND;
}

const RFC3339 =
  /^(?<date>\d{4}-\d{2}-\d{2})[Tt ](?<time>\d{2}:\d{2}:\d{2})(?:\.(?<fraction>\d+))?(?<zone>[Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Reads an RFC 3339 time with up to nanoseconds (rounded to microseconds). `undefined` for anything else and for
 * times a {@link Micros} cannot hold exactly.
 */
export function parseRfc3339(text: string): Micros | undefined {
  const groups = RFC3339.exec(text)?.groups;
  if (!groups) return undefined;
  const seconds = Date.parse(`${groups['date']}T${groups['time']}${groups['zone']?.toUpperCase()}`);
  if (Number.isNaN(seconds)) return undefined;
  const fraction = groups['fraction'] ? Math.round(Number(`0.${groups['fraction']}`) * SECOND) : 0;
  const micros = seconds * MILLISECOND + fraction;
  return Number.isSafeInteger(micros) ? micros : undefined;
}

/**
 * Writes an RFC 3339 time in UTC with a trailing `Z`.
 * @param digits how many fraction digits; `'shortest'` writes 0, 3 or 6, whichever loses nothing (as protojson does)
 */
export function formatRfc3339(time: Micros, digits: 0 | 3 | 6 | 'shortest' = 'shortest'): string {
  const millis = Math.floor(time / MILLISECOND);
  const iso = new Date(millis).toISOString();
  const micros = time - millis * MILLISECOND;
  const wanted = digits === 'shortest' ? (micros !== 0 ? 6 : iso.endsWith('.000Z') ? 0 : 3) : digits;
  if (wanted === 0) return `${iso.slice(0, -5)}Z`;
  if (wanted === 3) return iso;
  return `${iso.slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
