/** Conditions on a column as query values. */
import { DAY, MILLISECOND, type Micros, SECOND } from '../../../domain/time.ts';
import { compare, type Predicate, type Test, type Value } from '../../../query/predicate.ts';
import type { Bound, Operator } from './bounds.ts';
import { type Column, passes } from './column.ts';
import { type Said, sayText } from './say-text.ts';
import { oneOf } from './values-enum.ts';
import { admitsEmpty } from './values-text.ts';

const SIGNS: Readonly<Record<Operator, string>> = { eq: '', lt: '<', le: '<=', gt: '>', ge: '>=' };
// The sign in front of days ago: before a moment is more than so many days ago.
const AGO: Readonly<Record<Operator, string>> = { eq: '', lt: '>=', le: '>', gt: '<=', ge: '<' };

/**
 * Ways to write one condition on a column as a value of its label.
 * @returns none when there is no value for it
 */
export function sayColumn(column: Column, part: Predicate): Said[] {
  const field = column.field ?? '';
  if (isKnownTest(part, field)) return [{ text: '*', means: part }];
  if (part.kind === 'not' && isKnownTest(part.of, field)) return [{ text: '-', means: part }];
  const single = asSingle(part, field);
  if (single) return saySingle(column, field, single.test, single.negated);
  const bounds = asBounds(part, field);
  return bounds ? sayBounds(column, bounds, part) : [];
}

function isKnownTest(part: Predicate, field: string): boolean {
  return part.kind === 'compare' && part.field === field && part.test.op === 'exists';
}

/** One test of the field, or its negation (beside "is known", as nullable columns have it). */
function asSingle(part: Predicate, field: string): { readonly test: Test; readonly negated: boolean } | undefined {
  if (part.kind === 'compare') return part.field === field ? { test: part.test, negated: false } : undefined;
  if (part.kind === 'not') {
    const inner = asSingle(part.of, field);
    return inner && !inner.negated ? { test: inner.test, negated: true } : undefined;
  }
  if (part.kind !== 'and') return undefined;
  const rest = part.of.filter((each) => !isKnownTest(each, field));
  const [only] = rest;
  const inner = rest.length === 1 && rest.length < part.of.length && only ? asSingle(only, field) : undefined;
  return inner?.negated ? inner : undefined;
}

function saySingle(column: Column, field: string, test: Test, negated: boolean): Said[] {
  switch (column.type) {
    case 'text':
      return sayText(test, negated, (written) => passes(column, written, admitsEmpty(written), negated));
    case 'uuid':
      if (test.op !== 'eq') return sayText(test, negated, (written) => passes(column, written, false, negated));
      return [{ text: `${negated ? '!' : ''}${String(test.value)}`, means: wrap(compare(field, test), negated) }];
    case 'enum':
      return sayEnum(column, test, negated);
    case 'boolean': {
      const value = test.op === 'eq' && typeof test.value === 'boolean' ? test.value !== negated : undefined;
      return value === undefined ? [] : [{ text: String(value), means: compare(field, { op: 'eq', value }) }];
    }
    default: {
      const bound = negated ? undefined : asBound(test);
      return bound ? sayBounds(column, [bound], compare(field, test)) : [];
    }
  }
}

function wrap(part: Predicate, negated: boolean): Predicate {
  return negated ? { kind: 'not', of: part } : part;
}

function sayEnum(column: Column, test: Test, negated: boolean): Said[] {
  const values = column.names?.values ?? [];
  const wanted = values.flatMap(([, stored], number) => (holds(test, stored) !== negated ? [number] : []));
  return wanted.map((number) => ({ text: `"${values[number]?.[0] ?? ''}"`, means: oneOf(column, [number]) }));
}

function holds(test: Test, stored: Value): boolean {
  switch (test.op) {
    case 'eq':
      return test.value === stored;
    case 'in':
      return test.values.includes(stored);
    case 'lt':
      return stored < test.value;
    case 'le':
      return stored <= test.value;
    case 'gt':
      return stored > test.value;
    case 'ge':
      return stored >= test.value;
    default:
      return false;
  }
}

function asBound(test: Test): Bound | undefined {
  if (test.op === 'eq' || test.op === 'lt' || test.op === 'le' || test.op === 'gt' || test.op === 'ge') {
    const { op, value } = test;
    return typeof value === 'number' || typeof value === 'object' ? { op, value } : undefined;
  }
  return undefined;
}

function asBounds(part: Predicate, field: string): Bound[] | undefined {
  const tests = part.kind === 'and' ? part.of : [part];
  const bounds = tests.map((each) =>
    each.kind === 'compare' && each.field === field ? asBound(each.test) : undefined,
  );
  return bounds.every((bound) => bound !== undefined) ? bounds : undefined;
}

function sayBounds(column: Column, bounds: readonly Bound[], means: Predicate): Said[] {
  const [first, second] = bounds;
  if (!first || bounds.length > 2) return [];
  const text = column.type === 'time' ? sayTime(first, second) : second ? sayRange(first, second) : sayNumber(first);
  return text === undefined ? [] : [{ text, means }];
}

function sayNumber({ op, value }: Bound): string | undefined {
  return typeof value === 'number' ? `${SIGNS[op]}${value}` : undefined;
}

function sayRange(lower: Bound, upper: Bound): string | undefined {
  if (lower.op !== 'gt' || upper.op !== 'lt') return undefined;
  if (typeof lower.value !== 'number' || typeof upper.value !== 'number') return undefined;
  return `${lower.value}-${upper.value}`;
}

function sayTime(first: Bound, second: Bound | undefined): string | undefined {
  if (!second) return sayMoment(first);
  const [from, to] = [first.value, second.value];
  if (typeof from === 'number' && typeof to === 'number') {
    if (first.op !== 'ge' || second.op !== 'lt') return undefined;
    return from < 0 || to < 0 ? sayDay(from, to) : `tr/${from / MILLISECOND}-${to / MILLISECOND}`;
  }
  if (typeof from !== 'object' || typeof to !== 'object' || first.op !== 'gt' || second.op !== 'lt') return undefined;
  return `${-to.fromNow / DAY + 0}d-${-from.fromNow / DAY + 0}d`;
}

function sayDay(from: Micros, to: Micros): string | undefined {
  return to - from === DAY ? sayDate(from) : undefined;
}

function sayMoment({ op, value }: Bound): string | undefined {
  if (typeof value === 'object') return `${AGO[op]}${-value.fromNow / DAY + 0}d`;
  const date = sayDate(value);
  return date === undefined ? undefined : `${op === 'eq' ? '=' : SIGNS[op]}${date}`;
}

function sayDate(time: Micros): string | undefined {
  if (time % SECOND !== 0) return undefined;
  const date = new Date(time / MILLISECOND);
  const two = (number: number) => String(number).padStart(2, '0');
  const hour = date.getUTCHours();
  const day = `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${String(date.getUTCFullYear()).padStart(4, '0')}`;
  if (time % DAY === 0) return day;
  const half = hour < 12 ? 'AM' : 'PM';
  return `${day} ${hour % 12 === 0 ? 12 : hour % 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ${half}`;
}
