import { type Id, timeId } from '../../domain/id.ts';
import { MILLISECOND, type Micros } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { compile } from '../sql.ts';
import type { JobStore, NewJob } from '../store.ts';

/** Attempts of a job that does not say. */
const MAX_ATTEMPTS = 5;
/** Ids asked about in one statement. */
const AT_ONCE = 5_000;

/** Adds jobs and says so to who listens in this process. */
export function enqueuer(engine: Engine): Pick<JobStore, 'enqueue' | 'onEnqueue'> {
  const { sql: db } = engine;
  const listeners = new Set<(queues: ReadonlySet<string>) => void>();

  return {
    async enqueue(jobs, at) {
      if (jobs.length === 0) return [];
      const rows = jobs.map((job) => rowOf(job, at));
      // Whatever it meets - its key waiting or running, or itself after a COMMIT of unknown outcome - it is left out.
      const insert = db
        .insertInto('job')
        .values(rows[0]!)
        .onConflict((on) => on.doNothing());
      const { sql } = compile(insert);
      const values = rows.map((row) => Object.values(row));
      const ids = rows.map((row) => row.job_id);
      const added = await engine.transaction(async (transaction) => {
        await transaction.many(sql, values);
        const there = new Set<Id>();
        for (let from = 0; from < ids.length; from += AT_ONCE) {
          const query = db
            .selectFrom('job')
            .select('job_id')
            .where('job_id', 'in', ids.slice(from, from + AT_ONCE));
          for (const row of await transaction.all<{ job_id: Id }>(compile(query))) there.add(row.job_id);
        }
        return there;
      });
      const queues = new Set(rows.filter((row) => added.has(row.job_id)).map((row) => row.queue));
      if (queues.size > 0) for (const listener of listeners) listener(queues);
      return ids.filter((id) => added.has(id));
    },

    onEnqueue(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function rowOf(job: NewJob, at: Micros) {
  const key = job.key ?? null;
  const runAt = job.runAt ?? at;
  return {
    job_id: timeId(Math.floor(at / MILLISECOND)),
    queue: job.queue,
    job_key: key,
    active_key: key,
    active: true,
    project_id: job.projectId ?? null,
    rank: 0 - (job.priority ?? 0),
    payload: JSON.stringify(job.payload ?? {}),
    state: 'waiting',
    run_at: runAt,
    due_at: runAt,
    lease_until: null,
    worker: null,
    attempts: 0,
    max_attempts: job.maxAttempts ?? MAX_ATTEMPTS,
    abandoned: 0,
    error: null,
    created_at: at,
    finished_at: null,
  };
}
