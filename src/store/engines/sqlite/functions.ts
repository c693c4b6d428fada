import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { RE2JS } from 're2js';

/** Compiled patterns kept per connection; a query rarely has more than a few. */
const KEPT_PATTERNS = 64;

/**
 * Adds Stowage's own SQL functions to a connection.
 *
 * `regex(pattern, text, fold)`: 1 when the RE2 pattern matches anywhere in the text, else 0; 0 for NULL, so that its
 * negation holds for a missing value. With `fold` not 0 letters match in either case. A pattern that RE2 refuses is
 * an error: check patterns before they get here.
 */
export function addFunctions(database: DatabaseSync): void {
  const patterns = new Map<string, RE2JS>();
  database.function('regex', { deterministic: true }, (pattern, text, fold) => {
    if (typeof text !== 'string' || typeof pattern !== 'string') return 0;
    return patternFor(patterns, pattern, isTrue(fold)).test(text) ? 1 : 0;
  });
}

function patternFor(patterns: Map<string, RE2JS>, pattern: string, fold: boolean): RE2JS {
  const key = fold ? `i${pattern}` : `s${pattern}`;
  const known = patterns.get(key);
  if (known) return known;
  if (patterns.size >= KEPT_PATTERNS) patterns.clear();
  const compiled = RE2JS.compile(pattern, fold ? RE2JS.CASE_INSENSITIVE : 0);
  patterns.set(key, compiled);
  return compiled;
}

function isTrue(value: SQLOutputValue): boolean {
  return value !== null && value !== 0 && value !== 0n;
}
