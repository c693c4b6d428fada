/**
 * Values of time columns: a date (`01/02/2006`, with `3:04 PM` or `3:04:05 PM` and a zone if wanted), the whole day
 * from it on or compared by a sign in front; days ago (`3d`, `>30d` means older); `1d-10d` between; `tr/<ms>-<ms>`.
 */
import { invalid } from '../../../domain/error.ts';
import { DAY, MILLISECOND, MINUTE, type Micros, SECOND } from '../../../domain/time.ts';
import type { Predicate } from '../../../query/predicate.ts';
import { type Bound, boundsOn, type Operator } from './bounds.ts';
import { type Column, isKnown, isMissing } from './column.ts';
import { parseGoInteger } from './go.ts';
import { readModifiers } from './split.ts';
import { readOperator } from './values-number.ts';
import { isZoneForm, zoneOffset } from './zones.ts';

const ABSOLUTE: Readonly<Record<string, Operator>> = { '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge', '=': 'eq' };
// "More than 3 days ago" is before a moment.
const INVERTED: Readonly<Record<string, Operator>> = {
  '': 'eq',
  '==': 'eq',
  '<': 'ge',
  '<=': 'gt',
  '>': 'le',
  '>=': 'lt',
};
/** Beyond this a bound cannot be counted in microseconds; no time kept lies there. */
const FARTHEST = 7e15;

/** Reads a value of a time column. */
export function readDate(column: Column, value: string): Predicate {
  if (value === '*') return isKnown(column);
  if (value === '-') return isMissing(column);
  return boundsOn(column, readDateBounds(value));
}

/** Reads a value into what it asks of the time. */
export function readDateBounds(value: string): Bound[] {
  const { text, modifiers } = readModifiers(value);
  if (modifiers.length > 0) throw invalid('query.modifier', 'modifiers not supported for time query');
  if (text.startsWith('tr/')) return readMillis(text.slice(3));
  const { sign, rest } = readOperator(text);
  const time = parseDate(rest);
  if (time !== undefined) {
    if (sign === '') return between(time, time + DAY);
    const op = ABSOLUTE[sign];
    if (!op) throw invalid('query.date', `== cannot be used with a date; write = or leave it out: ${value}`);
    return [{ op, value: time }];
  }
  const range = readDaysRange(rest, text);
  if (range) {
    return [
      { op: 'gt', value: { fromNow: daysAgo(range[1]) } },
      { op: 'lt', value: { fromNow: daysAgo(range[0]) } },
    ];
  }
  const days = parseDays(rest);
  if (days === undefined) {
    throw invalid(
      'query.date',
      `invalid time query (prefix: ${sign}, value: ${rest}). Must be of the format (01/02/2006 or 1d)`,
    );
  }
  const op = INVERTED[sign];
  if (!op) throw invalid('query.date', `= cannot be used with days ago; leave it out: ${value}`);
  return [{ op, value: { fromNow: daysAgo(days) } }];
}

function between(from: Micros, to: Micros): Bound[] {
  return [
    { op: 'ge', value: from },
    { op: 'lt', value: to },
  ];
}

function readMillis(text: string): Bound[] {
  const hyphen = text.indexOf('-');
  const parts = hyphen < 0 ? [text, ''] : [text.slice(0, hyphen), text.slice(hyphen + 1)];
  if (parts.includes('')) {
    throw invalid('query.date', `parsing time range: malformed time range query string: ${text}`);
  }
  const [from, to] = parts.map((part) => {
    const read = parseGoInteger(part, 64);
    if (!read.ok) throw invalid('query.date', `parsing time range: ${read.error}`);
    return toSecond(Number(read.value) * MILLISECOND);
  }) as [Micros, Micros];
  return between(from, to);
}

function readDaysRange(text: string, whole: string): [number, number] | undefined {
  const hyphen = text.indexOf('-', 1);
  if (hyphen < 0) return undefined;
  const lower = parseDays(text.slice(0, hyphen));
  const upper = parseDays(text.slice(hyphen + 1));
  if (lower === undefined || upper === undefined) return undefined;
  if (lower < upper) return [lower, upper];
  throw invalid(
    'query.range',
    `tried to parse ${whole} as a range, but it was not valid: invalid range ${text} (first value must be strictly less than the second)`,
  );
}

function parseDays(text: string): number | undefined {
  const read = parseGoInteger(text.endsWith('d') ? text.slice(0, -1) : text, 32);
  return read.ok ? Number(read.value) : undefined;
}

function daysAgo(days: number): Micros {
  return clamp(-days * DAY) + 0;
}

const DATE =
  /^(?<month>\d{2})\/(?<day>\d{2})\/(?<year>\d{4})(?: +(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.\d+)?)? +(?<half>AM|PM))?(?: +(?<zone>\S+))?$/;

/**
 * Reads a date in one of the six layouts, in its own zone (UTC when it names none), cut to whole seconds.
 * @throws StowageError for a zone nobody knows
 */
export function parseDate(text: string): Micros | undefined {
  const groups = DATE.exec(text)?.groups;
  if (!groups) return undefined;
  const [month, day, year] = [Number(groups['month']), Number(groups['day']), Number(groups['year'])];
  const hour = Number(groups['hour'] ?? 12);
  const [minute, second] = [Number(groups['minute'] ?? 0), Number(groups['second'] ?? 0)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 12 || minute > 59 || second > 59) return undefined;
  const zone = groups['zone'];
  if (zone !== undefined && !isZoneForm(zone)) return undefined;
  const offset = zone === undefined ? 0 : zoneOffset(zone);
  if (offset === undefined) {
    throw invalid('query.zone', `unknown time zone ${zone}; write the distance from UTC instead, e.g. GMT+3`);
  }
  const hours = (hour % 12) + (groups['half'] === 'PM' ? 12 : 0);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hours, minute, second);
  return toSecond(date.getTime() * MILLISECOND - offset * MINUTE);
}

function daysIn(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}

function toSecond(time: Micros): Micros {
  return clamp(Math.floor(time / SECOND) * SECOND);
}

function clamp(time: Micros): Micros {
  return Math.max(-FARTHEST, Math.min(FARTHEST, time));
}
