import type { Id } from '../../domain/id.ts';
import type { ImageRecord } from '../../domain/record.ts';
import type { Changes } from './changes.ts';
import { type Change, changeContents, loadContents } from './contents.ts';
import { imageRows } from './image-rows.ts';
import type { Loaded } from './load-records.ts';
import { dropSightings } from './seen.ts';
import type { Session } from './session.ts';
import { countsOf, loadTallies } from './tallies.ts';

/** What becomes of one image: as it is stored (or not yet), and as it shall be (or no longer). */
export interface Fate {
  readonly before: Loaded | undefined;
  readonly after: ImageRecord | undefined;
}

/**
 * Derives everything that changed images lead to - their rows, their contents', the sightings that end - and collects
 * the difference. Counts are taken from the containers as they stand.
 */
export async function applyFates(session: Session, fates: ReadonlyMap<Id, Fate>, into: Changes): Promise<void> {
  if (fates.size === 0) return;
  const changed = new Map<Id, Change>(
    [...fates].map(([id, { before, after }]) => [id, { before: before?.record, after }]),
  );
  const affected = await loadContents(session, changed);
  const tallies = await loadTallies(session, [...fates.keys(), ...affected.others.keys()]);
  for (const [id, { before, after }] of fates) {
    const rowsBefore = before && imageRows(before.record, before.counts, session.scope);
    if (after === undefined) {
      into.replace(rowsBefore, undefined);
    } else {
      const counts = countsOf(
        tallies.get(id),
        after.image.hosts.map((host) => host.hostId),
      );
      into.replace(rowsBefore, imageRows(after, counts, session.scope));
    }
    if (before) dropSightings(into, session.scope, before.record, after);
  }
  changeContents(session, changed, affected, tallies, into);
}
