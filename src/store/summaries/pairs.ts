import { textOf, type Word, wordOf } from './words.ts';

/** Labels: keys and values in turn. */
export type Pairs = readonly Word[];

/** Labels as a document holds them. */
export function pairsForm(pairs: readonly (readonly [key: string, value: string])[]): Pairs {
  return pairs.flatMap(([key, value]) => [wordOf(key), value]);
}

/** The labels that {@link pairsForm} wrote. */
export function pairsOf(form: Pairs): (readonly [key: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let place = 0; place < form.length; place += 2) pairs.push([textOf(form[place]!), form[place + 1] as string]);
  return pairs;
}
