import { forget } from '../../domain/forget.ts';
import type { Id } from '../../domain/id.ts';
import { bucketOf } from '../../domain/id.ts';
import type { SourceRef } from '../../domain/image.ts';
import { keyOfReference, type ReferenceKey } from '../../domain/merge.ts';
import type { Micros } from '../../domain/time.ts';
import { tableNamed } from '../tables.ts';
import { applyFates, type Fate } from './apply.ts';
import { Changes } from './changes.ts';
import { bumpGeneration, lockProject } from './generation.ts';
import { loadRecords, loadSightings, withSightings } from './load-records.ts';
import { Names } from './names.ts';
import { type Session, selectIn } from './session.ts';
import { places } from './statements.ts';

/** Tables that say when a source last saw something of an image. */
export const SIGHTINGS = ['reference_sighting', 'image_host', 'image_source'] as const;

/** The most images that are closed in one transaction. */
const IMAGES_AT_ONCE = 300;

/**
 * The next images, in the order of their ids behind `after`, of which the source saw something last before `before`.
 * One read outside of the transaction that changes them, which looks again.
 */
export async function unseenImages(
  session: Session,
  table: (typeof SIGHTINGS)[number],
  source: SourceRef,
  before: Micros,
  after: Id,
): Promise<readonly Id[]> {
  const { scope, buckets, statements, transaction } = session;
  const key = ['project_no', 'bucket', 'image_id', 'source_id'];
  const sql = statements.text(`unseen ${table} ${buckets.length}`, (db) =>
    db
      .selectFrom('image_source as known')
      .innerJoin(`${table} as sighting`, (join) =>
        key.reduce((on, column) => on.onRef(`sighting.${column}`, '=', `known.${column}`), join),
      )
      .select('known.image_id')
      .distinct()
      .where('known.project_no', '=', '')
      .where('known.bucket', 'in', [...places(buckets.length)])
      .where('known.source_id', '=', '')
      .where('known.image_id', '>', '')
      .where('sighting.project_no', '=', '')
      .where('sighting.bucket', 'in', [...places(buckets.length)])
      .where('sighting.seen_at', '<', 0)
      .orderBy('known.image_id')
      .limit(IMAGES_AT_ONCE),
  );
  const parameters = [scope.no, ...buckets, source.id, after, scope.no, ...buckets, before, IMAGES_AT_ONCE];
  return (await transaction.all<{ image_id: Id }>({ sql, parameters })).map((row) => row.image_id);
}

type SightingRow = Readonly<Record<string, string | number>>;

/** Ends the source's sightings of these images that are older than `before`. */
export async function closeUnseen(
  session: Session,
  source: SourceRef,
  before: Micros,
  ids: readonly Id[],
  now: Micros,
): Promise<number> {
  const { scope } = session;
  await lockProject(session);
  const seen = await loadSightings(session, ids);
  const changes = new Changes(now, seen);
  const stale = { references: new Set<string>(), hosts: new Set<string>(), sources: new Set<string>() };
  for (const table of SIGHTINGS) {
    const key = tableNamed(table).key.filter((column) => column !== 'project_no' && column !== 'bucket');
    const rows = await selectIn<SightingRow>(session, table, key, 'image_id', ids, {
      name: 'unseen',
      narrow: (query) => query.where('source_id', '=', '').where('seen_at', '<', 0),
      parameters: [source.id, before],
    });
    for (const row of rows) {
      const image = String(row['image_id']);
      if (table === 'reference_sighting')
        stale.references.add(`${image}\0${row['registry']}\0${row['repository']}\0${row['tag_key']}`);
      else if (table === 'image_host') stale.hosts.add(`${image}\0${row['host_id']}`);
      else stale.sources.add(image);
      changes.drop(table, [scope.no, bucketOf(scope.buckets, image), ...key.map((column) => row[column])]);
    }
  }

  const loaded = await loadRecords(session, ids);
  const fates = new Map<Id, Fate>();
  const closed: { key: ReferenceKey; image: Id }[] = [];
  for (const [id, known] of loaded) {
    const lessened = forget(
      withSightings(known.record, seen),
      {
        reference: (each, by) => by === source.id && stale.references.has(`${id}\0${keyOfReference(each)}`),
        host: (each) => each.source.id === source.id && stale.hosts.has(`${id}\0${each.hostId}`),
        source: (each) => each === source.id && stale.sources.has(id),
      },
      { project: scope.id, now },
    );
    for (const key of lessened.closed) closed.push({ key, image: id });
    if (lessened.changed) fates.set(id, { before: known, after: lessened.record });
  }
  const names = await Names.load(
    session,
    closed.map((each) => each.key),
  );
  for (const { key, image } of closed) names.close(key, image);
  await applyFates(session, fates, changes);
  names.write(changes);
  await changes.write(session);
  if (fates.size > 0) await bumpGeneration(session);
  return stale.references.size + stale.hosts.size;
}
