/** Values of boolean and UUID columns. */
import { invalid } from '../../../domain/error.ts';
import { dashed, parseId } from '../../../domain/id.ts';
import type { Predicate } from '../../../query/predicate.ts';
import { type Column, isKnown, isMissing, passes } from './column.ts';
import { parseGoBoolean, quoteGo } from './go.ts';
import { readModifiers } from './split.ts';
import { checkedRegex } from './values-text.ts';

/** Reads a value of a boolean column: Go's words, or any beginning of `true` or `false`. */
export function readBoolean(column: Column, value: string): Predicate {
  if (value === '*') return isKnown(column);
  if (value === '-') return isMissing(column);
  const { text, modifiers } = readModifiers(value);
  if (modifiers.length > 0) {
    throw invalid('query.modifier', `modifiers for bool query not allowed: [${modifiers.join(' ')}]`);
  }
  return passes(column, { op: 'eq', value: parseFriendly(text) }, false);
}

function parseFriendly(text: string): boolean {
  if (text === '') throw invalid('query.boolean', 'empty value is neither true nor false');
  const read = parseGoBoolean(text);
  if (read.ok) return read.value;
  const lower = text.toLowerCase();
  if ('true'.startsWith(lower)) return true;
  if ('false'.startsWith(lower)) return false;
  throw invalid('query.boolean', read.error);
}

/** Reads a value of a UUID column: a whole UUID in any form, or a regular expression. */
export function readUuid(column: Column, value: string): Predicate {
  if (value === '*') return isKnown(column);
  if (value === '-') return isMissing(column);
  const { text, modifiers } = readModifiers(value);
  if (text === '') throw invalid('query.uuid', 'value in search query cannot be empty');
  if (modifiers[0] === 'AtLeastOne') {
    throw invalid('query.modifier', `"!!" is not supported in front of ${text}; write ! for "not".`);
  }
  const negated = modifiers[0] === 'Negation';
  if (modifiers.at(-1) === 'Regex') {
    return passes(column, { op: 'regex', pattern: checkedRegex(text), fold: true }, false, negated);
  }
  return passes(column, { op: 'eq', value: readId(text), fold: true }, false, negated);
}

function readId(text: string): string {
  const bare = text.replace(/^urn:uuid:/i, '').replace(/^\{(.*)\}$/, '$1');
  const id = parseId(bare);
  if (id !== undefined) return dashed(id);
  const right = [32, 36, 38, 45].includes(text.length);
  const why = right ? 'invalid UUID format' : `invalid UUID length: ${text.length}`;
  throw invalid('query.uuid', `value ${quoteGo(text)} in search query must be valid UUID: ${why}`);
}
