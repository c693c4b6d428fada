import type { Id } from '../../domain/id.ts';
import type { Micros } from '../../domain/time.ts';
import type { ContentCounts } from './content-rows.ts';
import type { Counts } from './image-rows.ts';
import type { Session } from './session.ts';
import { padded, places } from './statements.ts';

/** The containers of one image. Gone ones count for the last use only. */
export interface Tally {
  readonly present: number;
  readonly running: number;
  readonly hosts: ReadonlySet<string>;
  readonly lastSeenAt: Micros | null;
}

const NONE: Tally = { present: 0, running: 0, hosts: new Set(), lastSeenAt: null };

/** States that count as running, as `isRunning` of the domain has them. */
const RUNNING = ['running', 'paused', 'restarting'] as const;

interface TallyRow {
  readonly image_id: Id;
  readonly host_id: string;
  readonly present: number;
  readonly running: number;
  readonly seen: number;
}

/** The containers of images, from the container rows. Images without any are left out. */
export async function loadTallies(session: Session, ids: readonly Id[]): Promise<Map<Id, Tally>> {
  const { scope, buckets, statements, transaction } = session;
  const found = new Map<Id, { present: number; running: number; hosts: Set<string>; lastSeenAt: Micros }>();
  for (const part of padded(ids)) {
    const sql = statements.text(`tally ${part.length} ${buckets.length}`, (db) =>
      db
        .selectFrom('container')
        .select((eb) => [
          'image_id',
          'host_id',
          eb.fn.sum(eb.case().when('state', '=', '').then(eb.lit(0)).else(eb.lit(1)).end()).as('present'),
          eb.fn
            .sum(
              eb
                .case()
                .when('state', 'in', [...RUNNING])
                .then(eb.lit(1))
                .else(eb.lit(0))
                .end(),
            )
            .as('running'),
          eb.fn.max('last_seen_at').as('seen'),
        ])
        .where('project_no', '=', '')
        .where('bucket', 'in', [...places(buckets.length)])
        .where('image_id', 'in', [...places(part.length)])
        .groupBy(['image_id', 'host_id']),
    );
    const rows = await transaction.all<TallyRow>({
      sql,
      parameters: ['gone', ...RUNNING, scope.no, ...buckets, ...part],
    });
    for (const row of rows) {
      const tally = found.get(row.image_id) ?? { present: 0, running: 0, hosts: new Set<string>(), lastSeenAt: 0 };
      found.set(row.image_id, tally);
      // Sums of integers come back as text where the engine widens them.
      const present = Number(row.present);
      tally.present += present;
      tally.running += Number(row.running);
      tally.lastSeenAt = Math.max(tally.lastSeenAt, row.seen);
      if (present > 0) tally.hosts.add(row.host_id);
    }
  }
  return found;
}

/** The counts of an image: its containers, and the hosts that run or store it. */
export function countsOf(tally: Tally | undefined, storedOn: Iterable<string>): Counts {
  const { present, running, hosts } = tally ?? NONE;
  return { containerCount: present, runningCount: running, hostCount: new Set([...hosts, ...storedOn]).size };
}

/** The counts of a content: those of all images that show it together. */
export function contentCountsOf(
  images: readonly { tally: Tally | undefined; storedOn: Iterable<string> }[],
): ContentCounts {
  const hosts = new Set<string>();
  let containerCount = 0;
  let runningCount = 0;
  let lastUsedAt: Micros | null = null;
  for (const { tally = NONE, storedOn } of images) {
    containerCount += tally.present;
    runningCount += tally.running;
    for (const host of tally.hosts) hosts.add(host);
    for (const host of storedOn) hosts.add(host);
    if (tally.lastSeenAt !== null) lastUsedAt = Math.max(lastUsedAt ?? 0, tally.lastSeenAt);
  }
  return { containerCount, runningCount, hostCount: hosts.size, lastUsedAt };
}
