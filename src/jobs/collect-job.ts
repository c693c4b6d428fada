import { StowageError } from '../domain/error.ts';
import type { Id } from '../domain/id.ts';
import type { Micros } from '../domain/time.ts';
import { SOURCE_KINDS } from '../sources/registry.ts';
import type { CollectContext, SourceSettings } from '../sources/source.ts';
import type { Job, NewJob, SourceRecord, Store } from '../store/store.ts';
import { runCollection } from './collect.ts';

/** The queue collections run on. */
export const COLLECT_QUEUE = 'collect';

export interface CollectJobOptions {
  readonly store: Store;
  readonly now: () => Micros;
  /** Settings for one source: what the operator set, and what stood in the source's own URI. */
  readonly settingsFor: (source: SourceRecord) => SourceSettings;
  readonly log: CollectContext['log'];
}

/** The job that collects a source: at most one waits or runs for each. */
export function collectJob(source: Pick<SourceRecord, 'id' | 'projectId'>, priority = 0): NewJob {
  return {
    queue: COLLECT_QUEUE,
    key: `collect ${source.id}`,
    projectId: source.projectId,
    priority,
    payload: { source: source.id },
    maxAttempts: 5,
  };
}

/** Handles one collect job. Throws when the run failed as a whole, so that the queue tries again later. */
export function collectHandler(options: CollectJobOptions) {
  const { store, now, settingsFor, log } = options;
  return async function collect(job: Job, context: { readonly signal: AbortSignal }): Promise<void> {
    const project = job.projectId === null ? undefined : await store.project(job.projectId);
    const source = project && (await store.source(project, job.payload['source'] as Id));
    if (!project || !source || source.removedAt !== null) return;
    const kind = SOURCE_KINDS.find((one) => one.id === source.kind);
    if (!kind)
      throw new StowageError('invalid', 'source.kind', `This program does not know the source kind "${source.kind}".`);
    const run = await runCollection({
      store,
      project,
      source,
      kind,
      settings: settingsFor(source),
      signal: context.signal,
      now,
      log,
    });
    if (run.state === 'failed')
      throw new StowageError('unavailable', 'collect.failed', run.error ?? 'The collection failed.');
    if (run.state === 'cancelled')
      throw new StowageError('unavailable', 'collect.cancelled', 'The collection was stopped before its end.');
  };
}
