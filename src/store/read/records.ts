import type { Project } from '../../domain/credential.ts';
import { type Id, imageId, isId } from '../../domain/id.ts';
import type { Image } from '../../domain/image.ts';
import type { ContentRow, ImageRow } from '../../domain/rows.ts';
import { storable } from '../../domain/text.ts';
import type { Micros } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import type { InventoryReader } from '../store.ts';
import { decodeContainer } from '../summaries/container.ts';
import { decodeContent } from '../summaries/content.ts';
import { decodeImage } from '../summaries/image.ts';
import { loadRecords, loadSightings, withSightings } from '../write/load-records.ts';
import { readSession, type Session, selectIn } from '../write/session.ts';

export type RecordReader = Pick<InventoryReader, 'image' | 'imageRow' | 'imageByDigest' | 'content' | 'container'>;

interface ImageColumns {
  readonly summary: string;
  readonly last_seen_at: number;
  readonly container_count: number;
  readonly running_count: number;
  readonly host_count: number;
}

interface ContentColumns extends Omit<ImageColumns, 'last_seen_at'> {
  readonly image_id: Id;
  readonly last_used_at: number | null;
}

const COUNTS = ['container_count', 'running_count', 'host_count'] as const;

/** Reads of one whole record each, over an engine. */
export function createRecordReader(engine: Engine): RecordReader {
  return {
    image: (project, id) => readImage(engine, project, id),
    imageRow: (project, id) => readImageRow(readSession(engine, project), id),
    async imageByDigest(project, digest) {
      if (storable(digest) !== digest) return undefined;
      const derived = await readImage(engine, project, imageId(project.id, digest));
      if (derived) return derived;
      // A VM image keeps its own id.
      const rows = await selectIn<{ image_id: Id; created_at: Micros }>(
        readSession(engine, project),
        'image',
        ['image_id', 'created_at'],
        'digest',
        [digest],
      );
      const newest = rows.sort((a, b) => b.created_at - a.created_at)[0];
      return newest && readImage(engine, project, newest.image_id);
    },
    content: (project, id) => readContent(readSession(engine, project), id),
    async container(project, id) {
      if (storable(id) !== id) return undefined;
      const rows = await selectIn<{ summary: string }>(
        readSession(engine, project),
        'container',
        ['summary'],
        'container_id',
        [id],
      );
      return rows[0] && decodeContainer(rows[0].summary);
    },
  };
}

/** With exact times of last sightings: of the image the column's, of references and hosts those of their sightings. */
async function readImage(engine: Engine, project: Project, id: Id): Promise<Image | undefined> {
  if (!isId(id)) return undefined;
  const session = readSession(engine, project);
  const loaded = await loadRecords(session, [id]);
  if (loaded.size === 0) return undefined;
  const [references, hosts, sources] = await Promise.all([
    loadSightings(session, [id]),
    selectIn<{ host_id: string; source_id: Id; seen_at: Micros }>(
      session,
      'image_host',
      ['host_id', 'source_id', 'seen_at'],
      'image_id',
      [id],
    ),
    selectIn<{ seen_at: Micros }>(session, 'image_source', ['seen_at'], 'image_id', [id]),
  ]);
  const { record: stored, lastSeenAt } = loaded.get(id)!;
  const record = withSightings(stored, references);
  const seen = new Map(hosts.map((row) => [`${row.source_id} ${row.host_id}`, row.seen_at]));
  return {
    ...record.image,
    hosts: record.image.hosts.map((host) => ({
      ...host,
      lastSeenAt: Math.max(host.lastSeenAt, seen.get(`${host.source.id} ${host.hostId}`) ?? 0),
    })),
    lastSeenAt: Math.max(lastSeenAt, ...sources.map((row) => row.seen_at)),
  };
}

async function readImageRow(session: Session, id: Id): Promise<ImageRow | undefined> {
  if (!isId(id)) return undefined;
  const [row] = await selectIn<ImageColumns>(session, 'image', ['summary', 'last_seen_at', ...COUNTS], 'image_id', [
    id,
  ]);
  if (!row) return undefined;
  return { ...decodeImage(row.summary), lastSeenAt: row.last_seen_at, ...countsOf(row) };
}

async function readContent(session: Session, id: Id): Promise<ContentRow | undefined> {
  if (!isId(id)) return undefined;
  const columns = ['summary', 'image_id', 'last_used_at', ...COUNTS];
  const [row] = await selectIn<ContentColumns>(session, 'content', columns, 'content_id', [id]);
  const image = row && (await readImageRow(session, row.image_id));
  if (!row || !image) return undefined;
  return { ...decodeContent(row.summary), image, lastUsedAt: row.last_used_at, ...countsOf(row) };
}

function countsOf(row: Pick<ImageColumns, (typeof COUNTS)[number]>) {
  return { containerCount: row.container_count, runningCount: row.running_count, hostCount: row.host_count };
}
