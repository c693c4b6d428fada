import { ALL, and, compare, NONE, not, or, type Predicate, type Test } from '../../../query/predicate.ts';
import type { EnumTable } from './enums.ts';

export type ColumnType = 'text' | 'integer' | 'score' | 'probability' | 'time' | 'boolean' | 'enum' | 'uuid';

/** What a query value is compared with: a catalogue field and how the vendor keeps missing values of it. */
export interface Column {
  readonly type: ColumnType;
  /** Catalogue field in the scope of the predicate; null: the vendor has the column, nothing is ever known of it. */
  readonly field: string | null;
  /** The value the vendor keeps in place of a missing one, for columns that are never null there. */
  readonly missing?: '' | 0;
  /** Whether values can be missing here. Without it every row has one. */
  readonly nullable?: boolean;
  /** Names of an enum, with what each is stored as. */
  readonly names?: EnumTable;
}

/** `label:*`: the column has a value. */
export function isKnown(column: Column): Predicate {
  if (column.field === null) return NONE;
  return column.nullable && column.missing === undefined ? compare(column.field, { op: 'exists' }) : ALL;
}

/** `label:-`: the column has none. */
export function isMissing(column: Column): Predicate {
  return not(isKnown(column));
}

/**
 * A test of a column. A missing value passes when the value kept in its place does (`admitsMissing`); else it passes
 * nothing, not even a negated test.
 */
export function passes(column: Column, test: Test, admitsMissing: boolean, negated = false): Predicate {
  const { field, missing, nullable = false } = column;
  if (field === null) return NONE;
  const own = compare(field, test);
  if (!nullable) return negated ? not(own) : own;
  const known = compare(field, { op: 'exists' });
  if (missing === undefined) return negated ? and(known, not(own)) : own;
  if (negated) return admitsMissing ? and(known, not(own)) : not(own);
  return admitsMissing ? or(own, not(known)) : own;
}
