import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ENGINES, type OpenTestStore, openTestStore } from '../../test/support/stores.ts';
import { StowageError } from '../domain/error.ts';
import { randomId } from '../domain/id.ts';
import { DAY, HOUR, MILLISECOND, now, SECOND } from '../domain/time.ts';
import type { Job } from '../store/store.ts';
import { type JobHandler, JobRunner, type RunnerOptions } from './runner.ts';

describe.each(ENGINES)('job runner on %s', (kind) => {
  let opened: OpenTestStore;
  const runners: JobRunner[] = [];

  beforeAll(async () => {
    opened = await openTestStore(kind);
  });
  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
  });
  afterAll(() => opened.close());

  /** A runner of one queue that only this test has. */
  function start(queue: string, handler: JobHandler, options: Partial<RunnerOptions> = {}): JobRunner {
    const runner = new JobRunner({ store: opened.store, handlers: { [queue]: handler }, pollEvery: 50, ...options });
    runners.push(runner);
    runner.start();
    return runner;
  }

  async function add(
    queue: string,
    more: { payload?: Record<string, unknown>; maxAttempts?: number } = {},
  ): Promise<string> {
    const [id] = await opened.store.enqueue([{ queue, ...more }], now());
    return id!;
  }

  async function ended(id: string, state: Job['state']): Promise<Job> {
    return vi.waitFor(
      async () => {
        const job = await opened.store.job(id);
        expect(job?.state).toBe(state);
        return job!;
      },
      { timeout: 20_000, interval: 20 },
    );
  }

  test('runs what is there and what is added', async () => {
    const queue = randomId();
    const first = await add(queue, { payload: { n: 1 } });
    const seen: unknown[] = [];
    start(queue, async (job) => {
      seen.push(job.payload['n']);
    });
    await ended(first, 'done');
    const second = await add(queue, { payload: { n: 2 } });
    expect(await ended(second, 'done')).toMatchObject({ attempts: 1, error: null, leaseUntil: null });
    expect(seen).toEqual([1, 2]);
  });

  test('a job added in this process does not wait for the next look', async () => {
    const queue = randomId();
    start(queue, async () => {}, { pollEvery: 3_600_000 });
    await sleep(50);
    await ended(await add(queue), 'done');
  });

  test('no more at once than allowed, and a free slot is filled', async () => {
    const queue = randomId();
    let atOnce = 0;
    let most = 0;
    const ids = await opened.store.enqueue(Array.from({ length: 7 }, () => ({ queue })), now()); // biome-ignore format: one line
    start(
      queue,
      async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await sleep(10);
        atOnce -= 1;
      },
      { concurrency: 2, pollEvery: 3_600_000 },
    );
    for (const id of ids) await ended(id, 'done');
    expect(most).toBe(2);
  });

  test('what failed is tried again, later, until its attempts are used up', async () => {
    const queue = randomId();
    const id = await add(queue, { maxAttempts: 2 });
    let ahead = 0;
    const clock = (): number => now() + ahead;
    start(
      queue,
      async (job) => {
        throw new Error(`attempt ${job.attempts} failed`);
      },
      { now: clock },
    );
    const waiting = await vi.waitFor(async () => {
      const job = await opened.store.job(id);
      expect(job).toMatchObject({ state: 'waiting', error: 'attempt 1 failed' });
      return job!;
    });
    expect(waiting.runAt).toBeGreaterThan(now());
    ahead = 60 * SECOND;
    expect(await ended(id, 'dead')).toMatchObject({ attempts: 2, error: 'attempt 2 failed' });
  });

  test('what is wrong in itself is not tried again', async () => {
    const queue = randomId();
    const id = await add(queue);
    start(queue, async () => {
      throw new StowageError('invalid', 'source.kind', 'No such kind.');
    });
    expect(await ended(id, 'dead')).toMatchObject({ attempts: 1, error: 'No such kind.' });
  });

  test('the job of a killed worker is done by another', async () => {
    const queue = randomId();
    const id = await add(queue);
    // Claimed by a worker that is never heard of again.
    const claimed = await opened.store.claim([queue], 'killed', 1, 300 * MILLISECOND, now());
    expect(claimed.map((job) => job.id)).toEqual([id]);
    start(queue, async () => {});
    expect(await ended(id, 'done')).toMatchObject({ attempts: 1 });
  });

  test('a long job keeps its lease', async () => {
    const queue = randomId();
    const id = await add(queue);
    const lease = 300 * MILLISECOND;
    let clock = now();
    let runs = 0;
    let finish = () => {};
    const handler: JobHandler = () => {
      runs += 1;
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    const clocked = { lease, now: () => clock };
    start(queue, handler, clocked);
    start(queue, handler, clocked);
    await vi.waitFor(() => expect(runs).toBe(1), { timeout: 20_000 });
    // Time goes on only when the lease has been renewed, far beyond where it would have ended.
    for (let step = 0; step < 6; step += 1) {
      clock += lease / 2;
      await vi.waitFor(async () => expect((await opened.store.job(id))?.leaseUntil).toBe(clock + lease), {
        timeout: 20_000,
      });
    }
    expect(runs).toBe(1);
    finish();
    expect(await ended(id, 'done')).toMatchObject({ attempts: 1 });
  });

  test('who lost a job is told, and does not finish it', async () => {
    const queue = randomId();
    const id = await add(queue);
    let signal: AbortSignal | undefined;
    let renewal: Promise<void> | undefined;
    start(queue, async (job, context) => {
      signal = context.signal;
      // Somebody else finds the lease run out and takes the job.
      await opened.store.claim([queue], 'other', 1, 60 * SECOND, (job.leaseUntil ?? 0) + SECOND);
      renewal = context.heartbeat();
      await renewal.catch(() => {});
      if (!signal.aborted) await once(signal, 'abort');
    });
    await vi.waitFor(() => expect(renewal).toBeDefined());
    await expect(renewal).rejects.toThrow('another worker');
    expect(signal?.aborted).toBe(true);
    expect(await opened.store.job(id)).toMatchObject({ state: 'running' });
    expect(await opened.store.complete(id, 'other', now())).toBe(true);
  });

  test('stopping gives unfinished jobs back without counting the attempt', async () => {
    const queue = randomId();
    const id = await add(queue);
    let begun = () => {};
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const runner = start(queue, async (_, { signal }) => {
      begun();
      await sleep(600_000, undefined, { signal });
    });
    await running;
    await runner.stop();
    expect(await opened.store.job(id)).toMatchObject({ state: 'waiting', attempts: 0 });
  });

  test('stopping does not wait for ever for a handler that does not listen', async () => {
    const queue = randomId();
    const id = await add(queue);
    let release = () => {};
    let begun = () => {};
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const runner = start(
      queue,
      () => {
        begun();
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      },
      { patience: 50 },
    );
    await running;
    await runner.stop();
    expect(await opened.store.job(id)).toMatchObject({ state: 'waiting' });
    const [again] = await opened.store.claim([queue], 'next', 1, 60 * SECOND, now());
    release();
    await sleep(20);
    expect(again?.id).toBe(id);
    expect(await opened.store.job(id)).toMatchObject({ state: 'running' });
  });

  test('stopping lets a handler that finishes anyway finish', async () => {
    const queue = randomId();
    const id = await add(queue);
    let begun = () => {};
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const runner = start(queue, async (_, { signal }) => {
      begun();
      await once(signal, 'abort');
    });
    await running;
    await runner.stop();
    expect(await opened.store.job(id)).toMatchObject({ state: 'done' });
  });

  test('jobs that have been over for long are cleared away', async () => {
    const queue = randomId();
    const [old] = await opened.store.enqueue([{ queue }], now() - 9 * DAY);
    await opened.store.claim([queue], 'w', 1, SECOND, now() - 9 * DAY);
    await opened.store.complete(old!, 'w', now() - 8 * DAY);
    // Later than every worker before, whose turn lasts an hour.
    start(queue, async () => {}, { now: () => now() + 2 * HOUR });
    await vi.waitFor(async () => expect(await opened.store.job(old!)).toBeUndefined(), { timeout: 20_000 });
  });

  test('a store that fails for a while stops nothing', async () => {
    const queue = randomId();
    const id = await add(queue);
    let failures = 2;
    const store = {
      ...opened.store,
      claim: (...args: Parameters<typeof opened.store.claim>) => {
        failures -= 1;
        return failures >= 0 ? Promise.reject(new Error('no database')) : opened.store.claim(...args);
      },
    };
    const told: string[] = [];
    start(queue, async () => {}, { store, log: (message) => told.push(message) });
    await ended(id, 'done');
    expect(told).toEqual(['looking for jobs failed', 'looking for jobs failed']);
  });
});
