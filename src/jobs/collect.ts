import type { Project } from '../domain/credential.ts';
import { StowageError } from '../domain/error.ts';
import { imageId } from '../domain/id.ts';
import type { SourceRef } from '../domain/image.ts';
import type { Micros } from '../domain/time.ts';
import type { CollectContext, SourceKind, SourceSettings } from '../sources/source.ts';
import type { RunProblem, RunProgress, SourceRecord, SourceRun, Store } from '../store/store.ts';

export interface CollectOptions {
  readonly store: Store;
  readonly project: Project;
  readonly source: SourceRecord;
  readonly kind: SourceKind;
  readonly settings: SourceSettings;
  readonly signal: AbortSignal;
  readonly now: () => Micros;
  /** `follow` stays until the signal aborts; `collect` ends when everything was seen. Default `collect`. */
  readonly mode?: 'collect' | 'follow';
  /** Told at most a few times a second. */
  readonly onProgress?: (run: SourceRun) => void;
  readonly log?: CollectContext['log'];
}

/** So many new images or containers make the planner's picture of the inventory old. */
const MANY = 500;

/** How often a run's progress is written down, in milliseconds. */
const PROGRESS_EVERY = 500;

/**
 * One run of a source: hands what it learns to the store batch by batch, writes its progress and problems down, and
 * closes what a complete run did not see. Can be killed at any moment and run again: every batch is one idempotent
 * transaction, and nothing is closed unless the source said that it saw everything.
 * @returns the finished run; it does not throw for what the source did wrong
 */
export async function runCollection(options: CollectOptions): Promise<SourceRun> {
  const { store, project, source, kind, settings, signal, now } = options;
  const ref: SourceRef = { id: source.id, kind: kind.id };
  const startedAt = now();
  let run = await store.startRun(project, source.id, startedAt);
  let complete = false;
  let cycleStart = startedAt;
  let closing = Promise.resolve();
  let problems: RunProblem[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  let failure: unknown;

  function change(progress: Partial<RunProgress>): void {
    run = { ...run, progress: { ...run.progress, ...progress } };
    timer ??= setTimeout(write, PROGRESS_EVERY);
  }

  function add(counts: { added: number; changed: number; unchanged: number }): void {
    const { added, changed, unchanged } = run.progress;
    change({ added: added + counts.added, changed: changed + counts.changed, unchanged: unchanged + counts.unchanged });
  }

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    const snapshot = run;
    const batch = problems;
    problems = [];
    options.onProgress?.(snapshot);
    writing = writing
      .then(async () => {
        await store.updateRun(project, snapshot);
        if (batch.length > 0) await store.addRunProblems(project, batch);
      })
      .catch((error: unknown) => {
        failure ??= error;
      });
  }

  const context: CollectContext = {
    settings,
    signal,
    log: options.log ?? (() => {}),
    async images(observations) {
      const seenAt = now();
      add(
        await store.ingestImages(
          project,
          ref,
          observations.map((observation) => ({ ...observation, seenAt })),
        ),
      );
    },
    async touch(seen) {
      await store.touchReferences(project, ref, seen, now());
      add({ added: 0, changed: 0, unchanged: seen.length });
    },
    known: (digests) => store.knownDigests(project, digests),
    async containers(containers) {
      const at = now();
      add(
        await store.ingestContainers(
          project,
          ref,
          containers.map((container) => ({
            ...container,
            // Sources do not know the project, so they cannot name the record.
            imageId: container.imageId ?? (container.imageDigest && imageId(project.id, container.imageDigest)),
            source: ref,
            firstSeenAt: at,
            lastSeenAt: at,
          })),
        ),
      );
    },
    async containersPresent(hostId, ids) {
      const { closed } = await store.closeContainers(project, ref, hostId, ids, now());
      if (closed > 0) change({ closed: run.progress.closed + closed });
    },
    complete() {
      complete = true;
      if (signal.aborted) return;
      // Whatever exists was reported since the last complete look, so what was not is gone.
      const before = cycleStart;
      cycleStart = now();
      closing = closing.then(async () => {
        const { closed } = await store.closeUnseen(project, ref, before);
        if (closed > 0) change({ closed: run.progress.closed + closed });
      });
      closing.catch(() => {});
    },
    problem(problem) {
      problems.push({ ...problem, runId: run.id, at: now() });
      change({ failed: run.progress.failed + 1 });
      if (problems.length >= 500) write();
    },
    progress: change,
  };

  let error: unknown;
  try {
    await (options.mode === 'follow' && kind.follow
      ? kind.follow(source.uri, context)
      : kind.collect(source.uri, context));
    await closing;
    if (run.progress.added >= MANY) await store.refreshStatistics();
  } catch (thrown) {
    error = thrown;
  }
  run = {
    ...run,
    finishedAt: now(),
    state: stateOf(),
    error: error === undefined ? null : messageOf(error),
    progress: { ...run.progress, current: null },
  };
  write();
  await writing;
  if (failure !== undefined) throw failure;
  return run;

  function stateOf(): SourceRun['state'] {
    if (signal.aborted) return 'cancelled';
    if (error !== undefined) return 'failed';
    return complete && run.progress.failed === 0 ? 'complete' : 'partial';
  }
}

function messageOf(error: unknown): string {
  if (error instanceof StowageError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
