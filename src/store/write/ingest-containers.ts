import { isDeepStrictEqual } from 'node:util';
import { cleanContainer } from '../../domain/clean-container.ts';
import type { Container } from '../../domain/container.ts';
import type { Id } from '../../domain/id.ts';
import type { SourceRef } from '../../domain/image.ts';
import { byText } from '../../domain/text.ts';
import { MINUTE, type Micros } from '../../domain/time.ts';
import type { IngestResult } from '../store.ts';
import { decodeContainer } from '../summaries/container.ts';
import { Changes } from './changes.ts';
import { containerRows } from './container-rows.ts';
import { bumpGeneration, lockProject } from './generation.ts';
import { recount } from './recount.ts';
import { type Session, selectIn } from './session.ts';

/** How far a container's last-seen time may stay behind while nothing else of it changes. */
const SEEN_GRAIN = 5 * MINUTE;

/** Takes in containers a source reports, in the session's transaction. */
export async function ingestContainers(
  session: Session,
  source: SourceRef,
  containers: readonly Container[],
  now: Micros,
): Promise<IngestResult> {
  await lockProject(session);
  // The last word on an id counts.
  const clean = containers.map((each) => ({
    ...cleanContainer(each, session.scope.id),
    source: { id: source.id, kind: source.kind },
  }));
  const given = new Map(clean.map((each) => [each.id, each]));
  const known = await loadContainers(session, [...given.keys()]);
  const result = { added: 0, changed: 0, unchanged: 0 };
  const writes: ContainerChange[] = [];
  for (const after of given.values()) {
    const before = known.get(after.id);
    const merged = before ? mergeContainer(before, after) : after;
    const changed = before === undefined || !isSameButSeen(before, merged);
    result[before === undefined ? 'added' : changed ? 'changed' : 'unchanged'] += 1;
    if (changed || merged.lastSeenAt - before.lastSeenAt >= SEEN_GRAIN) writes.push({ before, after: merged });
  }
  await writeContainers(session, writes, now);
  return result;
}

export interface ContainerChange {
  readonly before: Container | undefined;
  readonly after: Container;
}

/** Writes containers and counts the images they ran and run anew. */
export async function writeContainers(
  session: Session,
  writes: readonly ContainerChange[],
  now: Micros,
): Promise<void> {
  if (writes.length === 0) return;
  const changes = new Changes(now);
  const images = new Set<Id>();
  for (const { before, after } of [...writes].sort((a, b) => byText(a.after.id, b.after.id))) {
    changes.replace(before && containerRows(before, session.scope), containerRows(after, session.scope));
    for (const each of [before?.imageId, after.imageId]) {
      if (each) images.add(each);
    }
  }
  await changes.write(session);
  await recount(session, images);
  await bumpGeneration(session);
}

async function loadContainers(session: Session, ids: readonly string[]): Promise<Map<string, Container>> {
  const rows = await selectIn<{ summary: string }>(session, 'container', ['summary'], 'container_id', ids);
  return new Map(rows.map((row) => decodeContainer(row.summary)).map((each) => [each.id, each]));
}

function mergeContainer(before: Container, after: Container): Container {
  return {
    ...after,
    firstSeenAt: Math.min(before.firstSeenAt, after.firstSeenAt),
    lastSeenAt: Math.max(before.lastSeenAt, after.lastSeenAt),
  };
}

function isSameButSeen(a: Container, b: Container): boolean {
  return isDeepStrictEqual({ ...a, lastSeenAt: 0 }, { ...b, lastSeenAt: 0 });
}
