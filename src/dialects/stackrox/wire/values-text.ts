/**
 * Values of text columns: `prefix` (a LIKE pattern whose `%`, `_` and `\` work), `"exact"`, `r/regex`, each with `!`
 * in front for its opposite, `*` (known) and `-` (not known).
 */
import { RE2JS } from 're2js';
import { invalid } from '../../../domain/error.ts';
import type { Predicate, Test } from '../../../query/predicate.ts';
import { type Column, isKnown, isMissing, passes } from './column.ts';
import { readModifiers } from './split.ts';

/** Reads a value of a text column. */
export function readText(column: Column, value: string): Predicate {
  if (value === '*') return isKnown(column);
  if (value === '-') return isMissing(column);
  const { test, negated } = readTextTest(value);
  if (!negated && test.op === 'prefix' && test.value === '') return isKnown(column);
  return passes(column, test, admitsEmpty(test), negated);
}

/** Reads a value without the meanings of `*` and `-`, as both sides of a map entry and the elements of arrays have it. */
export function readTextTest(value: string): { readonly test: Test; readonly negated: boolean } {
  const { text, modifiers } = readModifiers(value);
  if (modifiers[0] === 'AtLeastOne') {
    throw invalid('query.modifier', `"!!" is not supported in front of ${text}; write ! for "not".`);
  }
  const negated = modifiers[0] === 'Negation';
  const kind = modifiers.at(-1);
  if (kind === 'Regex') return { test: { op: 'regex', pattern: checkedRegex(text), fold: true }, negated };
  if (kind === 'Equality') return { test: { op: 'eq', value: text }, negated };
  if (/[%_\\]/.test(text)) return { test: { op: 'like', pattern: `${text}%`, fold: true }, negated };
  return { test: { op: 'prefix', value: text, fold: true }, negated };
}

/**
 * The expression, if it is one of RE2's syntax.
 * @throws StowageError that says what of it is wrong
 */
export function checkedRegex(pattern: string, prefix = `invalid regexp ${pattern}`): string {
  try {
    RE2JS.compile(pattern);
    return pattern;
  } catch (error) {
    throw invalid('query.regex', `${prefix}: ${error instanceof Error ? error.message : 'not understood'}`);
  }
}

/** Whether the empty text passes. */
export function admitsEmpty(test: Test): boolean {
  switch (test.op) {
    case 'eq':
      return test.value === '';
    case 'prefix':
      return test.value === '';
    case 'like':
      return /^%*$/.test(test.pattern);
    case 'regex':
      return RE2JS.compile(test.pattern, RE2JS.CASE_INSENSITIVE).matcher('').find();
    default:
      return false;
  }
}
