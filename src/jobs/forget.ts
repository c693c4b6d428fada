import { DAY, HOUR, type Micros } from '../domain/time.ts';
import type { JobStore } from '../store/store.ts';

/** How long finished and dead jobs can be looked at. */
const REMEMBERED = 7 * DAY;
/** How often somebody clears away; whoever comes first does it for all workers. */
export const FORGET_EVERY = HOUR;

/** Deletes jobs that have been over for a week, unless a worker did so within the last hour. */
export async function forgetOldJobs(store: JobStore, worker: string, at: Micros): Promise<number> {
  if (!(await store.lease('jobs.forget', worker, at + FORGET_EVERY, at))) return 0;
  return store.forgetJobs(at - REMEMBERED);
}
