import type { Micros } from '../../domain/time.ts';
import type { Engine, Transaction } from '../engine.ts';
import { compile } from '../sql.ts';
import type { Job, JobStore } from '../store.ts';
import { type JobRow, jobOf, OVER, sorted } from './rows.ts';

/**
 * How often in a row a job's lease may run out before it is dead. A killed worker is not the job's fault, so it costs
 * no attempt; but a job that takes every process down that touches it must end too.
 */
export const MOST_ABANDONED = 50;

/** Takes due jobs: highest priority first, then the one that has been due longest. */
export function claimer(engine: Engine): Pick<JobStore, 'claim'> {
  const { sql: db, capabilities } = engine;

  return {
    async claim(queues, worker, limit, leaseMicros, at) {
      if (queues.length === 0 || limit <= 0) return [];
      // Looking costs no lock: an idle worker disturbs nobody.
      const look = due(queues, at).select('job_id').limit(1);
      if ((await engine.all(compile(look))).length === 0) return [];
      return engine.transaction((transaction) => take(transaction, { queues, worker, limit, leaseMicros, at }));
    },
  };

  function due(queues: readonly string[], at: Micros) {
    return db.selectFrom('job').where('queue', 'in', queues).where('active', '=', true).where('due_at', '<=', at);
  }

  async function take(transaction: Transaction, ask: Ask): Promise<Job[]> {
    const { worker, limit, at } = ask;
    const found: JobRow[] = [];
    // Queue by queue, because then the index has the order. What is locked but not taken is free again at COMMIT.
    for (const queue of ask.queues) {
      let query = due([queue], at).selectAll().orderBy('rank').orderBy('due_at').orderBy('job_id').limit(limit);
      if (capabilities.skipLocked) query = query.forUpdate().skipLocked();
      found.push(...(await transaction.all<JobRow>(compile(query))));
    }
    found.sort(inOrder);
    const chosen = found.slice(0, limit);
    const lost = chosen.filter((row) => row.state === 'running' && row.abandoned + 1 >= MOST_ABANDONED);
    for (const row of lost) await transaction.run(bury(row, at));
    const taken = chosen.filter((row) => !lost.includes(row));
    if (taken.length === 0) return [];
    const leaseUntil = at + ask.leaseMicros;
    await transaction.run(lease(taken, worker, leaseUntil));
    return taken.map((row) => ({
      ...jobOf(row),
      state: 'running',
      leaseUntil,
      attempts: row.state === 'waiting' ? row.attempts + 1 : row.attempts,
    }));
  }

  function lease(rows: readonly JobRow[], worker: string, until: Micros) {
    const ids = sorted(rows.map((row) => row.job_id));
    const update = db
      .updateTable('job')
      .set((e) => ({
        state: 'running',
        worker,
        lease_until: until,
        due_at: until,
        attempts: e
          .case()
          .when('state', '=', 'waiting')
          .then(e('attempts', '+', 1))
          .else(e.ref('attempts'))
          .end(),
        abandoned: e
          .case()
          .when('state', '=', 'waiting')
          .then(0)
          .else(e('abandoned', '+', 1))
          .end(),
      }))
      .where('job_id', 'in', ids);
    return compile(update);
  }

  function bury(row: JobRow, at: Micros) {
    const error = `${MOST_ABANDONED} workers in a row ended while they had this job, the last one "${row.worker}".`;
    return compile(
      db
        .updateTable('job')
        .set({ ...OVER, state: 'dead', error, finished_at: at })
        .where('job_id', '=', row.job_id),
    );
  }
}

interface Ask {
  readonly queues: readonly string[];
  readonly worker: string;
  readonly limit: number;
  readonly leaseMicros: number;
  readonly at: Micros;
}

function inOrder(a: JobRow, b: JobRow): number {
  return a.rank - b.rank || (a.due_at ?? 0) - (b.due_at ?? 0) || (a.job_id < b.job_id ? -1 : 1);
}
