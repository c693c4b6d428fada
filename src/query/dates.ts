import { DAY, HOUR, MINUTE, type Micros, SECOND } from '../domain/time.ts';

/** Lengths of the units relative dates use. Months and years are calendar steps, see {@link shift}. */
const UNIT: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

const RELATIVE = /^now(?:(?<sign>[+-])(?<amount>\d{1,9})(?<unit>[smhdwMy]))?(?:\/(?<floor>[smhdwMy]))?$/;

/**
 * Date maths as Elasticsearch and its kin write it: `now`, `now-7d`, `now+1M`, `now-1d/d` (rounded down to the unit).
 * @returns the exact time, or `undefined` when the text is none
 */
export function parseRelative(text: string, now: Micros): Micros | undefined {
  const groups = RELATIVE.exec(text.trim())?.groups;
  if (!groups) return undefined;
  let time = now;
  const { sign, amount, unit, floor } = groups;
  if (amount && unit) time = shift(time, (sign === '-' ? -1 : 1) * Number(amount), unit);
  return floor ? floorTo(time, floor) : time;
}

/**
 * Whether a query's text may hold a date that counts from now. Steps of months and rounded dates are read into exact
 * times, so a predicate made from them does not tell that it moves.
 */
export function mentionsNow(text: string): boolean {
  return /\bnow\b/.test(text);
}

/** Moves a time by a number of units; `M` and `y` are calendar months and years in UTC. */
export function shift(time: Micros, amount: number, unit: string): Micros {
  const length = UNIT[unit];
  if (length !== undefined) return time + amount * length;
  const date = new Date(time / 1000);
  if (unit === 'M') date.setUTCMonth(date.getUTCMonth() + amount);
  else date.setUTCFullYear(date.getUTCFullYear() + amount);
  return date.getTime() * 1000;
}

function floorTo(time: Micros, unit: string): Micros {
  if (unit === 'w') {
    const day = Math.floor(time / DAY);
    return (day - ((day + 3) % 7)) * DAY; // 1970-01-01 was a Thursday; weeks begin on Monday
  }
  const length = UNIT[unit];
  if (length !== undefined) return Math.floor(time / length) * length;
  const date = new Date(time / 1000);
  return (
    (unit === 'M' ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) : Date.UTC(date.getUTCFullYear(), 0)) * 1000
  );
}
