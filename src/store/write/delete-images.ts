import { bucketOf, type Id } from '../../domain/id.ts';
import type { Micros } from '../../domain/time.ts';
import { TABLES } from '../tables.ts';
import { applyFates, type Fate } from './apply.ts';
import { Changes } from './changes.ts';
import { bumpGeneration, lockProject } from './generation.ts';
import { loadRecords } from './load-records.ts';
import { Names } from './names.ts';
import type { Session } from './session.ts';

const IMAGE_KEY = ['project_no', 'bucket', 'image_id'] as const;

/** Tables of which an image takes all its rows along. Its containers stay: they run, known image or not. */
const OWNED = TABLES.filter(
  ({ name, key }) => IMAGE_KEY.every((column, at) => key[at] === column) && !name.startsWith('container'),
).map((table) => table.name);

/** Deletes images with everything that is theirs, history included, in the session's transaction. */
export async function deleteImages(session: Session, ids: readonly Id[], now: Micros): Promise<{ deleted: number }> {
  await lockProject(session);
  const loaded = await loadRecords(session, [...new Set(ids)]);
  if (loaded.size === 0) return { deleted: 0 };
  const names = await Names.load(
    session,
    [...loaded.values()].flatMap(({ record }) => record.image.references),
  );
  for (const [id, { record }] of loaded) {
    for (const reference of record.image.references) names.close(reference, id);
  }
  const changes = new Changes(now);
  await applyFates(
    session,
    new Map<Id, Fate>([...loaded].map(([id, before]) => [id, { before, after: undefined }])),
    changes,
  );
  names.write(changes);
  await changes.write(session);

  const { scope, statements, transaction } = session;
  const keys = [...loaded.keys()].sort().map((id) => [scope.no, bucketOf(scope.buckets, id), id]);
  await Promise.all(OWNED.map((table) => transaction.many(statements.remove(table, IMAGE_KEY), keys)));
  await bumpGeneration(session);
  return { deleted: loaded.size };
}
