import { invalid } from '../../domain/error.ts';
import { findField } from '../../query/catalogue.ts';
import type { CursorScope } from '../../query/cursor.ts';
import { mentionsNow } from '../../query/dates.ts';
import type { LanguageId, QueryLanguage } from '../../query/language.ts';
import { NATIVE_FIELDS } from '../../query/native/fields.ts';
import { nativeLanguage } from '../../query/native/language.ts';
import type { SortKey } from '../../query/page.ts';
import { ALL, type Predicate } from '../../query/predicate.ts';
import { parseOverImages } from '../../query/translate.ts';
import type { ApiServices } from './services.ts';

/** All languages this server reads: the native one and those of the dialects that are switched on. */
export function languagesOf(services: Pick<ApiServices, 'dialects'>): readonly QueryLanguage[] {
  return [nativeLanguage, ...services.dialects.map((dialect) => dialect.language)];
}

/** @throws StowageError when there is no such language here */
export function languageOf(services: Pick<ApiServices, 'dialects'>, id: string | undefined): QueryLanguage {
  const wanted = (id ?? 'native') as LanguageId;
  const found = languagesOf(services).find((language) => language.id === wanted);
  if (!found) throw invalid('query.unknown-language', `There is no language "${wanted}" here.`, 'lang');
  return found;
}

/** What `q` and `lang` ask for, over images. */
export function imageQuestion(services: ApiServices, query: { q?: string; lang?: string }): Predicate {
  return parseOverImages(languageOf(services, query.lang), query.q ?? '', { now: services.now() });
}

/**
 * What a cursor of this question is bound to: its predicate, or its text where that counts from now and so is another
 * predicate at every moment.
 * @param extra what else shapes the list
 */
export function cursorFilter(
  { q = '', lang }: { q?: string; lang?: string },
  where: Predicate,
  extra?: string,
): Pick<CursorScope, 'where' | 'extra'> {
  return mentionsNow(q) ? { where: ALL, extra: JSON.stringify([lang, q, extra]) } : { where, extra };
}

const SORT_WORDS: ReadonlyMap<string, string> = new Map([
  ...[...NATIVE_FIELDS]
    .filter(([, field]) => field.at.relation === undefined)
    .map(([word, field]) => [word, field.at.field] as const),
  ['running', 'running_count'],
]);

/**
 * Reads `-risk,name` into an order of images; the record's first-seen time goes before the id in every tie, which is
 * what the indexes have.
 * @throws StowageError that names the words there are
 */
export function imageOrder(text: string | undefined): readonly SortKey[] {
  const keys: SortKey[] = (text || '-updated').split(',').map((part) => {
    const direction = part.startsWith('-') ? 'desc' : 'asc';
    const word = part.replace(/^[-+]/, '').trim();
    const field = SORT_WORDS.get(word);
    if (field === undefined || !findField('image', field)?.sort) {
      const words = [...SORT_WORDS].filter(([, name]) => findField('image', name)?.sort).map(([name]) => name);
      throw invalid('sort.unknown', `Images cannot be ordered by "${word}". Words: ${words.join(', ')}.`, 'sort');
    }
    return { field, direction, missing: 'last' };
  });
  const last = keys.at(-1)!;
  if (!keys.some((key) => key.field === 'created_at')) keys.push({ field: 'created_at', direction: last.direction });
  return keys;
}
