import { bucketOf, type Id } from '../../domain/id.ts';
import type { ReferenceKey } from '../../domain/merge.ts';
import type { ImageRecord } from '../../domain/record.ts';
import { byText } from '../../domain/text.ts';
import { DAY, HOUR, type Micros } from '../../domain/time.ts';
import { fold } from '../../query/predicate.ts';
import { arranger } from './arrange.ts';
import type { Changes } from './changes.ts';
import type { Scope } from './image-rows.ts';
import type { Session } from './session.ts';

/** How far the last-seen columns that answers show may stay behind the sightings. */
export const SEEN_GRAIN = HOUR;
/** How far the last-seen times inside the documents may stay behind. */
export const DOCUMENT_GRAIN = DAY;

const referenceSighting = arranger('reference_sighting', [
  'project_no',
  'bucket',
  'image_id',
  'registry',
  'repository',
  'tag_key',
  'source_id',
  'seen_at',
]);
const hostSighting = arranger('image_host', [
  'project_no',
  'bucket',
  'image_id',
  'host_id',
  'source_id',
  'name',
  'name_fold',
  'seen_at',
]);
const sourceSighting = arranger('image_source', ['project_no', 'bucket', 'image_id', 'source_id', 'kind', 'seen_at']);

/** Writes when a source saw an image, some of its references, and it on its hosts. */
export function putSightings(
  changes: Changes,
  scope: Scope,
  record: ImageRecord,
  seen: { source: Id; at: Micros; references: readonly ReferenceKey[]; hosts: ReadonlySet<string> },
): void {
  const { image, sources } = record;
  const owner = [scope.no, bucketOf(scope.buckets, image.id), image.id];
  const kind = sources.find((each) => each.id === seen.source)?.kind;
  if (kind !== undefined) changes.put('image_source', sourceSighting([...owner, seen.source, kind, seen.at]));
  for (const { registry, repository, tag } of seen.references) {
    changes.put(
      'reference_sighting',
      referenceSighting([...owner, registry, repository, tag ?? '', seen.source, seen.at]),
    );
  }
  for (const { hostId, hostName, source } of image.hosts) {
    if (source.id !== seen.source || !seen.hosts.has(hostId)) continue;
    changes.put('image_host', hostSighting([...owner, hostId, source.id, hostName, fold(hostName), seen.at]));
  }
}

/** Removes the sightings a record has no more. */
export function dropSightings(
  changes: Changes,
  scope: Scope,
  before: ImageRecord,
  after: ImageRecord | undefined,
): void {
  const { id } = before.image;
  const owner = [scope.no, bucketOf(scope.buckets, id), id];
  const left = new Set(after && sightingKeys(after).map((key) => key.join('\0')));
  for (const [table, ...key] of sightingKeys(before)) {
    if (!left.has([table, ...key].join('\0'))) changes.drop(table!, [...owner, ...key]);
  }
}

function sightingKeys({ image, sources }: ImageRecord): readonly string[][] {
  return [
    ...image.references.flatMap(({ registry, repository, tag, sources: by }) =>
      by.map((source) => ['reference_sighting', registry, repository, tag ?? '', source.id]),
    ),
    ...image.hosts.map((host) => ['image_host', host.hostId, host.source.id]),
    ...sources.map((source) => ['image_source', source.id]),
  ];
}

/** Something seen again, unchanged. */
export interface SeenAgain {
  readonly image: Id;
  readonly references: readonly ReferenceKey[];
  readonly at: Micros;
}

/** Brings the last-seen columns up to date without touching any document. */
export async function renewSeen(
  { statements, transaction, scope }: Session,
  seen: readonly SeenAgain[],
): Promise<void> {
  if (seen.length === 0) return;
  const key = ['project_no', 'bucket', 'image_id'];
  const images: unknown[][] = [];
  const references: unknown[][] = [];
  const placements = new Map<string, unknown[]>();
  for (const { image, references: of, at } of [...seen].sort((a, b) => byText(a.image, b.image))) {
    const owner = [scope.no, bucketOf(scope.buckets, image), image];
    images.push([at, ...owner]);
    for (const { registry, repository, tag } of of) {
      references.push([at, ...owner, registry, repository, tag ?? '']);
      placements.set(`${image} ${registry}/${repository}`, [at, ...owner, `${registry}/${repository}`]);
    }
  }
  const open = statements.text('renew reference', (db) => {
    let query = db.updateTable('reference').set({ last_seen_at: 0 });
    for (const column of [...key, 'registry', 'repository', 'tag_key']) query = query.where(column, '=', '');
    return query.where('closed_at', 'is', null);
  });
  await Promise.all([
    transaction.many(statements.update('image', ['last_seen_at'], key), images),
    transaction.many(open, references),
    transaction.many(statements.update('placement', ['last_seen_at'], [...key, 'name']), [...placements.values()]),
  ]);
}
