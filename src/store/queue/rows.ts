import type { Id } from '../../domain/id.ts';
import type { Micros } from '../../domain/time.ts';
import type { Job } from '../store.ts';

export interface JobRow {
  readonly job_id: Id;
  readonly queue: string;
  readonly job_key: string | null;
  readonly project_id: Id | null;
  readonly rank: number;
  readonly payload: string;
  readonly state: Job['state'];
  readonly run_at: Micros;
  readonly due_at: Micros | null;
  readonly lease_until: Micros | null;
  readonly worker: string | null;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly abandoned: number;
  readonly error: string | null;
  readonly created_at: Micros;
  readonly finished_at: Micros | null;
}

/** A row as the rest of Stowage knows it. */
export function jobOf(row: JobRow): Job {
  return {
    id: row.job_id,
    queue: row.queue,
    key: row.job_key,
    projectId: row.project_id,
    priority: 0 - row.rank,
    payload: JSON.parse(row.payload),
    state: row.state,
    runAt: row.run_at,
    leaseUntil: row.lease_until,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    error: row.error,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}

/** What a job has no more once it is over, so that its key is free and no claim sees it. */
export const OVER = { active: false, active_key: null, due_at: null, lease_until: null } as const;

/** Ids in one order everywhere: two that lock the same rows cannot wait for each other. */
export function sorted(ids: readonly Id[]): Id[] {
  return [...new Set(ids)].sort();
}
