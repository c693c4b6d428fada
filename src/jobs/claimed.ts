import type { Micros } from '../domain/time.ts';
import type { Job } from '../store/store.ts';

/** A job while it is run in this process. */
export class Claimed {
  readonly job: Job;
  leaseUntil: Micros;
  readonly #controller = new AbortController();
  #lost = false;
  #over: Promise<void> = Promise.resolve();

  constructor(job: Job) {
    this.job = job;
    this.leaseUntil = job.leaseUntil ?? 0;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether another worker may have it by now. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Resolves when its handler has ended and the outcome is written. */
  get over(): Promise<void> {
    return this.#over;
  }

  run(work: () => Promise<void>): void {
    this.#over = work();
  }

  abort(reason: string): void {
    this.#controller.abort(new Error(reason));
  }

  lose(): void {
    this.#lost = true;
    this.abort('The job was taken over by another worker.');
  }
}
