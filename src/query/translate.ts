import type { LanguageId, ParseContext, Printed, QueryLanguage } from './language.ts';
import { ALL, and, type Predicate } from './predicate.ts';
import { toImage } from './retarget.ts';

/** A question in every language, and what each cannot say. */
export interface Translation {
  /** The question over images. */
  readonly where: Predicate;
  readonly languages: ReadonlyMap<LanguageId, Printed>;
}

/**
 * Reads a text in one language and says it in all of them.
 * @throws StowageError kind `invalid` with the character offset
 */
export function translate(
  from: QueryLanguage,
  text: string,
  languages: readonly QueryLanguage[],
  context: ParseContext,
): Translation {
  const where = toImage(from.entity, from.parse(text, context));
  return { where, languages: new Map(languages.map((language) => [language.id, language.print(where)])) };
}

/** Parses a query of any language into a predicate over images. */
export function parseOverImages(language: QueryLanguage, text: string, context: ParseContext): Predicate {
  return text.trim() === '' ? ALL : and(toImage(language.entity, language.parse(text, context)));
}
