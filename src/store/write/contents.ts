import { contentsOf, deriveContent } from '../../domain/derive-content.ts';
import type { Id } from '../../domain/id.ts';
import type { ImageRecord } from '../../domain/record.ts';
import type { Changes } from './changes.ts';
import { contentRows } from './content-rows.ts';
import { loadRecords } from './load-records.ts';
import { type Session, selectIn } from './session.ts';
import { contentCountsOf, type Tally } from './tallies.ts';

/** An image before and after a change; `undefined` where it is not. */
export interface Change {
  readonly before: ImageRecord | undefined;
  readonly after: ImageRecord | undefined;
}

/** Contents that changed images show or showed, with every other image that shows them. */
export interface AffectedContents {
  /** Content id to config digest. */
  readonly digests: ReadonlyMap<Id, string>;
  readonly others: ReadonlyMap<Id, ImageRecord>;
}

/** Finds what a change of images touches beyond them. */
export async function loadContents(session: Session, changes: ReadonlyMap<Id, Change>): Promise<AffectedContents> {
  const digests = new Map<Id, string>();
  for (const { before, after } of changes.values()) {
    for (const record of [before, after]) {
      if (record) for (const [id, digest] of contentsOf(record, session.scope.id)) digests.set(id, digest);
    }
  }
  const rows = await selectIn<{ image_id: Id }>(session, 'platform', ['image_id'], 'config_digest', [
    ...digests.values(),
  ]);
  const ids = new Set(rows.map((row) => row.image_id).filter((id) => !changes.has(id)));
  const loaded = await loadRecords(session, [...ids]);
  return { digests, others: new Map([...loaded].map(([id, each]) => [id, each.record])) };
}

/** Derives the contents anew from all images that show them. */
export function changeContents(
  session: Session,
  changed: ReadonlyMap<Id, Change>,
  affected: AffectedContents,
  tallies: ReadonlyMap<Id, Tally>,
  into: Changes,
): void {
  const showing = new Map<string, { before: ImageRecord[]; after: ImageRecord[] }>();
  for (const digest of affected.digests.values()) showing.set(digest, { before: [], after: [] });
  for (const { before, after } of changed.values()) {
    if (before) collect(before, 'before');
    if (after) collect(after, 'after');
  }
  for (const other of affected.others.values()) {
    collect(other, 'before');
    collect(other, 'after');
  }
  for (const [id, digest] of affected.digests) {
    const images = showing.get(digest)!;
    const before = deriveContent(id, digest, images.before);
    const after = deriveContent(id, digest, images.after);
    const counts = contentCountsOf(
      images.after.map(({ image }) => ({
        tally: tallies.get(image.id),
        storedOn: image.hosts.map((host) => host.hostId),
      })),
    );
    // What was counted before is not known here: the row itself is always written, its labels and names where they differ.
    const unknown = { ...counts, containerCount: -1 };
    into.replace(
      before && contentRows(before, unknown, session.scope),
      after && contentRows(after, counts, session.scope),
    );
  }

  function collect(record: ImageRecord, side: 'before' | 'after'): void {
    const digests = new Set(record.image.platforms.map((platform) => platform.configDigest));
    for (const digest of digests) {
      if (digest !== null) showing.get(digest)?.[side].push(record);
    }
  }
}
