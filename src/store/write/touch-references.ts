import type { Digest } from '../../domain/digest.ts';
import { bucketOf, type Id, imageId } from '../../domain/id.ts';
import type { ImageKind, SourceRef } from '../../domain/image.ts';
import { cleanReferences, keyOfReference, type ReferenceKey } from '../../domain/merge.ts';
import { byText } from '../../domain/text.ts';
import type { Micros } from '../../domain/time.ts';
import type { ImageObservation } from '../store.ts';
import { bumpGeneration, lockProject } from './generation.ts';
import { ingestImages } from './ingest-images.ts';
import { renewSeen, SEEN_GRAIN } from './seen.ts';
import { type Session, selectIn } from './session.ts';

export type SeenReference = ReferenceKey & { readonly digest: Digest };

interface ImageColumns {
  readonly image_id: Id;
  readonly kind: ImageKind;
  readonly last_seen_at: number;
}

interface SightingColumns {
  readonly image_id: Id;
  readonly registry: string;
  readonly repository: string;
  readonly tag_key: string;
}

/**
 * Notes that a source saw references still leading where they led: two reads and a few narrow updates, no document is
 * touched. A reference that is new to a known image is taken in like any observation; unknown digests are left out.
 */
export async function touchReferences(
  session: Session,
  source: SourceRef,
  seen: readonly SeenReference[],
  at: Micros,
  now: Micros,
): Promise<void> {
  await lockProject(session);
  const { scope } = session;
  const byImage = new Map<Id, { digest: Digest; references: Map<string, ReferenceKey> }>();
  for (const each of seen) {
    const [reference] = cleanReferences([each]);
    if (!reference) continue;
    const id = imageId(scope.id, each.digest);
    const of = byImage.get(id) ?? { digest: each.digest, references: new Map<string, ReferenceKey>() };
    of.references.set(keyOfReference(reference), reference);
    byImage.set(id, of);
  }
  const ids = [...byImage.keys()].sort(byText);
  const images = new Map(
    (await selectIn<ImageColumns>(session, 'image', ['image_id', 'kind', 'last_seen_at'], 'image_id', ids)).map(
      (row) => [row.image_id, row],
    ),
  );
  const columns = ['image_id', 'registry', 'repository', 'tag_key'];
  const sightings = await selectIn<SightingColumns>(session, 'reference_sighting', columns, 'image_id', ids, {
    name: 'of source',
    narrow: (query) => query.where('source_id', '=', ''),
    parameters: [source.id],
  });
  const known = new Set(sightings.map((row) => `${row.image_id}\0${row.registry}\0${row.repository}\0${row.tag_key}`));

  const fresh: ImageObservation[] = [];
  const touched: { image: Id; references: ReferenceKey[]; at: Micros; column: Micros }[] = [];
  for (const id of ids) {
    const image = images.get(id);
    const { digest, references } = byImage.get(id)!;
    if (!image) continue;
    const again = [...references].filter(([key]) => known.has(`${id}\0${key}`)).map(([, reference]) => reference);
    const others = [...references].filter(([key]) => !known.has(`${id}\0${key}`)).map(([, reference]) => reference);
    if (again.length > 0) touched.push({ image: id, references: again, at, column: image.last_seen_at });
    if (others.length > 0) fresh.push({ kind: image.kind, digest, references: others, seenAt: at });
  }
  await touchSightings(session, source, touched);
  const behind = touched.filter((each) => at - each.column >= SEEN_GRAIN);
  await renewSeen(session, behind);
  if (fresh.length > 0) await ingestImages(session, source, fresh, now);
  if (behind.length > 0) await bumpGeneration(session);
}

/** The source saw the image, so it is also still on the hosts where the source saw it. */
async function touchSightings(
  { scope, statements, transaction }: Session,
  source: SourceRef,
  touched: readonly { image: Id; references: readonly ReferenceKey[]; at: Micros }[],
): Promise<void> {
  const image = ['project_no', 'bucket', 'image_id', 'source_id'];
  const reference = [...image, 'registry', 'repository', 'tag_key'];
  const owners = touched.map((each) => [each.at, scope.no, bucketOf(scope.buckets, each.image), each.image, source.id]);
  const references = touched.flatMap((each, index) =>
    each.references.map(({ registry, repository, tag }) => [...owners[index]!, registry, repository, tag ?? '']),
  );
  await Promise.all([
    transaction.many(statements.update('reference_sighting', ['seen_at'], reference), references),
    transaction.many(statements.update('image_source', ['seen_at'], image), owners),
    transaction.many(statements.update('image_host', ['seen_at'], image), owners),
  ]);
}
