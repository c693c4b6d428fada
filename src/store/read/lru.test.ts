import { expect, test } from 'vitest';
import { Lru } from './lru.ts';

test('forgets what was not used for longest', () => {
  const map = new Lru<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([1, undefined, 3, 2]);
});

test('keeps nothing under a very long key', () => {
  const map = new Lru<string, number>(2);
  map.set('x'.repeat(16_384), 1);
  map.set('x'.repeat(16_385), 2);
  expect([map.size, map.get('x'.repeat(16_385))]).toEqual([1, undefined]);
});
