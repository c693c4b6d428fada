import { invalid } from '../../domain/error.ts';
import { isId } from '../../domain/id.ts';
import type { Micros } from '../../domain/time.ts';
import type { RelationName } from '../../query/catalogue.ts';
import { fold, type Test, type Value } from '../../query/predicate.ts';
import type { Capabilities } from '../engine.ts';
import { indexedKey, indexedValue } from '../indexed-text.ts';
import { type Check, type Condition, FALSE, type Leaf, TRUE, type Variant } from './condition.ts';
import { testNumber } from './number-tests.ts';
import { regexParameter } from './regex.ts';
import { prefixEnd } from './text-range.ts';
import { parseWildcard, toGlob, toLike } from './wildcard.ts';

/** The column a test is about, and where its values go. */
export interface ColumnContext {
  readonly relation: RelationName | undefined;
  readonly name: string;
  readonly type: Leaf['type'];
  /** Whether it has a folded twin. */
  readonly folded: boolean;
  readonly nullable: boolean;
  readonly values: unknown[];
  readonly now: Micros;
  readonly capabilities: Capabilities;
}

/** Longer lists of values travel as one JSON parameter, and all of them once a query has many. */
export const MOST_LISTED = 200;
const MANY_PARAMETERS = 5_000;

/** Engines bound the length of wildcard patterns (SQLite: 50,000 bytes). */
const MOST_WILDCARD = 10_000;

/**
 * Turns one comparison into a leaf, or into a constant where the answer does not depend on the row: text with NUL is
 * in no database, an id that is none equals nothing, no whole number is 1.5.
 */
export function testColumn(test: Test, column: ColumnContext, negated: boolean): Condition {
  const check = checkOf(test, column);
  if (check === 'never') return negated ? TRUE : FALSE;
  if (check.check.op === 'known' && !column.nullable) return negated ? FALSE : TRUE;
  const { name: field, type, nullable } = column;
  return { kind: 'test', field, type, variant: check.variant, nullable, negated, check: check.check };
}

type Outcome = 'never' | { readonly check: Check; readonly variant: Variant };

function checkOf(test: Test, column: ColumnContext): Outcome {
  if (test.op === 'exists') return plain({ op: 'known' });
  if (column.type === 'boolean') return testBoolean(test);
  if (column.type === 'integer' || column.type === 'float') return testNumeric(test, column);
  return testText(test, column);
}

function plain(check: Check): Outcome {
  return { check, variant: 'plain' };
}

function testBoolean(test: Test): Outcome {
  const values = test.op === 'eq' ? [test.value] : test.op === 'in' ? test.values : [];
  if (values.includes(true)) return plain(values.includes(false) ? { op: 'known' } : { op: 'true' });
  return values.includes(false) ? plain({ op: 'false' }) : 'never';
}

function testNumeric(test: Test, column: ColumnContext): Outcome {
  const exact = (value: Value): number => (typeof value === 'object' ? column.now + value.fromNow : (value as number));
  switch (test.op) {
    case 'eq':
    case 'in': {
      const values = test.op === 'eq' ? [exact(test.value)] : test.values.map(exact);
      const possible = column.type === 'integer' ? values.filter(Number.isSafeInteger) : values.filter(Number.isFinite);
      return anyOf(possible, column, 'plain', test.op === 'eq');
    }
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge': {
      const outcome = testNumber(test.op, exact(test.value), column.type === 'integer');
      if (typeof outcome === 'string') return outcome === 'never' ? 'never' : plain({ op: 'known' });
      return plain({ op: outcome.op, value: column.values.push(outcome.value) - 1 });
    }
    default:
      return 'never';
  }
}

function testText(test: Exclude<Test, { op: 'exists' }>, column: ColumnContext): Outcome {
  const variant: Variant = !('fold' in test) || test.fold !== true ? 'plain' : column.folded ? 'fold' : 'lower';
  const cased = variant === 'fold' ? fold : variant === 'lower' ? foldAscii : same;
  const stored = (text: string) => cut(cased(cut(text.toWellFormed(), column)), column);
  const put = (value: unknown) => column.values.push(value) - 1;
  switch (test.op) {
    case 'eq':
    case 'in': {
      const texts = (test.op === 'eq' ? [test.value] : test.values) as readonly string[];
      return equal(texts.filter((text) => !text.includes('\0')).map(stored), test.op === 'eq');
    }
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge': {
      const value = test.value as string;
      return value.includes('\0') ? 'never' : { check: { op: test.op, value: put(value.toWellFormed()) }, variant };
    }
    case 'prefix':
      return prefix(stored(test.value));
    case 'contains':
      return contains(cased(test.value.toWellFormed()));
    case 'like':
      return wildcard(cased(test.pattern.toWellFormed()));
    case 'regex': {
      if (test.pattern.includes('\0')) return 'never';
      const parameter = regexParameter(test.pattern, test.fold === true, column.capabilities, column.name);
      return plain({ op: 'regex', value: put(parameter), fold: test.fold === true });
    }
  }

  function equal(texts: readonly string[], single: boolean): Outcome {
    // Ids are lower-case as stored: comparing them folded is comparing them.
    return column.type === 'id'
      ? anyOf(texts.filter(isId), column, 'plain', single)
      : anyOf(texts, column, variant, single);
  }

  function prefix(text: string): Outcome {
    if (text.includes('\0')) return 'never';
    if (text === '') return plain({ op: 'known' });
    const end = prefixEnd(text);
    const from = put(text);
    return { check: { op: 'range', from, to: end === undefined ? undefined : put(end) }, variant };
  }

  function contains(text: string): Outcome {
    if (text.includes('\0')) return 'never';
    return text === '' ? plain({ op: 'known' }) : { check: { op: 'contains', value: put(text) }, variant };
  }

  function wildcard(pattern: string): Outcome {
    if (pattern.includes('\0')) return 'never';
    if (pattern.length > MOST_WILDCARD) {
      const message = `The pattern on ${column.name} is longer than ${MOST_WILDCARD} characters; shorten it.`;
      throw invalid('query.pattern-too-long', message, column.name);
    }
    const parts = parseWildcard(pattern);
    const [first, second, third] = parts;
    if (!first) return equal([''], true);
    if (!second && 'text' in first) return equal([cut(first.text, column)], true);
    if (!second && isRun(first)) return plain({ op: 'known' });
    if (second && !third && 'text' in first && isRun(second)) return prefix(cut(first.text, column));
    if (parts.length === 3 && isRun(first) && second && 'text' in second && third && isRun(third)) {
      return contains(second.text);
    }
    const written = column.capabilities.wildcard === 'glob' ? toGlob(parts) : toLike(parts);
    return { check: { op: 'wildcard', value: put(written) }, variant };
  }
}

function isRun(part: ReturnType<typeof parseWildcard>[number]): boolean {
  return 'any' in part && part.any === 'run';
}

/** Equality with any of the values. */
function anyOf(found: readonly (string | number)[], column: ColumnContext, variant: Variant, single: boolean): Outcome {
  const values = [...new Set(found)];
  if (values.length === 0) return 'never';
  const put = (value: unknown) => column.values.push(value) - 1;
  if (single) return { check: { op: 'eq', value: put(values[0]) }, variant };
  const few = values.length <= MOST_LISTED && column.values.length < MANY_PARAMETERS;
  if (few) return { check: { op: 'in', values: values.map(put) }, variant };
  return { check: { op: 'in-json', value: put(JSON.stringify(values)) }, variant };
}

/** Label texts are compared as the tag tables hold them. */
function cut(text: string, column: ColumnContext): string {
  if (column.relation === 'label' && column.name === 'key') return indexedKey(text);
  if (column.relation === 'label' || column.relation === 'tag') return indexedValue(text);
  return text;
}

/** Lower-cases A to Z only, as `lower()` does in every engine. */
function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function same(text: string): string {
  return text;
}
