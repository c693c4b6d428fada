/**
 * Values of map columns: `key` (some key so begins), `key=` (exactly this key), `!key=` (not this key), `key=value` and
 * `=value` (one entry, each side with the modifiers of text), `=` (any entry), `*` (everything).
 */
import { invalid, StowageError } from '../../../domain/error.ts';
import { ALL, and, compare, eq, not, type Predicate, some } from '../../../query/predicate.ts';
import { readTextTest } from './values-text.ts';

/** Reads a value of the label map of an image. */
export function readMap(value: string): Predicate {
  if (value === '*') return ALL;
  const equals = value.indexOf('=');
  const key = equals < 0 ? value : value.slice(0, equals);
  const entry = equals < 0 ? '' : value.slice(equals + 1);
  if (key.startsWith('!')) {
    if (equals >= 0 && entry === '' && key.length > 1) return not(some('label', eq('key', key.slice(1))));
    throw refused(value);
  }
  if (equals >= 0 && entry === '' && key !== '') return some('label', eq('key', key));
  return some('label', and(side('key', key, value), side('value', entry, value)));
}

function refused(value: string): StowageError {
  return invalid('query.map', `unsupported map query ${value}: cannot negate key and specify non-empty value`);
}

function side(field: 'key' | 'value', text: string, whole: string): Predicate {
  if (text === '') return ALL;
  try {
    const { test, negated } = readTextTest(text);
    return negated ? not(compare(field, test)) : compare(field, test);
  } catch (error) {
    if (!(error instanceof StowageError) || error.code !== 'query.regex') throw error;
    throw invalid(error.code, `couldn't generate query for ${field} from ${whole}: ${error.message}`);
  }
}
