import type { Engine } from './engine.ts';
import { releaseLease, takeLease } from './leases.ts';
import { claimer } from './queue/claim.ts';
import { enqueuer } from './queue/enqueue.ts';
import { finisher } from './queue/finish.ts';
import { type JobRow, jobOf } from './queue/rows.ts';
import { compile } from './sql.ts';
import type { JobStore } from './store.ts';

/** The job queue and the installation's leases over an engine. Back-off is the caller's: it says when to try again. */
export function createJobStore(engine: Engine): JobStore {
  const { sql: db } = engine;
  return {
    ...enqueuer(engine),
    ...claimer(engine),
    ...finisher(engine),

    async jobs({ projectId, state, queue, limit }) {
      let query = db.selectFrom('job').selectAll();
      if (projectId !== undefined) query = query.where('project_id', '=', projectId);
      if (state !== undefined) query = query.where('state', '=', state);
      if (queue !== undefined) query = query.where('queue', '=', queue);
      const page = query.orderBy('created_at', 'desc').orderBy('job_id', 'desc').limit(limit);
      return (await engine.all<JobRow>(compile(page))).map(jobOf);
    },

    async job(id) {
      const [row] = await engine.all<JobRow>(compile(db.selectFrom('job').selectAll().where('job_id', '=', id)));
      return row && jobOf(row);
    },

    lease: (name, holder, until, at) => takeLease(engine, name, holder, until, at),
    releaseLease: (name, holder) => releaseLease(engine, name, holder),
  };
}
