import { ALL, and, NONE, type Predicate, type TimeValue } from '../../../query/predicate.ts';
import { type Column, isKnown, passes } from './column.ts';

export type Operator = 'lt' | 'le' | 'gt' | 'ge' | 'eq';

/** One comparison with a number or time. All bounds of a value hold together. */
export interface Bound {
  readonly op: Operator;
  readonly value: TimeValue;
}

/** Whether a number satisfies all bounds. */
export function satisfies(number: number, bounds: readonly Bound[]): boolean {
  return bounds.every(({ op, value }) => {
    if (typeof value !== 'number') return false;
    switch (op) {
      case 'lt':
        return number < value;
      case 'le':
        return number <= value;
      case 'gt':
        return number > value;
      case 'ge':
        return number >= value;
      default:
        return number === value;
    }
  });
}

/** Bounds as a predicate on a column. Infinite ones hold for every known value or for none. */
export function boundsOn(column: Column, bounds: readonly Bound[]): Predicate {
  const parts: Predicate[] = [];
  let all = true;
  for (const { op, value } of bounds) {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      const holds = Number.isNaN(value) || value > 0 ? op === 'lt' || op === 'le' : op === 'gt' || op === 'ge';
      if (!holds) return NONE;
      continue;
    }
    all = false;
    parts.push(passes({ ...column, missing: undefined }, { op, value }, false));
  }
  if (all) return isKnown(column);
  const inside = and(...parts, ALL);
  if (column.missing !== 0 || !column.nullable || column.field === null || !satisfies(0, finite(bounds))) return inside;
  return {
    kind: 'or',
    of: [inside, { kind: 'not', of: { kind: 'compare', field: column.field, test: { op: 'exists' } } }],
  };
}

function finite(bounds: readonly Bound[]): readonly Bound[] {
  return bounds.filter(({ value }) => typeof value !== 'number' || Number.isFinite(value));
}
