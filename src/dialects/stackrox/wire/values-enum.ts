/**
 * Values of enum columns: a prefix of names, `"NAME"`, `r/regex`, `!` for all others; with a comparison in front, by
 * number (`>=IMPORTANT`). A plain value that is no name matches nothing.
 */
import { RE2JS } from 're2js';
import { invalid } from '../../../domain/error.ts';
import { NONE, type Predicate } from '../../../query/predicate.ts';
import { type Bound, satisfies } from './bounds.ts';
import { type Column, isKnown, isMissing, passes } from './column.ts';
import type { EnumTable } from './enums.ts';
import { quoteGo } from './go.ts';
import { readModifiers } from './split.ts';
import { readNumberBounds, readOperator } from './values-number.ts';
import { checkedRegex } from './values-text.ts';

/** Reads a value of an enum column. */
export function readEnum(column: Column, value: string): Predicate {
  const { text } = readModifiers(value);
  if (text === '*') return isKnown(column);
  if (value === '-') return isMissing(column);
  if (value === '"-"') return NONE;
  const names = column.names ?? { path: '', values: [] };
  return oneOf(column, readEnumNumbers(names, value));
}

/** The column has one of these numbers. */
export function oneOf(column: Column, numbers: readonly number[]): Predicate {
  const values = numbers.map((number) => column.names?.values[number]?.[1] ?? '');
  if (column.field === null || values.length === 0) return NONE;
  if (values.length === column.names?.values.length) return isKnown(column);
  const [only] = values;
  return passes(column, values.length === 1 ? { op: 'eq', value: only ?? '' } : { op: 'in', values }, false);
}

/** Reads a value into the numbers it stands for. */
export function readEnumNumbers(names: EnumTable, value: string): number[] {
  const { text, modifiers } = readModifiers(value);
  if (modifiers[0] === 'AtLeastOne') {
    throw invalid('query.modifier', 'unsupported query modifier for enum query: AtLeastOne');
  }
  if (modifiers.length === 0) return readPlain(names, text);
  const negated = modifiers[0] === 'Negation';
  const kind = modifiers.at(-1);
  const wanted = text.toLowerCase();
  const matches = kind === 'Regex' ? regexMatcher(text) : (name: string) => name === wanted;
  const hits = select(names, kind === 'Negation' ? (name) => name.startsWith(wanted) : matches, negated);
  if (hits.length > 0) return hits;
  throw invalid(
    'query.enum',
    `could not find corresponding enum at field ${quoteGo(names.path)} with value ${quoteGo(kind === 'Regex' ? wanted : text)} and modifiers [${modifiers.join(' ')}]`,
  );
}

function readPlain(names: EnumTable, text: string): number[] {
  const { sign, rest } = readOperator(text);
  const wanted = rest.toLowerCase();
  const hits = select(names, (name) => name.startsWith(wanted), false);
  if (sign === '') return hits;
  const allowed = new Set<number>();
  for (const hit of hits) {
    const bounds: readonly Bound[] = readNumberBounds('integer', `${sign}${hit}`);
    for (let number = 0; number < names.values.length; number += 1) {
      if (satisfies(number, bounds)) allowed.add(number);
    }
  }
  return [...allowed].sort((a, b) => a - b);
}

function regexMatcher(text: string): (name: string) => boolean {
  const compiled = RE2JS.compile(checkedRegex(text, 'invalid regex'), RE2JS.CASE_INSENSITIVE);
  return (name) => compiled.matcher(name).find();
}

function select(names: EnumTable, matches: (lowerCaseName: string) => boolean, negated: boolean): number[] {
  const numbers: number[] = [];
  names.values.forEach(([name], number) => {
    if (matches(name.toLowerCase()) !== negated) numbers.push(number);
  });
  return numbers;
}
