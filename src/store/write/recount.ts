import { bucketOf, contentId, type Id } from '../../domain/id.ts';
import { byText } from '../../domain/text.ts';
import { type Session, selectIn } from './session.ts';
import { contentCountsOf, countsOf, loadTallies } from './tallies.ts';

const IMAGE_KEY = ['project_no', 'bucket', 'image_id'] as const;

interface PlatformRow {
  readonly image_id: Id;
  readonly config_digest: string;
}

/** Counts the containers of images anew, and those of every content they show. Images that are not stored are left out. */
export async function recount(session: Session, ids: ReadonlySet<Id>): Promise<void> {
  const shown = await selectIn<PlatformRow>(session, 'platform', ['image_id', 'config_digest'], 'image_id', [...ids]);
  const digests = [...new Set(shown.map((row) => row.config_digest).filter((digest) => digest !== null))];
  const showing = await selectIn<PlatformRow>(
    session,
    'platform',
    ['image_id', 'config_digest'],
    'config_digest',
    digests,
  );
  const involved = [...new Set([...ids, ...showing.map((row) => row.image_id)])];
  const tallies = await loadTallies(session, involved);
  const hosts = await storedOn(session, involved);

  const { scope, statements, transaction } = session;
  const images: unknown[][] = [];
  const placements: unknown[][] = [];
  for (const id of [...ids].sort(byText)) {
    const { containerCount, runningCount, hostCount } = countsOf(tallies.get(id), hosts.get(id) ?? []);
    const key = [scope.no, bucketOf(scope.buckets, id), id];
    images.push([containerCount, runningCount, hostCount, ...key]);
    placements.push([containerCount, runningCount, ...key]);
  }
  const byDigest = Map.groupBy(showing, (row) => row.config_digest);
  const contents = [...byDigest].map(([digest, rows]) => {
    const id = contentId(scope.id, digest);
    const of = [...new Set(rows.map((row) => row.image_id))];
    const counts = contentCountsOf(
      of.map((image) => ({ tally: tallies.get(image), storedOn: hosts.get(image) ?? [] })),
    );
    return [
      counts.containerCount,
      counts.runningCount,
      counts.hostCount,
      counts.lastUsedAt,
      scope.no,
      bucketOf(scope.buckets, id),
      id,
    ];
  });
  contents.sort((a, b) => byText(String(a[6]), String(b[6])));
  const counted = ['container_count', 'running_count', 'host_count'];
  await Promise.all([
    transaction.many(statements.update('image', counted, IMAGE_KEY), images),
    transaction.many(statements.update('placement', counted.slice(0, 2), IMAGE_KEY), placements),
    transaction.many(
      statements.update('content', [...counted, 'last_used_at'], ['project_no', 'bucket', 'content_id']),
      contents,
    ),
  ]);
}

async function storedOn(session: Session, ids: readonly Id[]): Promise<Map<Id, Set<string>>> {
  const rows = await selectIn<{ image_id: Id; host_id: string }>(
    session,
    'image_host',
    ['image_id', 'host_id'],
    'image_id',
    ids,
  );
  const found = new Map<Id, Set<string>>();
  for (const row of rows) found.set(row.image_id, (found.get(row.image_id) ?? new Set()).add(row.host_id));
  return found;
}
