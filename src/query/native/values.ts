import { invalid } from '../../domain/error.ts';
import { parseRfc3339 } from '../../domain/time.ts';
import type { FieldType } from '../catalogue.ts';
import { parseRelative } from '../dates.ts';
import type { Test, Value } from '../predicate.ts';
import { SEVERITIES } from './fields.ts';

/** One value as written: its text, whether it was quoted, where it stands. */
export interface Written {
  readonly text: string;
  readonly quoted: boolean;
  readonly at: number;
}

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};
const SIZE = /^(?<number>-?\d+(?:\.\d+)?)\s*(?<unit>[kmgt]?i?b)?$/i;
const RELATIVE = /^now(?:(?<sign>[+-])(?<amount>\d{1,7})(?<unit>[smhdw]))?$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * Reads a value of a field's type.
 * @throws StowageError that says what the field takes
 */
export function readValue(word: string, type: FieldType, written: Written, now: number): Value {
  const { text, at } = written;
  switch (type) {
    case 'text':
    case 'id':
      return text;
    case 'boolean':
      if (text === 'true' || text === 'false') return text === 'true';
      throw invalid('query.value', `${word} is true or false, not "${text}".`, at);
    case 'time':
      return readTime(word, written, now);
    default: {
      const rank = word === 'severity' ? SEVERITIES.indexOf(text.toLowerCase()) : -1;
      if (rank >= 0) return rank;
      const groups = SIZE.exec(text)?.groups;
      if (!groups) throw invalid('query.value', `${word} takes a number, not "${text}".`, at);
      const value = Number(groups['number']) * (UNITS[groups['unit']?.toLowerCase() ?? 'b'] ?? 1);
      return type === 'integer' ? Math.round(value) : value;
    }
  }
}

function readTime(word: string, { text, at }: Written, now: number): Value {
  const groups = RELATIVE.exec(text)?.groups;
  if (groups) {
    const seconds = Number(groups['amount'] ?? 0) * (SECONDS[groups['unit'] ?? 's'] ?? 1);
    return { fromNow: (groups['sign'] === '-' ? -1 : 1) * seconds * 1_000_000 };
  }
  const time = parseRelative(text, now) ?? parseRfc3339(text) ?? parseRfc3339(`${text}T00:00:00Z`);
  if (time === undefined) {
    throw invalid(
      'query.value',
      `${word} takes a date (2026-01-31, 2026-01-31T12:00:00Z or now-7d), not "${text}".`,
      at,
    );
  }
  return time;
}

/**
 * The test a written value means where no operator stands before it: text without quotes is compared without regard
 * to case, `*` and `?` are wildcards; quoted text is exact.
 */
export function readTest(word: string, type: FieldType, written: Written, now: number): Test {
  if (type === 'text' || type === 'id') {
    if (written.quoted) return { op: 'eq', value: written.text };
    if (written.text === '*') return { op: 'exists' };
    if (/[*?]/.test(written.text)) return { op: 'like', pattern: toLike(written.text), fold: true };
    return { op: 'eq', value: written.text, fold: true };
  }
  if (written.text === '*') return { op: 'exists' };
  return { op: 'eq', value: readValue(word, type, written, now) };
}

function toLike(text: string): string {
  return text
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}

/** Text as one value of the language: bare when that is unambiguous, else quoted. */
export function quote(text: string): string {
  return /^[\w][\w.:/@+-]*$/.test(text) && !/^(?:and|or|not)$/i.test(text) && !text.includes('..')
    ? text
    : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
