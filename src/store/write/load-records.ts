import type { Id } from '../../domain/id.ts';
import type { HostSighting, Platform, Problem, SourceRef } from '../../domain/image.ts';
import { keyOfReference } from '../../domain/merge.ts';
import type { ImageRecord } from '../../domain/record.ts';
import type { Micros } from '../../domain/time.ts';
import { unpackText } from '../packed-text.ts';
import { decodeImage } from '../summaries/image.ts';
import type { Counts } from './image-rows.ts';
import { type Session, selectIn } from './session.ts';
import { padded, places } from './statements.ts';

/** A stored image: the record of its documents, and the columns that go on without them. */
export interface Loaded {
  readonly record: ImageRecord;
  readonly counts: Counts;
  /** At least the record's own. */
  readonly lastSeenAt: Micros;
}

interface LoadedRow {
  readonly summary: string;
  readonly detail: Uint8Array;
  readonly last_seen_at: number;
  readonly container_count: number;
  readonly running_count: number;
  readonly host_count: number;
}

/** The stored images among some ids. */
export async function loadRecords(session: Session, ids: readonly Id[]): Promise<Map<Id, Loaded>> {
  const { scope, buckets, statements, transaction } = session;
  const found = new Map<Id, Loaded>();
  for (const part of padded(ids)) {
    const sql = statements.text(`load ${part.length} ${buckets.length}`, (db) =>
      db
        .selectFrom('image')
        .innerJoin('image_detail', (join) =>
          join
            .onRef('image_detail.project_no', '=', 'image.project_no')
            .onRef('image_detail.bucket', '=', 'image.bucket')
            .onRef('image_detail.image_id', '=', 'image.image_id'),
        )
        .select([
          'image.summary',
          'image_detail.detail',
          'image.last_seen_at',
          'image.container_count',
          'image.running_count',
          'image.host_count',
        ])
        .where('image.project_no', '=', '')
        .where('image.bucket', 'in', [...places(buckets.length)])
        .where('image_detail.project_no', '=', '')
        .where('image_detail.bucket', 'in', [...places(buckets.length)])
        .where('image.image_id', 'in', [...places(part.length)]),
    );
    const parameters = [scope.no, ...buckets, scope.no, ...buckets, ...part];
    const rows = await transaction.all<LoadedRow>({ sql, parameters });
    for (const row of rows) {
      const record = recordOf(row.summary, unpackText(row.detail));
      found.set(record.image.id, {
        record,
        counts: { containerCount: row.container_count, runningCount: row.running_count, hostCount: row.host_count },
        lastSeenAt: row.last_seen_at,
      });
    }
  }
  return found;
}

interface Detail {
  readonly platforms: readonly Platform[];
  readonly hosts: readonly HostSighting[];
  readonly size: number | null;
  readonly sources: readonly SourceRef[];
  readonly given: ImageRecord['given'];
  readonly limits: readonly Problem[];
}

/** The record that two documents hold. */
export function recordOf(summaryText: string, detailText: string): ImageRecord {
  const summary = decodeImage(summaryText);
  const { platforms, hosts, ...rest } = JSON.parse(detailText) as Detail;
  const { id, kind, digest, mediaType, createdAt, updatedAt, lastSeenAt, references } = summary;
  const { labels, tags, service, scan, riskScore, signatureFetchedAt, problems } = summary;
  const times = { createdAt, updatedAt, lastSeenAt };
  const found = { references, hosts, labels, tags, service, scan, riskScore, signatureFetchedAt, problems };
  return { image: { id, kind, digest, mediaType, ...times, platforms, ...found }, ...rest };
}

interface SightingRow {
  readonly image_id: Id;
  readonly registry: string;
  readonly repository: string;
  readonly tag_key: string;
  readonly seen_at: number;
}

/** When references were last seen, exactly: by image id and {@link keyOfReference}, NUL between them. */
export type Sightings = ReadonlyMap<string, Micros>;

/** The last sightings of all current references of some images. */
export async function loadSightings(session: Session, ids: readonly Id[]): Promise<Sightings> {
  const columns = ['image_id', 'registry', 'repository', 'tag_key', 'seen_at'];
  const rows = await selectIn<SightingRow>(session, 'reference_sighting', columns, 'image_id', ids);
  const seen = new Map<string, Micros>();
  for (const row of rows) {
    const key = `${row.image_id}\0${row.registry}\0${row.repository}\0${row.tag_key}`;
    seen.set(key, Math.max(seen.get(key) ?? 0, row.seen_at));
  }
  return seen;
}

/** A record with the exact last sightings of its references. */
export function withSightings(record: ImageRecord, seen: Sightings): ImageRecord {
  if (seen.size === 0) return record;
  const { image } = record;
  const references = image.references.map((each) => {
    const at = seen.get(`${image.id}\0${keyOfReference(each)}`);
    return at !== undefined && at > each.lastSeenAt ? { ...each, lastSeenAt: at } : each;
  });
  return { ...record, image: { ...image, references } };
}
