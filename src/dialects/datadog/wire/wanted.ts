import { invalid } from '../../../domain/error.ts';
import { parseRfc3339, SECOND } from '../../../domain/time.ts';
import { shift } from '../../../query/dates.ts';
import { compare, or, type Predicate, type Test, type TimeValue } from '../../../query/predicate.ts';

/** A value of a filter: the runs of text between its `*` wildcards. One run: no wildcard. */
export interface Pattern {
  readonly runs: readonly string[];
  /** It was written in quotes: taken as it stands. */
  readonly quoted: boolean;
}

/** What one term of a filter asks for: any of these values. */
export interface Wanted {
  readonly patterns: readonly Pattern[];
  /** Character offset of the value, for errors. */
  readonly at: number;
}

/** How the text of a field is compared: without regard to case, or as the lower-case text it always is. */
export type TextKind = 'folded' | 'lower';

/** The condition that a text field has one of the wanted values. */
export function textIs(field: string, wanted: Wanted, kind: TextKind = 'folded'): Predicate {
  const exact = wanted.patterns.filter((pattern) => pattern.runs.length === 1);
  const parts: Predicate[] = [];
  if (exact.length > 1) {
    const values = exact.map((pattern) => cased(pattern.runs[0]!, kind));
    parts.push(compare(field, { op: 'in', values, ...folding(kind) }));
  }
  for (const pattern of wanted.patterns) {
    if (pattern.runs.length > 1 || exact.length === 1) parts.push(compare(field, textTest(pattern.runs, kind)));
  }
  return or(...parts);
}

/** The narrowest test that says a text with wildcards. */
export function textTest(runs: readonly string[], kind: TextKind): Test {
  const [first = '', ...rest] = runs.map((run) => cased(run, kind));
  if (rest.length === 0) return { op: 'eq', value: first, ...folding(kind) };
  if (first === '' && rest.every((run) => run === '')) return { op: 'exists' };
  if (rest.length === 1 && rest[0] === '') return { op: 'prefix', value: first, ...folding(kind) };
  if (first === '' && rest.length === 2 && rest[1] === '') return { op: 'contains', value: rest[0]!, ...folding(kind) };
  const pattern = [first, ...rest].map((run) => run.replace(/[\\%_]/g, '\\$&')).join('%');
  return { op: 'like', pattern, ...folding(kind) };
}

/** The condition that a whole number equals or passes one of the wanted bounds: `5`, `>=5`, `<5`. */
export function numberIs(field: string, wanted: Wanted): Predicate {
  return or(...wanted.patterns.map((pattern) => compare(field, bound(pattern, wanted.at, wholeNumber))));
}

/** As {@link numberIs}, for times: RFC 3339, or `now-7d`. */
export function timeIs(field: string, wanted: Wanted): Predicate {
  return or(...wanted.patterns.map((pattern) => compare(field, bound(pattern, wanted.at, time))));
}

const BOUND = /^(?<sign>>=|<=|>|<)?\s*(?<value>.+)$/;
const OPERATORS = { '>=': 'ge', '<=': 'le', '>': 'gt', '<': 'lt' } as const;

function bound(pattern: Pattern, at: number, read: (text: string, at: number) => TimeValue): Test {
  if (pattern.runs.length > 1) {
    if (pattern.runs.every((run) => run === '')) return { op: 'exists' };
    throw invalid(
      'query.value',
      `filter[tags], character ${at}: numbers and times take no * wildcard; use > or <.`,
      at,
    );
  }
  const { sign, value = '' } = BOUND.exec(pattern.runs[0]!)?.groups ?? {};
  const limit = read(value, at);
  return sign === undefined
    ? { op: 'eq', value: limit }
    : { op: OPERATORS[sign as keyof typeof OPERATORS], value: limit };
}

function wholeNumber(text: string, at: number): number {
  const number = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw invalid('query.value', `filter[tags], character ${at}: "${text}" is no whole number; write 5, >=5 or <5.`, at);
}

const FROM_NOW = /^now(?:(?<sign>[+-])(?<amount>\d{1,9})(?<unit>[smhdw]))?$/;

function time(text: string, at: number): TimeValue {
  const exact = parseRfc3339(text) ?? parseRfc3339(`${text}Z`) ?? parseRfc3339(`${text}T00:00:00Z`);
  if (exact !== undefined) return exact;
  const groups = FROM_NOW.exec(text)?.groups;
  if (!groups) {
    const help = 'write 2025-01-31T00:00:00Z, 2025-01-31 or now-7d, with > or < before it.';
    throw invalid('query.value', `filter[tags], character ${at}: "${text}" is no time; ${help}`, at);
  }
  const { sign, amount, unit } = groups;
  return { fromNow: amount && unit ? shift(0, (sign === '-' ? -1 : 1) * Number(amount), unit) : 0 };
}

/** A distance from now in the largest unit that says it: `now-7d`. */
export function sayFromNow(distance: number): string | undefined {
  if (distance === 0) return 'now';
  for (const [unit, seconds] of [
    ['w', 604_800],
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const amount = Math.abs(distance) / (seconds * SECOND);
    if (Number.isInteger(amount)) return `now${distance < 0 ? '-' : '+'}${amount}${unit}`;
  }
  return undefined;
}

function folding(kind: TextKind): { fold?: true } {
  return kind === 'folded' ? { fold: true } : {};
}

function cased(text: string, kind: TextKind): string {
  return kind === 'lower' ? text.toLowerCase() : text;
}
