import type { RelationName } from './catalogue.ts';

/** A time given either exactly (microseconds since 1970) or as a distance from the moment of asking. */
export type TimeValue = number | { readonly fromNow: number };

export type Value = string | number | boolean | TimeValue;

/**
 * A comparison of one field. A missing value satisfies none of them; `not` turns that round (two-valued logic,
 * in every engine alike). `fold: true` compares without regard to case ({@link fold}).
 */
export type Test =
  | { readonly op: 'eq'; readonly value: Value; readonly fold?: boolean }
  | { readonly op: 'in'; readonly values: readonly Value[]; readonly fold?: boolean }
  | { readonly op: 'lt' | 'le' | 'gt' | 'ge'; readonly value: Value }
  /** Text begins with the value. */
  | { readonly op: 'prefix'; readonly value: string; readonly fold?: boolean }
  /** Text contains the value. */
  | { readonly op: 'contains'; readonly value: string; readonly fold?: boolean }
  /** SQL LIKE: `%` any run, `_` one character, `\` takes the next character literally. Matches the whole text. */
  | { readonly op: 'like'; readonly pattern: string; readonly fold?: boolean }
  /** RE2 syntax, unanchored. */
  | { readonly op: 'regex'; readonly pattern: string; readonly fold?: boolean }
  /** The value is known. */
  | { readonly op: 'exists' };

/** One question, whatever language it was asked in. Fields and relations are those of the catalogue. */
export type Predicate =
  /** Everything. */
  | { readonly kind: 'all' }
  /** Nothing. */
  | { readonly kind: 'none' }
  | { readonly kind: 'and'; readonly of: readonly Predicate[] }
  | { readonly kind: 'or'; readonly of: readonly Predicate[] }
  | { readonly kind: 'not'; readonly of: Predicate }
  /** A field of the row in scope: the listed entity, or inside `some` the relation's row. */
  | { readonly kind: 'compare'; readonly field: string; readonly test: Test }
  /** Some row of the relation satisfies `where` (whose fields are the relation's; relations of an entity can nest). */
  | { readonly kind: 'some'; readonly relation: RelationName; readonly where: Predicate }
  /** The number of rows of the relation that satisfy `where`, compared with a number. */
  | { readonly kind: 'tally'; readonly relation: RelationName; readonly where: Predicate; readonly test: Test };

export const ALL: Predicate = { kind: 'all' };
export const NONE: Predicate = { kind: 'none' };

/** Conjunction, flattened, with constants folded: no part is `all`, none is never left beside another. */
export function and(...parts: readonly Predicate[]): Predicate {
  const of: Predicate[] = [];
  for (const part of parts) {
    if (part.kind === 'none') return NONE;
    if (part.kind === 'and') of.push(...part.of);
    else if (part.kind !== 'all') of.push(part);
  }
  return of.length === 0 ? ALL : of.length === 1 ? of[0]! : { kind: 'and', of };
}

/** Disjunction, flattened, with constants folded. */
export function or(...parts: readonly Predicate[]): Predicate {
  const of: Predicate[] = [];
  for (const part of parts) {
    if (part.kind === 'all') return ALL;
    if (part.kind === 'or') of.push(...part.of);
    else if (part.kind !== 'none') of.push(part);
  }
  return of.length === 0 ? NONE : of.length === 1 ? of[0]! : { kind: 'or', of };
}

/** Negation, with constants and double negation folded. */
export function not(part: Predicate): Predicate {
  if (part.kind === 'all') return NONE;
  if (part.kind === 'none') return ALL;
  if (part.kind === 'not') return part.of;
  return { kind: 'not', of: part };
}

export function compare(field: string, test: Test): Predicate {
  return { kind: 'compare', field, test };
}

export function eq(field: string, value: Value): Predicate {
  return compare(field, { op: 'eq', value });
}

export function some(relation: RelationName, where: Predicate = ALL): Predicate {
  return where.kind === 'none' ? NONE : { kind: 'some', relation, where };
}

/** A label (or property) with exactly this key and value. */
export function label(key: string, value: string, options: { fold?: boolean } = {}): Predicate {
  const { fold = false } = options;
  return some(
    'label',
    and(compare('key', { op: 'eq', value: key, fold }), compare('value', { op: 'eq', value, fold })),
  );
}

/** The top-level conditions that must all hold. */
export function conjuncts(predicate: Predicate): readonly Predicate[] {
  return predicate.kind === 'and' ? predicate.of : predicate.kind === 'all' ? [] : [predicate];
}

/**
 * The one way text is compared without regard to case: JavaScript's full lower-casing, computed in the process on
 * both sides, so that every engine agrees.
 */
export function fold(text: string): string {
  return text.toLowerCase();
}

/** Whether the answer depends on the moment of asking (so that its bytes must not be kept). */
export function dependsOnNow(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return predicate.of.some(dependsOnNow);
    case 'not':
      return dependsOnNow(predicate.of);
    case 'some':
      return dependsOnNow(predicate.where);
    case 'tally':
      return dependsOnNow(predicate.where);
    case 'compare': {
      const test = predicate.test;
      const values = 'values' in test ? test.values : 'value' in test ? [test.value] : [];
      return values.some((value) => typeof value === 'object');
    }
    default:
      return false;
  }
}
