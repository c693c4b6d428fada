import { StowageError } from '../../domain/error.ts';
import { type Id, timeId } from '../../domain/id.ts';
import { storable } from '../../domain/text.ts';
import { MILLISECOND, type Micros } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { compile } from '../sql.ts';
import type { RunProgress, SourceRun, SourceStore } from '../store.ts';

/** Runs of a source that are remembered; older ones go, with their problems, when a new one starts. */
export const KEPT_RUNS = 50;

/**
 * Why a run that never said it was over is; one that lives after all (two processes collect the same source) takes it
 * back with its next word.
 */
const LEFT = 'It ended without a word: its process was killed, or lost the store.';

const NOTHING_YET: RunProgress = {
  found: 0,
  done: 0,
  added: 0,
  changed: 0,
  unchanged: 0,
  failed: 0,
  closed: 0,
  bytes: 0,
  blobs: 0,
  current: null,
};

export interface RunRow {
  readonly run_id: Id;
  readonly source_id: Id;
  readonly started_at: Micros;
  readonly finished_at: Micros | null;
  readonly state: SourceRun['state'];
  readonly progress: string;
  readonly error: string | null;
}

const COLUMNS = ['run_id', 'source_id', 'started_at', 'finished_at', 'state', 'progress', 'error'] as const;

/** The query for runs of a project by id. */
export function runsById(engine: Engine, project: Id, ids: readonly Id[]) {
  return engine.sql
    .selectFrom('source_run')
    .select(COLUMNS)
    .where('project_id', '=', project)
    .where('run_id', 'in', ids);
}

/** The history of a source's collections. */
export function runRecords(engine: Engine): Pick<SourceStore, 'startRun' | 'updateRun' | 'runs'> {
  const { sql: db } = engine;

  return {
    async startRun(project, sourceId, at) {
      const id = timeId(Math.floor(at / MILLISECOND));
      const run: SourceRun = {
        id,
        sourceId,
        startedAt: at,
        finishedAt: null,
        state: 'running',
        progress: NOTHING_YET,
        error: null,
      };
      const insert = compile(
        db
          .insertInto('source_run')
          .values({
            project_id: project.id,
            run_id: id,
            source_id: sourceId,
            started_at: at,
            finished_at: null,
            state: run.state,
            progress: JSON.stringify(run.progress),
            error: null,
          })
          .onConflict((on) => on.columns(['project_id', 'run_id']).doNothing()),
      );
      const point = compile(
        db
          .updateTable('source')
          .set({ last_run_id: id })
          .where('project_id', '=', project.id)
          .where('source_id', '=', sourceId),
      );
      const left = compile(
        db
          .updateTable('source_run')
          .set({ state: 'failed', finished_at: at, error: LEFT })
          .where('project_id', '=', project.id)
          .where('source_id', '=', sourceId)
          .where('state', '=', 'running'),
      );
      const old = compile(history(project.id, sourceId).select('run_id').limit(KEPT_RUNS).offset(KEPT_RUNS));
      await engine.transaction(async (transaction) => {
        if ((await transaction.run(point)) === 0) {
          throw new StowageError('not-found', 'source.unknown', `There is no source ${sourceId} in this project.`, {
            at: 'source',
          });
        }
        await transaction.run(left);
        await transaction.run(insert);
        const ids = (await transaction.all<{ run_id: Id }>(old)).map((row) => row.run_id).sort();
        if (ids.length === 0) return;
        for (const table of ['run_problem', 'source_run']) {
          await transaction.run(
            compile(db.deleteFrom(table).where('project_id', '=', project.id).where('run_id', 'in', ids)),
          );
        }
      });
      return run;
    },

    async updateRun(project, run) {
      const update = compile(
        db
          .updateTable('source_run')
          .set({
            finished_at: run.finishedAt,
            state: run.state,
            progress: JSON.stringify(run.progress),
            error: run.error === null ? null : storable(run.error),
          })
          .where('project_id', '=', project.id)
          .where('run_id', '=', run.id),
      );
      await engine.transaction((transaction) => transaction.run(update));
    },

    async runs(project, sourceId, limit) {
      const rows = await engine.all<RunRow>(compile(history(project.id, sourceId).select(COLUMNS).limit(limit)));
      return rows.map(runOf);
    },
  };

  /** Newest first. */
  function history(project: Id, sourceId: Id) {
    return db
      .selectFrom('source_run')
      .where('project_id', '=', project)
      .where('source_id', '=', sourceId)
      .orderBy('started_at', 'desc')
      .orderBy('run_id', 'desc');
  }
}

/** A row as the rest of Stowage knows it. */
export function runOf(row: RunRow): SourceRun {
  return {
    id: row.run_id,
    sourceId: row.source_id,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    state: row.state,
    progress: JSON.parse(row.progress),
    error: row.error,
  };
}
