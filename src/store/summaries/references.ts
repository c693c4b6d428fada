import type { Reference, SourceRef } from '../../domain/image.ts';
import type { Micros } from '../../domain/time.ts';
import { at, nothing, SAME, since, type Time } from './form.ts';
import { textOf, textOrNull, type Word, wordOf } from './words.ts';

/**
 * References: the sources that see any of them (id and kind in turn), and each reference as: registry and repository (or
 * those of the one before), tag, first and last time seen (since those of the one before, at first since a time of the
 * document), the place of its source, or the places of all of them.
 */
export type References = readonly [sources: readonly Word[], references: readonly ReferencePlace[]];
type ReferencePlace = Word | Time | readonly number[];

const REFERENCE = 6;

/**
 * References as a document holds them.
 * @param first a time near the first one's `firstSeenAt`; `last` near its `lastSeenAt`
 */
export function referencesForm(references: readonly Reference[], first: Micros, last: Micros): References {
  const sources: Word[] = [];
  const places = new Map<string, number>();
  const form: ReferencePlace[] = [];
  let before: Pick<Reference, 'registry' | 'repository' | 'firstSeenAt' | 'lastSeenAt'> | undefined;
  for (const each of references) {
    const { registry, repository, tag, firstSeenAt, lastSeenAt, sources: by, ...left } = each;
    nothing(left);
    const seenBy = by.map(placeOf);
    form.push(
      registry === before?.registry ? SAME : wordOf(registry),
      repository === before?.repository ? SAME : wordOf(repository),
      wordOf(tag),
      since(before?.firstSeenAt ?? first, firstSeenAt),
      since(before?.lastSeenAt ?? last, lastSeenAt),
      seenBy.length === 1 ? seenBy[0]! : seenBy,
    );
    before = each;
  }
  return [sources, form];

  function placeOf({ id, kind, ...left }: SourceRef): number {
    nothing(left);
    const key = `${id.length} ${id}${kind}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = places.size;
    places.set(key, place);
    sources.push(id, wordOf(kind));
    return place;
  }
}

/** The references that {@link referencesForm} wrote. */
export function referencesOf([from, form]: References, first: Micros, last: Micros): Reference[] {
  const sources: SourceRef[] = [];
  for (let place = 0; place < from.length; place += 2)
    sources.push({ id: from[place] as string, kind: textOf(from[place + 1]!) });
  const references: Reference[] = [];
  let registry = '';
  let repository = '';
  let firstSeenAt = first;
  let lastSeenAt = last;
  for (let place = 0; place < form.length; place += REFERENCE) {
    if (form[place] !== SAME) registry = textOf(form[place] as Word);
    if (form[place + 1] !== SAME) repository = textOf(form[place + 1] as Word);
    firstSeenAt = at(firstSeenAt, form[place + 3] as Time);
    lastSeenAt = at(lastSeenAt, form[place + 4] as Time);
    const by = form[place + 5] as number | readonly number[];
    references.push({
      registry,
      repository,
      tag: textOrNull(form[place + 2] as Word),
      firstSeenAt,
      lastSeenAt,
      sources: typeof by === 'number' ? [sources[by]!] : by.map((one) => sources[one]!),
    });
  }
  return references;
}
