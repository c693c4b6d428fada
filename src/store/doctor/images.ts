import { contentsOf, deriveContent } from '../../domain/derive-content.ts';
import { bucketOf, contentId, type Id } from '../../domain/id.ts';
import { fold } from '../../query/predicate.ts';
import { tableNamed } from '../tables.ts';
import type { Row } from '../write/arrange.ts';
import { contentRows } from '../write/content-rows.ts';
import { imageRows } from '../write/image-rows.ts';
import { loadRecords } from '../write/load-records.ts';
import { type Session, selectIn } from '../write/session.ts';
import { contentCountsOf, countsOf, loadTallies } from '../write/tallies.ts';
import { compareRows, type Difference, type StoredRow } from './compare.ts';

const SIGHTINGS = ['reference_sighting', 'image_host', 'image_source'] as const;

/** Everything that follows from these images, against what is stored. */
export async function checkImages(session: Session, ids: readonly Id[]): Promise<Difference[]> {
  const { scope } = session;
  const loaded = await loadRecords(session, ids);
  const tallies = await loadTallies(session, ids);
  const expected = new Map<string, Row[]>(SIGHTINGS.map((table) => [table, []]));
  const found: Difference[] = [];
  for (const id of ids) {
    const record = loaded.get(id)?.record;
    if (!record) {
      found.push({ table: 'image_detail', row: id, problem: 'is missing' });
      continue;
    }
    const { image, sources } = record;
    const counts = countsOf(
      tallies.get(id),
      image.hosts.map((host) => host.hostId),
    );
    for (const [table, rows] of imageRows(record, counts, scope))
      if (table !== 'tag_count') expected.set(table, [...(expected.get(table) ?? []), ...rows]);
    const owner = [scope.no, bucketOf(scope.buckets, id), id];
    for (const { registry, repository, tag, sources: by } of image.references) {
      for (const source of by)
        expected.get('reference_sighting')!.push([...owner, registry, repository, tag ?? '', source.id, 0]);
    }
    for (const host of image.hosts)
      expected.get('image_host')!.push([...owner, host.hostId, host.source.id, host.hostName, fold(host.hostName), 0]);
    for (const source of sources) expected.get('image_source')!.push([...owner, source.id, source.kind, 0]);
  }
  for (const [table, rows] of expected) {
    const stored = await storedRows(session, table, ids);
    found.push(...compareRows(table, rows, stored, ['seen_at']));
  }
  return found;
}

function storedRows(session: Session, table: string, ids: readonly Id[]): Promise<StoredRow[]> {
  const columns = tableNamed(table).columns.map((column) => column.name);
  if (table !== 'reference') return selectIn<StoredRow>(session, table, columns, 'image_id', ids);
  return selectIn<StoredRow>(session, table, columns, 'image_id', ids, {
    name: 'open',
    narrow: (query) => query.where('closed_at', 'is', null),
    parameters: [],
  });
}

/** Contents of these images whose rows differ from what all images that show them say. */
export async function checkContents(session: Session, digests: readonly string[]): Promise<Difference[]> {
  const { scope } = session;
  const showing = await selectIn<{ image_id: Id }>(session, 'platform', ['image_id'], 'config_digest', digests);
  const loaded = await loadRecords(session, [...new Set(showing.map((row) => row.image_id))]);
  const tallies = await loadTallies(session, [...loaded.keys()]);
  const records = [...loaded.values()].map((each) => each.record);
  const byContent = Map.groupBy(
    records.flatMap((record) => [...contentsOf(record, scope.id).keys()].map((content) => ({ content, record }))),
    (each) => each.content,
  );
  const expected = new Map<string, Row[]>([
    ['content', []],
    ['content_tag', []],
    ['content_reference', []],
  ]);
  const ids = digests.map((digest) => contentId(scope.id, digest));
  for (const [index, digest] of digests.entries()) {
    const images = (byContent.get(ids[index]!) ?? []).map((each) => each.record);
    const content = deriveContent(ids[index]!, digest, images);
    if (!content) continue;
    const counts = contentCountsOf(
      images.map(({ image }) => ({ tally: tallies.get(image.id), storedOn: image.hosts.map((host) => host.hostId) })),
    );
    for (const [table, rows] of contentRows(content, counts, scope)) expected.get(table)?.push(...rows);
  }
  const found: Difference[] = [];
  for (const [table, rows] of expected) {
    const columns = tableNamed(table).columns.map((column) => column.name);
    found.push(...compareRows(table, rows, await selectIn<StoredRow>(session, table, columns, 'content_id', ids)));
  }
  return found;
}
