import type { Reference } from '../../domain/image.ts';
import type { Micros } from '../../domain/time.ts';
import { FORM, readForm, writeForm } from './form.ts';
import { type References, referencesForm, referencesOf } from './references.ts';

type PlacementForm = readonly [
  form: number,
  /** Of the first reference. */
  firstSeenAt: Micros,
  /** Seen first and last since then. */
  references: References,
];

/** The document of a placement: its references. Its row has the rest from its image. */
export function encodePlacement(references: readonly Reference[]): string {
  const firstSeenAt = references[0]?.firstSeenAt ?? 0;
  return writeForm<PlacementForm>([FORM, firstSeenAt, referencesForm(references, firstSeenAt, firstSeenAt)]);
}

/** The references of a document that {@link encodePlacement} made. */
export function decodePlacement(text: string): Reference[] {
  const [, firstSeenAt, references] = readForm<PlacementForm>(text);
  return referencesOf(references, firstSeenAt, firstSeenAt);
}
