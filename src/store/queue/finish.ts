import type { Id } from '../../domain/id.ts';
import { storable } from '../../domain/text.ts';
import type { Engine } from '../engine.ts';
import { isDatabaseError } from '../engines/database-error.ts';
import { compile } from '../sql.ts';
import type { JobStore } from '../store.ts';
import { OVER, sorted } from './rows.ts';

/** Finished jobs deleted in one transaction. */
const AT_ONCE = 5_000;

type Finisher = Pick<JobStore, 'heartbeat' | 'complete' | 'fail' | 'release' | 'retryJob' | 'forgetJobs'>;

/** What becomes of a job that was claimed. Each change is guarded: only the worker that holds the job makes it. */
export function finisher(engine: Engine): Finisher {
  const { sql: db } = engine;

  return {
    async heartbeat(ids, worker, leaseUntil) {
      if (ids.length === 0) return [];
      const update = held(sorted(ids), worker).set({ lease_until: leaseUntil, due_at: leaseUntil }).returning('job_id');
      const rows = await engine.transaction((transaction) => transaction.all<{ job_id: Id }>(compile(update)));
      const still = new Set(rows.map((row) => row.job_id));
      return ids.filter((id) => still.has(id));
    },

    async complete(id, worker, at) {
      const update = held([id], worker).set({ ...OVER, state: 'done', error: null, finished_at: at });
      return (await engine.transaction((transaction) => transaction.run(compile(update)))) > 0;
    },

    async fail(id, worker, error, retryAt, at) {
      const reason = { error: storable(error) };
      const again = held([id], worker)
        .set({ ...reason, state: 'waiting', run_at: retryAt, due_at: retryAt, lease_until: null, worker: null })
        .whereRef('attempts', '<', 'max_attempts');
      const dead = held([id], worker).set({ ...reason, ...OVER, state: 'dead', finished_at: at });
      return engine.transaction(async (transaction) => {
        if (retryAt !== null && (await transaction.run(compile(again))) > 0) return 'waiting';
        return (await transaction.run(compile(dead))) > 0 ? 'dead' : 'lost';
      });
    },

    async release(ids, worker, at) {
      if (ids.length === 0) return 0;
      const update = held(sorted(ids), worker).set((e) => ({
        state: 'waiting',
        run_at: at,
        due_at: at,
        lease_until: null,
        worker: null,
        attempts: e('attempts', '-', 1),
      }));
      return engine.transaction((transaction) => transaction.run(compile(update)));
    },

    async retryJob(id, at) {
      const update = db
        .updateTable('job')
        .set((e) => ({
          active: true,
          active_key: e.ref('job_key'),
          state: 'waiting',
          run_at: at,
          due_at: at,
          worker: null,
          attempts: 0,
          abandoned: 0,
          finished_at: null,
        }))
        .where('job_id', '=', id)
        .where('state', '=', 'dead');
      try {
        return (await engine.transaction((transaction) => transaction.run(compile(update)))) > 0;
      } catch (error) {
        if (isDatabaseError(error, 'unique')) return false;
        throw error;
      }
    },

    async forgetJobs(before) {
      let forgotten = 0;
      for (;;) {
        const old = db
          .selectFrom('job')
          .select('job_id')
          .where('state', 'in', ['done', 'dead'])
          .where('finished_at', '<', before)
          .orderBy('finished_at')
          .orderBy('job_id')
          .limit(AT_ONCE);
        const ids = (await engine.all<{ job_id: Id }>(compile(old))).map((row) => row.job_id);
        if (ids.length === 0) return forgotten;
        // Asked again inside: a dead one may have been put back meanwhile.
        const remove = db
          .deleteFrom('job')
          .where('job_id', 'in', sorted(ids))
          .where('state', 'in', ['done', 'dead'])
          .where('finished_at', '<', before);
        forgotten += await engine.transaction((transaction) => transaction.run(compile(remove)));
      }
    },
  };

  function held(ids: readonly Id[], worker: string) {
    return db.updateTable('job').where('job_id', 'in', ids).where('worker', '=', worker).where('state', '=', 'running');
  }
}
