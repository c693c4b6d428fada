import { describe, expect, test } from 'vitest';
import { semaphore } from '../net/semaphore.ts';
import { contentCache } from './content-cache.ts';
import { forEachParallel } from './parallel.ts';

const never = new AbortController().signal;

describe('forEachParallel', () => {
  test('works on so many at once and takes no more than it works on', async () => {
    let underway = 0;
    let most = 0;
    let taken = 0;
    function* items() {
      for (; taken < 20; taken += 1) yield taken;
    }
    const done: number[] = [];
    await forEachParallel(items(), 3, async (item) => {
      underway += 1;
      most = Math.max(most, underway);
      expect(taken).toBeLessThanOrEqual(done.length + 4);
      await new Promise((resolve) => setTimeout(resolve, 1));
      underway -= 1;
      done.push(item);
    });
    expect(most).toBe(3);
    expect(done).toHaveLength(20);
  });

  test('ends with the first error once what is underway has ended', async () => {
    const ended: number[] = [];
    const failing = forEachParallel([1, 2, 3, 4, 5, 6], 2, async (item) => {
      await Promise.resolve();
      ended.push(item);
      if (item === 2) throw new Error('two');
    });
    await expect(failing).rejects.toThrow('two');
    expect(ended.length).toBeLessThan(6);
  });
});

describe('contentCache', () => {
  test('fetches once for all who ask, and again after a failure', async () => {
    const cache = contentCache(1_000);
    let fetched = 0;
    const fetch = async () => {
      fetched += 1;
      if (fetched === 1) throw new Error('no');
      return Buffer.from('x');
    };
    const failed = await Promise.allSettled([cache.get('a', fetch), cache.get('a', fetch)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await Promise.all([cache.get('a', fetch), cache.get('a', fetch)]);
    await cache.get('a', fetch);
    expect(fetched).toBe(2);
  });

  test('keeps within its bytes what was asked for last', async () => {
    const cache = contentCache(100);
    const fetch = async () => Buffer.alloc(25);
    for (const digest of ['a', 'b', 'c', 'd']) await cache.get(digest, fetch);
    await cache.get('a', fetch);
    await cache.get('e', fetch);
    const again: string[] = [];
    for (const digest of ['a', 'e', 'b']) {
      await cache.get(digest, async () => {
        again.push(digest);
        return Buffer.alloc(25);
      });
    }
    expect(again).toEqual(['b']);
  });
});

describe('semaphore', () => {
  test('lets in so many, in order, and those who gave up not at all', async () => {
    const places = semaphore(1);
    const order: string[] = [];
    const release = await places.acquire(never);
    const control = new AbortController();
    const first = places.acquire(never).then((free) => {
      order.push('first');
      free();
      free();
    });
    const gone = places.acquire(control.signal);
    const last = places.acquire(never).then((free) => {
      order.push('last');
      free();
    });
    control.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    expect(order).toEqual([]);
    release();
    await Promise.all([first, last]);
    expect(order).toEqual(['first', 'last']);
  });
});
