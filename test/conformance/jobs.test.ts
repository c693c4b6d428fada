import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomId } from '../../src/domain/id.ts';
import { MINUTE, SECOND } from '../../src/domain/time.ts';
import { MOST_ABANDONED } from '../../src/store/queue/claim.ts';
import type { JobStore } from '../../src/store/store.ts';
import { ENGINES, type OpenTestStore, openTestStore } from '../support/stores.ts';

const T0 = 1_763_772_000_000_000;

describe.each(ENGINES)('jobs on %s', (kind) => {
  let opened: OpenTestStore;
  let store: JobStore;
  /** A queue that only the running test knows. */
  const fresh = (): string => `queue ${randomId()}`;

  beforeAll(async () => {
    opened = await openTestStore(kind);
    store = opened.store;
  });
  afterAll(() => opened.close());

  test('a job is what was asked for', async () => {
    const queue = fresh();
    const projectId = randomId();
    const payload = { text: 'naïve \0 船', list: [1, null] };
    const [id] = await store.enqueue(
      [{ queue, key: queue, projectId, priority: 3, payload, runAt: T0 + 1, maxAttempts: 7 }],
      T0,
    );
    expect(await store.job(id!)).toEqual({
      id,
      queue,
      key: queue,
      projectId,
      priority: 3,
      payload,
      state: 'waiting',
      runAt: T0 + 1,
      leaseUntil: null,
      attempts: 0,
      maxAttempts: 7,
      error: null,
      createdAt: T0,
      finishedAt: null,
    });
    expect(await store.job(randomId())).toBeUndefined();
  });

  test('the highest priority goes first, then what has been due longest', async () => {
    const [queue, other] = [fresh(), fresh()];
    const ids = await store.enqueue(
      [
        { queue, priority: 0, runAt: T0 },
        { queue, priority: 5, runAt: T0 + 2 },
        { queue: other, priority: 5, runAt: T0 + 1 },
        { queue, priority: -1, runAt: T0 },
        { queue, priority: 9, runAt: T0 + MINUTE },
      ],
      T0,
    );
    const order: (string | undefined)[] = [];
    for (let n = 0; n < 5; n += 1) order.push((await store.claim([queue, other], 'w', 1, SECOND * 60, T0 + 5))[0]?.id);
    expect(order).toEqual([ids[2], ids[1], ids[0], ids[3], undefined]);
  });

  test('only the queues asked for, at most so many, and none twice', async () => {
    const queue = fresh();
    const ids = await store.enqueue(Array.from({ length: 60 }, () => ({ queue })), T0); // biome-ignore format: one line
    expect(await store.claim([fresh()], 'w', 10, MINUTE, T0)).toEqual([]);
    expect(await store.claim([], 'w', 10, MINUTE, T0)).toEqual([]);
    expect(await store.claim([queue], 'w', 0, MINUTE, T0)).toEqual([]);
    const taken: string[] = [];
    const worker = async (name: string): Promise<void> => {
      // An empty answer can also mean that others held what was left for a moment.
      for (let empty = 0; empty < 50; ) {
        const jobs = await store.claim([queue], name, 7, MINUTE, T0);
        expect(jobs.length).toBeLessThanOrEqual(7);
        if (jobs.length === 0) empty += 1;
        taken.push(...jobs.map((job) => job.id));
        for (const job of jobs) expect(await store.complete(job.id, name, T0)).toBe(true);
      }
    };
    await Promise.all(['a', 'b', 'c', 'd'].map(worker));
    expect(taken.sort()).toEqual([...ids].sort());
  });

  test('a key waits or runs once', async () => {
    const queue = fresh();
    const job = { queue, key: queue };
    const [first, ...none] = await store.enqueue([job, job, { queue }], T0).then((ids) => ids);
    expect(none).toHaveLength(1);
    expect(await store.enqueue([job], T0)).toEqual([]);
    const claimed = await store.claim([queue], 'w', 5, MINUTE, T0);
    expect(claimed).toHaveLength(2);
    expect(await store.enqueue([job], T0)).toEqual([]);
    await store.complete(first!, 'w', T0);
    expect(await store.enqueue([job], T0)).toHaveLength(1);
  });

  test('of many processes that add a key at once one does', async () => {
    const queue = fresh();
    const answers = await Promise.all(Array.from({ length: 8 }, () => store.enqueue([{ queue, key: queue }], T0)));
    expect(answers.flat()).toHaveLength(1);
  });

  test('a job whose lease ran out is due again, and its first worker has lost it', async () => {
    const queue = fresh();
    const [id] = await store.enqueue([{ queue }], T0);
    await store.claim([queue], 'dead', 1, 10 * SECOND, T0);
    expect(await store.claim([queue], 'next', 1, 10 * SECOND, T0 + 9 * SECOND)).toEqual([]);
    const [again] = await store.claim([queue], 'next', 1, 10 * SECOND, T0 + 10 * SECOND);
    expect(again).toMatchObject({ id, attempts: 1, leaseUntil: T0 + 20 * SECOND });
    expect(await store.complete(id!, 'dead', T0)).toBe(false);
    expect(await store.fail(id!, 'dead', 'x', T0, T0)).toBe('lost');
    expect(await store.heartbeat([id!], 'dead', T0 + MINUTE)).toEqual([]);
    expect(await store.release([id!], 'dead', T0)).toBe(0);
    expect(await store.complete(id!, 'next', T0)).toBe(true);
    expect(await store.complete(id!, 'next', T0)).toBe(false);
  });

  test('a heartbeat prolongs the lease and names what is still held', async () => {
    const queue = fresh();
    const ids = await store.enqueue([{ queue }, { queue }, { queue }], T0);
    await store.claim([queue], 'w', 3, 10 * SECOND, T0);
    await store.complete(ids[1]!, 'w', T0);
    expect(await store.heartbeat(ids, 'w', T0 + MINUTE)).toEqual([ids[0], ids[2]]);
    expect(await store.heartbeat([], 'w', T0)).toEqual([]);
    expect(await store.claim([queue], 'v', 3, SECOND, T0 + 30 * SECOND)).toEqual([]);
    expect(await store.claim([queue], 'v', 3, SECOND, T0 + MINUTE)).toHaveLength(2);
  });

  test('a killed worker costs no attempt; a job that every worker dies of ends at last', async () => {
    const queue = fresh();
    const [id] = await store.enqueue([{ queue, maxAttempts: 1 }], T0);
    let at = T0;
    for (let n = 0; n < MOST_ABANDONED; n += 1) {
      expect(await store.claim([queue], `w${n}`, 1, SECOND, at)).toMatchObject([{ attempts: 1 }]);
      at += SECOND;
    }
    expect(await store.claim([queue], 'last', 1, SECOND, at)).toEqual([]);
    const dead = await store.job(id!);
    expect(dead).toMatchObject({ state: 'dead', leaseUntil: null, finishedAt: at });
    expect(dead?.error).toContain(`w${MOST_ABANDONED - 1}`);
  });

  test('a failed job waits until it is tried again, and is dead after its last attempt', async () => {
    const queue = fresh();
    const [id] = await store.enqueue([{ queue, maxAttempts: 2 }], T0);
    await store.claim([queue], 'w', 1, MINUTE, T0);
    expect(await store.fail(id!, 'w', 'first\0', T0 + SECOND, T0)).toBe('waiting');
    expect(await store.job(id!)).toMatchObject({ state: 'waiting', runAt: T0 + SECOND, attempts: 1, leaseUntil: null });
    expect(await store.claim([queue], 'w', 1, MINUTE, T0 + SECOND - 1)).toEqual([]);
    expect(await store.claim([queue], 'w', 1, MINUTE, T0 + SECOND)).toMatchObject([{ id, attempts: 2 }]);
    expect(await store.fail(id!, 'w', 'second', T0 + MINUTE, T0 + 2 * SECOND)).toBe('dead');
    expect(await store.job(id!)).toMatchObject({ state: 'dead', error: 'second', finishedAt: T0 + 2 * SECOND });
    expect(await store.claim([queue], 'w', 1, MINUTE, T0 + MINUTE)).toEqual([]);
  });

  test('an error without another time is the end at once, and a dead job can be put back', async () => {
    const queue = fresh();
    const job = { queue, key: queue, maxAttempts: 9 };
    const [id] = await store.enqueue([job], T0);
    await store.claim([queue], 'w', 1, MINUTE, T0);
    expect(await store.fail(id!, 'w', 'hopeless', null, T0)).toBe('dead');
    expect(await store.retryJob(id!, T0 + 1)).toBe(true);
    expect(await store.job(id!)).toMatchObject({ state: 'waiting', attempts: 0, error: 'hopeless', finishedAt: null });
    expect(await store.retryJob(id!, T0 + 1)).toBe(false);
    expect(await store.enqueue([job], T0)).toEqual([]);
    await store.claim([queue], 'w', 1, MINUTE, T0 + 1);
    await store.fail(id!, 'w', 'again', null, T0 + 1);
    await store.enqueue([job], T0 + 2);
    expect(await store.retryJob(id!, T0 + 3)).toBe(false);
    expect(await store.retryJob(randomId(), T0)).toBe(false);
  });

  test('what is given back is due at once and as before', async () => {
    const queue = fresh();
    const ids = await store.enqueue([{ queue }, { queue }], T0);
    await store.claim([queue], 'w', 2, MINUTE, T0);
    expect(await store.release(ids, 'w', T0 + 1)).toBe(2);
    expect(await store.release([], 'w', T0)).toBe(0);
    const again = await store.claim([queue], 'v', 2, MINUTE, T0 + 1);
    expect(again.map((job) => job.attempts)).toEqual([1, 1]);
  });

  test('lists newest first, by state, queue and project', async () => {
    const queue = fresh();
    const projectId = randomId();
    const [a] = await store.enqueue([{ queue, projectId }], T0);
    const [b] = await store.enqueue([{ queue, projectId }], T0 + 1);
    const [c] = await store.enqueue([{ queue }], T0 + 2);
    const ids = async (filter: Parameters<JobStore['jobs']>[0]) => (await store.jobs(filter)).map((job) => job.id);
    expect(await ids({ queue, limit: 10 })).toEqual([c, b, a]);
    expect(await ids({ queue, limit: 2 })).toEqual([c, b]);
    expect(await ids({ projectId, limit: 10 })).toEqual([b, a]);
    await store.claim([queue], 'w', 1, MINUTE, T0 + 2);
    expect(await ids({ queue, state: 'running', limit: 10 })).toEqual([a]);
  });

  test('what has been over for long is forgotten', async () => {
    const queue = fresh();
    const [old, young, waiting] = await store.enqueue([{ queue }, { queue }, { queue, runAt: T0 + MINUTE }], T0);
    await store.claim([queue], 'w', 2, MINUTE, T0);
    await store.complete(old!, 'w', T0 - 3_600 * SECOND);
    await store.fail(young!, 'w', 'x', null, T0);
    expect(await store.forgetJobs(T0 - SECOND)).toBe(1);
    expect(await store.job(old!)).toBeUndefined();
    expect((await store.jobs({ queue, limit: 9 })).map((job) => job.id).sort()).toEqual([young, waiting].sort());
  });

  test('who listens is told of the queues', async () => {
    const queue = fresh();
    const told: string[][] = [];
    const stop = store.onEnqueue((queues) => told.push([...queues]));
    await store.enqueue([{ queue, key: queue }], T0);
    await store.enqueue([{ queue, key: queue }], T0);
    stop();
    await store.enqueue([{ queue }], T0);
    expect(told).toEqual([[queue]]);
  });

  test('a lease belongs to one holder until it ends or is given back', async () => {
    const name = fresh();
    expect(await store.lease(name, 'a', T0 + 10, T0)).toBe(true);
    expect(await store.lease(name, 'b', T0 + 10, T0 + 9)).toBe(false);
    expect(await store.lease(name, 'a', T0 + 20, T0 + 9)).toBe(true);
    expect(await store.lease(name, 'b', T0 + 30, T0 + 19)).toBe(false);
    expect(await store.lease(name, 'b', T0 + 30, T0 + 20)).toBe(true);
    await store.releaseLease(name, 'a');
    expect(await store.lease(name, 'a', T0 + 40, T0 + 21)).toBe(false);
    await store.releaseLease(name, 'b');
    expect(await store.lease(name, 'a', T0 + 40, T0 + 21)).toBe(true);
  });

  test('of many that want a lease at once one gets it', async () => {
    const name = fresh();
    const got = await Promise.all(Array.from({ length: 8 }, (_, n) => store.lease(name, `h${n}`, T0 + 10, T0)));
    expect(got.filter((each) => each)).toHaveLength(1);
  });
});
