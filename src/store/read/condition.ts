import type { RelationName } from '../../query/catalogue.ts';

/** Which column of a field a test looks at: as stored, its folded twin, or lower-cased on the fly (ASCII only). */
export type Variant = 'plain' | 'fold' | 'lower';

/**
 * What a column is tested for. Numbers are places in the list of values: a condition holds no values itself, so that
 * two questions of one shape are equal as conditions.
 */
export type Check =
  | { readonly op: 'known' }
  | { readonly op: 'true' | 'false' }
  | { readonly op: 'eq' | 'lt' | 'le' | 'gt' | 'ge'; readonly value: number }
  | { readonly op: 'in'; readonly values: readonly number[] }
  /** Values as one JSON array, for long lists. */
  | { readonly op: 'in-json'; readonly value: number }
  /** From (inclusive) to (exclusive; undefined: no end). */
  | { readonly op: 'range'; readonly from: number; readonly to: number | undefined }
  | { readonly op: 'contains' | 'wildcard'; readonly value: number }
  | { readonly op: 'regex'; readonly value: number; readonly fold: boolean };

/** A test of one column of the row in scope. `absent` says that the column can be null. */
export interface Leaf {
  readonly kind: 'test';
  readonly field: string;
  readonly type: 'text' | 'integer' | 'float' | 'boolean' | 'id';
  readonly variant: Variant;
  readonly nullable: boolean;
  readonly negated: boolean;
  readonly check: Check;
}

export interface Some {
  readonly kind: 'some';
  readonly relation: RelationName;
  readonly where: Condition;
  readonly negated: boolean;
  /** Of labels and tags: few different ones satisfy the condition, as far as the plan knows. */
  readonly few?: true;
}

/** The number of rows of a relation, tested; never null. */
export interface Tally {
  readonly kind: 'tally';
  readonly relation: RelationName;
  readonly where: Condition;
  readonly negated: boolean;
  readonly check: Check;
  /** As of {@link Some}. */
  readonly few?: true;
}

/** A predicate ready for SQL: checked, constants folded, negation only at the leaves. */
export type Condition =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | Leaf
  | Some
  | Tally;

export const TRUE: Condition = { kind: 'true' };
export const FALSE: Condition = { kind: 'false' };

/** Conjunction (or disjunction), flattened, constants folded. */
export function join(kind: 'and' | 'or', parts: readonly Condition[]): Condition {
  const [neutral, absorbing] = kind === 'and' ? ['true', 'false'] : ['false', 'true'];
  const of: Condition[] = [];
  for (const part of parts) {
    if (part.kind === absorbing) return part;
    if (part.kind === kind) of.push(...part.of);
    else if (part.kind !== neutral) of.push(part);
  }
  if (of.length === 0) return kind === 'and' ? TRUE : FALSE;
  return of.length === 1 ? of[0]! : { kind, of };
}

/** The conditions that must all hold. */
export function parts(condition: Condition): readonly Condition[] {
  if (condition.kind === 'true') return [];
  return condition.kind === 'and' ? condition.of : [condition];
}
