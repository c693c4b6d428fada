import { describe, expect, test } from 'vitest';
import { LruMap } from './lru-map.ts';
import { createRateLimits } from './rate-limits.ts';

describe('LruMap', () => {
  test('forgets what was not used for longest', () => {
    const map = new LruMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  });

  test('keeps within its weight', () => {
    const map = new LruMap<string, string>(100, { most: 10, of: (value) => value.length });
    map.set('a', 'xxxxx');
    map.set('b', 'yyyyy');
    map.set('c', 'z');
    expect(map.get('a')).toBeUndefined();
    expect(map.get('b')).toBe('yyyyy');
    map.set('b', 'y');
    map.set('d', 'wwwwwwww');
    expect(map.size).toBe(3);
  });

  test('a long key weighs too', () => {
    const map = new LruMap<string, string>(100, { most: 10, of: (value, key) => value.length + key.length });
    map.set('a', 'x');
    map.set('long key', 'y');
    map.set('b', 'z');
    expect([map.get('a'), map.get('long key'), map.get('b')]).toEqual([undefined, undefined, 'z']);
    map.delete('b');
    map.set('c', '123456789');
    expect(map.get('c')).toBe('123456789');
  });
});

describe('rate limits', () => {
  test('count down in a window that is aligned to the clock, and start again in the next', () => {
    let now = 90 * 1_000_000;
    const limits = createRateLimits(() => now);
    expect(limits.take('list', 'me', 2, 60)).toEqual({
      allowed: true,
      limit: 2,
      remaining: 1,
      resetSeconds: 30,
      windowSeconds: 60,
    });
    expect(limits.take('list', 'me', 2, 60)).toMatchObject({ allowed: true, remaining: 0 });
    expect(limits.take('list', 'me', 2, 60)).toMatchObject({ allowed: false, remaining: 0 });
    expect(limits.take('list', 'you', 2, 60)).toMatchObject({ allowed: true, remaining: 1 });
    expect(limits.take('other', 'me', 2, 60)).toMatchObject({ allowed: true });
    now = 120 * 1_000_000;
    expect(limits.take('list', 'me', 2, 60)).toMatchObject({ allowed: true, remaining: 1, resetSeconds: 60 });
  });
});
