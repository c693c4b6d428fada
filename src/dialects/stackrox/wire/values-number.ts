/**
 * Values of number columns: an optional `<= >= == < > =`, then any number Go reads; or `a-b`, exclusive at both ends.
 * Numbers are rounded to two decimals, but for probabilities.
 */
import { invalid } from '../../../domain/error.ts';
import type { Predicate } from '../../../query/predicate.ts';
import { type Bound, boundsOn, type Operator } from './bounds.ts';
import { type Column, isKnown, isMissing } from './column.ts';
import { parseGoFloat, quoteGo, roundTwo } from './go.ts';
import { readModifiers, trimGo } from './split.ts';

const OPERATORS: Readonly<Record<string, Operator>> = {
  '<=': 'le',
  '>=': 'ge',
  '==': 'eq',
  '<': 'lt',
  '>': 'gt',
  '=': 'eq',
  '': 'eq',
};

/** Takes a comparison off the front of a value; `''` when there is none. */
export function readOperator(value: string): { readonly sign: string; readonly rest: string } {
  const sign = /^(?:<=|>=|==|<|>|=)/.exec(value)?.[0] ?? '';
  return { sign, rest: sign === '' ? value : trimGo(value.slice(sign.length)) };
}

/** Reads a value of a number column. */
export function readNumber(column: Column, value: string): Predicate {
  if (value === '*') return isKnown(column);
  if (value === '-') return isMissing(column);
  return boundsOn(column, readNumberBounds(column.type, value));
}

/** Reads a value into what it asks of the number. */
export function readNumberBounds(type: Column['type'], value: string): Bound[] {
  const { text, modifiers } = readModifiers(value);
  if (modifiers.length > 0) {
    throw invalid('query.modifier', `modifiers not supported for numeric query: [${modifiers.join(' ')}]`);
  }
  const { sign, rest } = readOperator(text);
  const range = sign === '' ? readRange(rest) : undefined;
  if (range) return [bound(type, 'gt', range[0]), bound(type, 'lt', range[1])];
  const number = parseGoFloat(rest);
  if (number === undefined) throw invalid('query.number', `cannot parse ${quoteGo(rest)} as a number`);
  return [bound(type, OPERATORS[sign] ?? 'eq', number)];
}

function readRange(text: string): [number, number] | undefined {
  const hyphen = text.indexOf('-', 1);
  if (hyphen < 0) return undefined;
  const [lower, upper] = [text.slice(0, hyphen), text.slice(hyphen + 1)].map((part) => {
    const number = parseGoFloat(part);
    if (number !== undefined) return number;
    throw refused(text, `cannot parse ${quoteGo(part)} as a number`);
  }) as [number, number];
  if (lower >= upper) throw refused(text, 'first value must be strictly less than the second');
  return [lower, upper];
}

function refused(range: string, why: string) {
  return invalid('query.range', `range query was attempted, but it was invalid: invalid range ${range} (${why})`);
}

function bound(type: Column['type'], op: Operator, number: number): Bound {
  if (type === 'probability') return { op, value: number };
  const value = roundTwo(number);
  if (type === 'integer') {
    if (!Number.isInteger(value))
      throw invalid('query.number', `${value} is not a whole number, and the label counts.`);
    if (Math.abs(value) > 0x7fffffff)
      throw invalid('query.number', `${value} is beyond 32 bits, and the label counts.`);
  }
  return { op, value };
}
