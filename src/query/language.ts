import type { Micros } from '../domain/time.ts';
import type { EntityName } from './catalogue.ts';
import type { Predicate } from './predicate.ts';

export type LanguageId = 'native' | 'datadog' | 'qualys' | 'huawei-hss' | 'stackrox' | 'glance';

/** What a text says, and where: spans for squiggles. */
export interface ParseContext {
  /** The moment relative dates are counted from when they must become exact. */
  readonly now: Micros;
}

/** A query printed in a language, and what of it cannot be said there (one plain sentence each). */
export interface Printed {
  readonly text: string;
  readonly missing: readonly string[];
}

/** A query language: one grammar, to and from the one tree. */
export interface QueryLanguage {
  readonly id: LanguageId;
  /** What its fields are rooted at: the rows its list shows. */
  readonly entity: EntityName;
  /**
   * Reads a text into a predicate over {@link entity}.
   * @throws StowageError kind `invalid` whose `at` is the character offset
   */
  parse(text: string, context: ParseContext): Predicate;
  /** Says a predicate over `image` (see `retarget`) in this language, conjunct by conjunct. */
  print(where: Predicate): Printed;
}
