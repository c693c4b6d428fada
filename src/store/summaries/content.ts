import type { ContentSummary } from '../../domain/derive-content.ts';
import type { Micros } from '../../domain/time.ts';
import { at, FORM, nothing, readForm, SAME, since, type Time, writeForm } from './form.ts';
import { type Pairs, pairsForm, pairsOf } from './pairs.ts';
import { type Platforms, platformsForm, platformsOf } from './platforms.ts';
import { type References, referencesForm, referencesOf } from './references.ts';
import { textOf, textOrNull, type Word, wordOf } from './words.ts';

type ContentForm = readonly [
  form: number,
  id: string,
  configDigest: Word,
  createdAt: Micros,
  updatedAtSinceCreated: Time,
  /** One. */
  platform: Platforms,
  /** Seen first and last since the content was created. */
  references: References,
  /** What each reference leads to, or what the one before leads to; the first, or the platform's manifest. */
  digests: readonly Word[],
  labels: Pairs,
];

/** The document of a content. */
export function encodeContent(summary: ContentSummary): string {
  const { id, configDigest, platform, references, labels, createdAt, updatedAt, ...left } = summary;
  nothing(left);
  let before = platform.manifestDigest;
  const digests = references.map(({ digest }) => {
    const word = digest === before ? SAME : wordOf(digest);
    before = digest;
    return word;
  });
  return writeForm<ContentForm>([
    FORM,
    id,
    wordOf(configDigest),
    createdAt,
    since(createdAt, updatedAt),
    platformsForm([platform], configDigest, createdAt),
    referencesForm(
      references.map(({ digest: _, ...each }) => each),
      createdAt,
      createdAt,
    ),
    digests,
    pairsForm(labels),
  ]);
}

/** The content of a document that {@link encodeContent} made. */
export function decodeContent(text: string): ContentSummary {
  const form = readForm<ContentForm>(text);
  const configDigest = textOf(form[2]);
  const createdAt = form[3];
  const platform = platformsOf(form[5], configDigest, createdAt)[0]!;
  const digests = form[7];
  let digest = platform.manifestDigest;
  const references = referencesOf(form[6], createdAt, createdAt).map((each, place) => {
    if (digests[place] !== SAME) digest = textOrNull(digests[place]!);
    return { ...each, digest: digest! };
  });
  return {
    id: form[1],
    configDigest,
    platform,
    references,
    labels: pairsOf(form[8]),
    createdAt,
    updatedAt: at(createdAt, form[4]),
  };
}
