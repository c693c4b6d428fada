import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Id } from '../domain/id.ts';
import { MILLISECOND, type Micros, now as processClock, SECOND } from '../domain/time.ts';
import type { Job, JobStore } from '../store/store.ts';
import { backoff, isFinal } from './backoff.ts';
import { Claimed } from './claimed.ts';
import { FORGET_EVERY, forgetOldJobs } from './forget.ts';

/** What a handler may use beside its job. */
export interface JobContext {
  /** Aborted when the runner stops, or when the job is no longer this worker's: end soon, what is unfinished will be run again. */
  readonly signal: AbortSignal;
  /** Renews the lease at once (it is also renewed in the background). @throws when the job is no longer this worker's */
  heartbeat(): Promise<void>;
}

/**
 * Does one job. It may be killed at any moment and run again, so it must be repeatable. An error of kind `invalid` or
 * `not-found` ends the job; after any other it is tried again.
 */
export type JobHandler = (job: Job, context: JobContext) => Promise<void>;

export interface RunnerOptions {
  readonly store: JobStore;
  /** By queue. */
  readonly handlers: Readonly<Record<string, JobHandler>>;
  /** Jobs at once. Default 4. */
  readonly concurrency?: number;
  /** How long after its death a worker's jobs are taken over. Default 10 s. */
  readonly lease?: Micros;
  /** How often to look for jobs that others added or that have become due, milliseconds. Default 1000. */
  readonly pollEvery?: number;
  /** Longest time handlers are given to end when the runner stops, milliseconds. Default 8000. */
  readonly patience?: number;
  /** Unique name of this worker. */
  readonly worker?: string;
  readonly now?: () => Micros;
  readonly log?: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Longest pause after the store failed, milliseconds. */
const LONGEST_PAUSE = 15_000;

/** A worker: takes due jobs from the store and runs their handlers. */
export class JobRunner {
  readonly #store: JobStore;
  readonly #handlers: Readonly<Record<string, JobHandler>>;
  readonly #options: Required<Omit<RunnerOptions, 'store' | 'handlers'>>;
  readonly #claimed = new Map<Id, Claimed>();
  #stopping = false;
  #wake = () => {};
  #woken = false;
  #loop: Promise<void> | undefined;
  #stopListening = () => {};
  #beat: NodeJS.Timeout | undefined;

  constructor(options: RunnerOptions) {
    this.#store = options.store;
    this.#handlers = options.handlers;
    this.#options = {
      concurrency: options.concurrency ?? 4,
      lease: options.lease ?? 10 * SECOND,
      pollEvery: options.pollEvery ?? 1_000,
      patience: options.patience ?? 8_000,
      worker: options.worker ?? `${hostname()}/${process.pid}/${randomBytes(4).toString('hex')}`,
      now: options.now ?? processClock,
      log: options.log ?? (() => {}),
    };
  }

  /** The name jobs are claimed under. */
  get worker(): string {
    return this.#options.worker;
  }

  /** Jobs running in this process now. */
  get running(): readonly Job[] {
    return [...this.#claimed.values()].map((claimed) => claimed.job);
  }

  start(): void {
    if (this.#loop) return;
    this.#stopListening = this.#store.onEnqueue((queues) => {
      if (Object.keys(this.#handlers).some((queue) => queues.has(queue))) this.wake();
    });
    this.#beat = setInterval(() => void this.#heartbeat(), this.#options.lease / MILLISECOND / 3);
    this.#loop = this.#run();
  }

  /** Looks for jobs now. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /**
   * Takes no more jobs, tells the handlers to end and waits for them; what has not ended in time, or ended because of
   * this, is given back and due at once for anybody.
   */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopListening();
    this.wake();
    await this.#loop;
    const claimed = [...this.#claimed.values()];
    for (const each of claimed) each.abort('The worker stops.');
    await Promise.race([
      Promise.all(claimed.map((each) => each.over)),
      sleep(this.#options.patience, undefined, { ref: false }),
    ]);
    clearInterval(this.#beat);
    const late = [...this.#claimed.values()];
    await this.#giveBack(late.map((each) => each.job));
    for (const each of late) each.lose();
  }

  async #run(): Promise<void> {
    let forgetAt = 0;
    for (let failures = 0; !this.#stopping; ) {
      this.#woken = false;
      const free = this.#options.concurrency - this.#claimed.size;
      try {
        const jobs = free > 0 ? await this.#claim(free) : [];
        failures = 0;
        if (this.#stopping) return await this.#giveBack(jobs);
        for (const job of jobs) this.#begin(job);
        if (this.#options.now() >= forgetAt) {
          forgetAt = this.#options.now() + FORGET_EVERY;
          await forgetOldJobs(this.#store, this.#options.worker, this.#options.now());
        }
        // Fewer than asked for: nothing else is due. As many as asked for: all slots are taken.
        await this.#pause(this.#options.pollEvery);
      } catch (error) {
        failures += 1;
        this.#options.log('looking for jobs failed', { error: String(error) });
        await this.#pause(Math.min(LONGEST_PAUSE, this.#options.pollEvery * 2 ** failures));
      }
    }
  }

  #claim(limit: number): Promise<readonly Job[]> {
    const { worker, lease, now } = this.#options;
    return this.#store.claim(Object.keys(this.#handlers), worker, limit, lease, now());
  }

  /** Ends early when there is something to do: a job was added, a slot came free, the runner stops. */
  async #pause(milliseconds: number): Promise<void> {
    if (this.#woken) return;
    const spread = milliseconds * (0.75 + Math.random() / 2);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, spread);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }

  #begin(job: Job): void {
    const claimed = new Claimed(job);
    this.#claimed.set(job.id, claimed);
    claimed.run(async () => {
      await this.#work(claimed);
      this.#claimed.delete(job.id);
      this.wake();
    });
  }

  async #work(claimed: Claimed): Promise<void> {
    const { job, signal } = claimed;
    const { worker, now, log } = this.#options;
    const context: JobContext = { signal, heartbeat: () => this.#renew([claimed], true) };
    let failure: { readonly error: unknown } | undefined;
    try {
      await this.#handlers[job.queue]!(job, context);
    } catch (error) {
      failure = { error };
    }
    if (claimed.lost) return log('a job was taken over by another worker', { job: job.id, queue: job.queue });
    try {
      if (!failure) {
        await this.#store.complete(job.id, worker, now());
      } else if (signal.aborted) {
        await this.#giveBack([job]);
      } else {
        const retryAt = isFinal(failure.error) ? null : now() + backoff(job.attempts);
        const outcome = await this.#store.fail(job.id, worker, messageOf(failure.error), retryAt, now());
        log('a job failed', {
          job: job.id,
          queue: job.queue,
          attempt: job.attempts,
          outcome,
          error: messageOf(failure.error),
        });
      }
    } catch (error) {
      // The store cannot be reached: the lease will run out, and somebody does the job again.
      log('the outcome of a job could not be written down', { job: job.id, queue: job.queue, error: String(error) });
    }
  }

  async #heartbeat(): Promise<void> {
    const claimed = [...this.#claimed.values()];
    if (claimed.length === 0) return;
    try {
      await this.#renew(claimed);
    } catch (error) {
      this.#options.log('renewing leases failed', { error: String(error) });
      const at = this.#options.now();
      for (const each of claimed) if (each.leaseUntil <= at) each.lose();
    }
  }

  async #renew(claimed: readonly Claimed[], complain = false): Promise<void> {
    const { worker, lease, now } = this.#options;
    const until = now() + lease;
    const ids = claimed.map((each) => each.job.id);
    const held = new Set(await this.#store.heartbeat(ids, worker, until));
    for (const each of claimed) {
      if (held.has(each.job.id)) each.leaseUntil = until;
      // A job whose outcome was written meanwhile is not lost but over.
      else if (this.#claimed.get(each.job.id) === each) each.lose();
    }
    if (complain && claimed.some((each) => each.lost)) throw new Error('The job was taken over by another worker.');
  }

  async #giveBack(jobs: readonly Job[]): Promise<void> {
    const ids = jobs.map((job) => job.id);
    await this.#store.release(ids, this.#options.worker, this.#options.now());
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
