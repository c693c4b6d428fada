import { forget } from '../../domain/forget.ts';
import type { Id } from '../../domain/id.ts';
import type { SourceRef } from '../../domain/image.ts';
import { cleanReferences, factsId, keyOfReference, mergeImage, type ReferenceKey } from '../../domain/merge.ts';
import type { ImageRecord } from '../../domain/record.ts';
import type { Micros } from '../../domain/time.ts';
import type { ImageObservation, IngestResult } from '../store.ts';
import { applyFates, type Fate } from './apply.ts';
import { Changes } from './changes.ts';
import { bumpGeneration, lockProject } from './generation.ts';
import { type Loaded, loadRecords, loadSightings, type Sightings, withSightings } from './load-records.ts';
import { Names } from './names.ts';
import { DOCUMENT_GRAIN, putSightings, renewSeen, SEEN_GRAIN, type SeenAgain } from './seen.ts';
import type { Session } from './session.ts';

/** One image while a batch is merged into it. */
interface State {
  readonly before: Loaded | undefined;
  record: ImageRecord | undefined;
  changed: boolean;
  observed: boolean;
  /** When this batch saw it last, its references and its hosts. */
  seenAt: Micros;
  readonly references: Map<string, ReferenceKey>;
  readonly hosts: Set<string>;
}

/** Takes in what a source saw, in the session's transaction. */
export async function ingestImages(
  session: Session,
  source: SourceRef,
  observations: readonly ImageObservation[],
  now: Micros,
): Promise<IngestResult> {
  const project = session.scope.id;
  const ids = observations.map((observation) => factsId(project, observation));
  await lockProject(session);
  const loaded = await loadRecords(session, [...new Set(ids)]);
  const names = await Names.load(session, claims(observations, ids, loaded, source.id));
  const elsewhere = await loadRecords(
    session,
    [...names.images()].filter((id) => !loaded.has(id)),
  );
  const seen = await loadSightings(session, [...elsewhere.keys()]);
  for (const [id, each] of elsewhere) loaded.set(id, each);

  const states = new Map<Id, State>();
  for (const [index, observation] of observations.entries()) {
    const state = stateOf(ids[index]!);
    const merged = mergeImage(state.record, observation, { project, source, now });
    state.record = merged.record;
    state.changed ||= merged.changed;
    state.observed = true;
    state.seenAt = Math.max(state.seenAt, observation.seenAt);
    for (const each of merged.seen) state.references.set(keyOfReference(each), each);
    for (const host of merged.hosts) state.hosts.add(host);
    for (const each of merged.claimed) claim(each, merged.record);
  }
  return finish(session, source, states, { names, seen, now });

  function stateOf(id: Id): State {
    const known = states.get(id);
    if (known) return known;
    const before = loaded.get(id);
    const state: State = {
      before,
      record: before && withSightings(before.record, seen),
      changed: false,
      observed: false,
      seenAt: 0,
      references: new Map(),
      hosts: new Set(),
    };
    states.set(id, state);
    return state;
  }

  /**
   * A source sees a tag on an image it did not see it on before: wherever else it saw it, it is there no more. A name
   * seen on a host is only that host's; what registries and files say of a name is one truth, the latest.
   */
  function claim(name: ReferenceKey, claimant: ImageRecord): void {
    if (name.tag === null) return;
    const key = keyOfReference(name);
    const { id } = claimant.image;
    const local = isLocal(claimant, source.id);
    for (const other of names.holders(name)) {
      if (other === id) continue;
      const state = stateOf(other);
      if (state.record === undefined) continue;
      const { record } = state;
      const lessened = forget(
        record,
        {
          reference: (each, by) =>
            keyOfReference(each) === key && (by === source.id || (!local && !isLocal(record, by))),
        },
        { project, now },
      );
      state.record = lessened.record;
      state.changed ||= lessened.changed;
      if (lessened.closed.length > 0) names.close(name, other);
    }
    const since = claimant.image.references.find((each) => keyOfReference(each) === key)?.firstSeenAt;
    if (since !== undefined) names.open(name, id, since);
  }
}

async function finish(
  session: Session,
  source: SourceRef,
  states: ReadonlyMap<Id, State>,
  context: { names: Names; seen: Sightings; now: Micros },
): Promise<IngestResult> {
  const { names, seen, now } = context;
  const changes = new Changes(now, seen);
  const fates = new Map<Id, Fate>();
  const again: SeenAgain[] = [];
  const result = { added: 0, changed: 0, unchanged: 0 };
  for (const [id, { before, record, changed, observed, seenAt, references, hosts }] of states) {
    if (record === undefined) continue;
    const stale = before !== undefined && seenAt - before.record.image.lastSeenAt >= DOCUMENT_GRAIN;
    if (changed || stale) fates.set(id, { before, after: seenSince(record, before) });
    else if (before && seenAt - before.lastSeenAt >= SEEN_GRAIN)
      again.push({ image: id, references: [...references.values()], at: seenAt });
    if (!observed) continue;
    result[before === undefined ? 'added' : changed ? 'changed' : 'unchanged'] += 1;
    // A tag that another observation of this batch took away again was not seen here in the end.
    const kept = record.image.references.filter(
      (each) => references.has(keyOfReference(each)) && each.sources.some((by) => by.id === source.id),
    );
    putSightings(changes, session.scope, record, { source: source.id, at: seenAt, references: kept, hosts });
  }
  await applyFates(session, fates, changes);
  names.write(changes);
  await Promise.all([changes.write(session), renewSeen(session, again)]);
  if (fates.size > 0 || again.length > 0) await bumpGeneration(session);
  return result;
}

/** References that the source may not have been seen to hold before: those whose other holders matter. */
function claims(
  observations: readonly ImageObservation[],
  ids: readonly Id[],
  loaded: ReadonlyMap<Id, Loaded>,
  source: Id,
): readonly ReferenceKey[] {
  const held = new Set<string>();
  for (const [id, { record }] of loaded) {
    for (const each of record.image.references) {
      if (each.sources.some((by) => by.id === source)) held.add(`${id}\0${keyOfReference(each)}`);
    }
  }
  return observations.flatMap((observation, index) =>
    cleanReferences(observation.references ?? []).filter((each) => !held.has(`${ids[index]}\0${keyOfReference(each)}`)),
  );
}

function isLocal(record: ImageRecord, source: Id): boolean {
  return record.image.hosts.some((host) => host.source.id === source);
}

/** The columns may be ahead of the documents; what is written anew never goes back behind them. */
function seenSince(record: ImageRecord, before: Loaded | undefined): ImageRecord {
  if (!before || before.lastSeenAt <= record.image.lastSeenAt) return record;
  return { ...record, image: { ...record.image, lastSeenAt: before.lastSeenAt } };
}
