import type { SourceRef } from '../../domain/image.ts';
import type { Micros } from '../../domain/time.ts';
import { decodeContainer } from '../summaries/container.ts';
import { lockProject } from './generation.ts';
import { writeContainers } from './ingest-containers.ts';
import { type Session, selectIn } from './session.ts';

/** Marks as gone the source's containers on a host that are not among `present`; they keep the time they were last seen. */
export async function closeContainers(
  session: Session,
  source: SourceRef,
  hostId: string,
  present: ReadonlySet<string>,
  at: Micros,
): Promise<{ closed: number }> {
  await lockProject(session);
  const rows = await selectIn<{ summary: string }>(session, 'container', ['summary'], 'host_id', [hostId], {
    name: 'of source',
    narrow: (query) => query.where('source_id', '=', '').where('state', '!=', ''),
    parameters: [source.id, 'gone'],
  });
  const gone = rows.map((row) => decodeContainer(row.summary)).filter((each) => !present.has(each.id));
  await writeContainers(
    session,
    gone.map((before) => ({ before, after: { ...before, state: 'gone' } })),
    at,
  );
  return { closed: gone.length };
}
