import { type Micros, SECOND } from '../../../domain/time.ts';
import { and, compare, eq, NONE, or, type Predicate } from '../../../query/predicate.ts';
import { fault } from '../errors.ts';
import { parseIso8601 } from './iso8601.ts';

/**
 * Splits `operator:value` at the first colon. A value that is a time as a whole has no operator, so that
 * `2026-01-01T10:00:00Z` is not read as operator `2026-01-01T10`. Neither has one whose beginning is no word: clients
 * look images up by `name=registry/repository:tag` as it stands.
 */
export function splitOperator(text: string): { operator: string; value: string } {
  const colon = text.indexOf(':');
  const literal = colon < 0 || /[^A-Za-z_]/.test(text.slice(0, colon)) || parseIso8601(text) !== undefined;
  if (literal) return { operator: 'eq', value: text };
  return { operator: text.slice(0, colon), value: text.slice(colon + 1) };
}

/**
 * Reads the list behind `in:`: values between commas, those with commas in double quotes. A backslash keeps the sign
 * after it inside the quotes and stays part of the value.
 * @throws Fault 400 when a quote is not where a value begins or ends
 */
export function splitList(text: string, at: number): readonly string[] {
  const wrong = (why: string) => fault(400, `Invalid filter value ${text}. ${why}`, { at });
  let open = false;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] !== '"' || (index > 0 && text[index - 1] === '\\')) continue;
    if (!open && index > 0 && text[index - 1] !== ',') throw wrong('There is no comma before opening quotation mark.');
    if (open && index + 1 < text.length && text[index + 1] !== ',') {
      throw wrong('There is no comma after closing quotation mark.');
    }
    open = !open;
  }
  if (open) throw wrong('The quote is not closed.');
  const values: string[] = [];
  let rest = text;
  while (rest !== '') {
    const item = /^"(?<quoted>(?:[^"\\]|\\.)*)",?|^(?<plain>[^,]+),?|^,/s.exec(rest);
    if (!item) break;
    values.push(item.groups?.['quoted'] ?? item.groups?.['plain'] ?? '');
    rest = rest.slice(item[0].length);
  }
  return values;
}

const COMPARISONS: Readonly<Record<string, (field: string, second: Micros) => Predicate>> = {
  eq: (field, at) => and(atLeast(field, at), before(field, at + SECOND)),
  neq: (field, at) => or(before(field, at), atLeast(field, at + SECOND)),
  gt: (field, at) => atLeast(field, at + SECOND),
  gte: atLeast,
  lt: before,
  lte: (field, at) => before(field, at + SECOND),
};

/**
 * `operator:time` over a time field, compared as shown: in whole seconds on both sides.
 * @throws Fault 400 for what is no time or no operator
 */
export function timeFilter(name: string, field: string, text: string, at: number): Predicate {
  const { operator, value } = splitOperator(text);
  const time = parseIso8601(value);
  if (time === undefined) {
    throw fault(400, `Bad "${name}" query filter format. Use ISO 8601 DateTime notation.`, { at });
  }
  const comparison = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
  if (!comparison) throw fault(400, 'Unable to filter on a unknown operator.', { at });
  return comparison(field, Math.floor(time / SECOND) * SECOND);
}

/** `number_min` and `number_max`: inclusive; an unknown size satisfies neither. */
export function rangeFilter(field: string, bound: 'min' | 'max', value: bigint): Predicate {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return bound === 'min' ? NONE : known(field);
  if (value < BigInt(Number.MIN_SAFE_INTEGER)) return bound === 'min' ? known(field) : NONE;
  return compare(field, { op: bound === 'min' ? 'ge' : 'le', value: Number(value) });
}

/** Equality with a number; text that is none equals nothing. */
export function numberFilter(field: string, text: string): Predicate {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? eq(field, value) : NONE;
}

function known(field: string): Predicate {
  return compare(field, { op: 'exists' });
}

function atLeast(field: string, at: Micros): Predicate {
  return compare(field, { op: 'ge', value: at });
}

function before(field: string, at: Micros): Predicate {
  return compare(field, { op: 'lt', value: at });
}
