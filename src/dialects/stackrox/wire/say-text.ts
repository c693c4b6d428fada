/** Text conditions as query values. Several ways of writing one are offered; the caller takes the first that reads back. */
import type { Predicate, Test } from '../../../query/predicate.ts';

/** A value and the condition it stands for. */
export interface Said {
  readonly text: string;
  readonly means: Predicate;
}

/**
 * Ways to write a test of text as a value; none when this language has no word for it.
 * @param means what a test, written so, stands for
 */
export function sayText(test: Test, negated: boolean, means: (written: Test) => Predicate): Said[] {
  return forms(test).map((form) => ({ text: `${negated ? '!' : ''}${form.text}`, means: means(form.test) }));
}

interface Form {
  readonly text: string;
  readonly test: Test;
}

function forms(test: Test): Form[] {
  switch (test.op) {
    case 'eq':
      if (typeof test.value !== 'string') return [];
      if (test.fold) return regexForms(`^${escapeRegex(test.value)}$`);
      return [{ text: `"${test.value}"`, test }];
    case 'prefix':
      return test.fold ? likeForms(`${escapeLike(test.value)}%`) : [];
    case 'contains':
      return test.fold ? likeForms(`%${escapeLike(test.value)}%`) : [];
    case 'like':
      return test.fold ? likeForms(test.pattern) : [];
    case 'regex':
      return test.fold ? regexForms(test.pattern) : [];
    default:
      return [];
  }
}

/** A pattern that ends in `%` is a plain value; any other is a regular expression. */
function likeForms(pattern: string): Form[] {
  const open = /(?:^|[^\\])(?:\\\\)*%$/.test(pattern);
  const regex = regexForms(likeToRegex(open ? pattern.slice(0, -1) : pattern, open));
  if (!open) return regex;
  return [{ text: pattern.slice(0, -1), test: { op: 'like', pattern, fold: true } }, ...regex];
}

/** As it is, and with the characters that separate values written by their code. */
function regexForms(pattern: string): Form[] {
  const coded = pattern.replace(/(\\?)([",+:])/g, (_, slash: string, character: string) => {
    if (slash === '' && character !== '"' && character !== ',') return character;
    return `\\x${character.charCodeAt(0).toString(16)}`;
  });
  return [...new Set([pattern, coded])].map((text) => ({
    text: `r/${text}`,
    test: { op: 'regex', pattern: text, fold: true },
  }));
}

function likeToRegex(pattern: string, open: boolean): string {
  const body = pattern.replace(/\\([\s\S])|[\s\S]/gu, (character, escaped: string | undefined) => {
    if (escaped !== undefined) return escapeRegex(escaped);
    return character === '%' ? '(?s:.*)' : character === '_' ? '(?s:.)' : escapeRegex(character);
  });
  return `^${body}${open ? '' : '$'}`;
}

/** Text as a regular expression that matches it, without the characters that separate values. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*?()[\]{}|]|[",+:]|^\s|\s$/g, (character) =>
    /[",+:\s]/.test(character) ? `\\x{${character.charCodeAt(0).toString(16)}}` : `\\${character}`,
  );
}

function escapeLike(text: string): string {
  return text.replace(/[%_\\]/g, '\\$&');
}
