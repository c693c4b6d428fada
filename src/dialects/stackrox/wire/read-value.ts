import { compare, type Predicate, type Value } from '../../../query/predicate.ts';
import type { Column } from './column.ts';
import { readDate } from './values-date.ts';
import { readEnum } from './values-enum.ts';
import { readNumber } from './values-number.ts';
import { readBoolean, readUuid } from './values-other.ts';
import { readText } from './values-text.ts';

/** Reads one value of a query by the type of its column. */
export function readValue(column: Column, value: string): Predicate {
  switch (column.type) {
    case 'text':
      return readText(column, value);
    case 'integer':
    case 'score':
    case 'probability':
      return readNumber(column, value);
    case 'time':
      return readDate(column, value);
    case 'boolean':
      return readBoolean(column, value);
    case 'enum':
      return readEnum(column, value);
    case 'uuid':
      return readUuid(column, value);
  }
}

/** Any of the conditions; exact values of one field become one list, so that thousands of them stay one condition. */
export function anyOf(parts: readonly Predicate[]): Predicate {
  const of: Predicate[] = [];
  const lists = new Map<string, { readonly at: number; readonly values: Set<Value> }>();
  for (const part of parts.flatMap((each) => (each.kind === 'or' ? each.of : [each]))) {
    if (part.kind === 'all') return part;
    if (part.kind === 'none') continue;
    const values = exactValues(part);
    if (part.kind !== 'compare' || values === undefined) {
      of.push(part);
      continue;
    }
    const list = lists.get(part.field);
    if (list) {
      for (const value of values) list.values.add(value);
    } else {
      lists.set(part.field, { at: of.length, values: new Set(values) });
      of.push(part);
    }
  }
  for (const [field, { at, values }] of lists) {
    const [first] = values;
    if (first !== undefined && values.size === 1) of[at] = compare(field, { op: 'eq', value: first });
    else of[at] = compare(field, { op: 'in', values: [...values] });
  }
  const [only] = of;
  if (only === undefined) return { kind: 'none' };
  return of.length === 1 ? only : { kind: 'or', of };
}

/** Values a condition compares a field with exactly; times relative to now are left alone. */
function exactValues(part: Predicate): readonly Value[] | undefined {
  if (part.kind !== 'compare') return undefined;
  const { test } = part;
  if ((test.op !== 'eq' && test.op !== 'in') || test.fold) return undefined;
  const values = test.op === 'eq' ? [test.value] : test.values;
  return values.some((value) => typeof value === 'object') ? undefined : values;
}
