import { expect, test } from 'vitest';
import { StowageError } from '../domain/error.ts';
import { MINUTE, SECOND } from '../domain/time.ts';
import { backoff, isFinal } from './backoff.ts';

test('the wait doubles up to ten minutes', () => {
  expect([1, 2, 3, 4].map((attempt) => backoff(attempt, 1))).toEqual([2, 4, 8, 16].map((seconds) => seconds * SECOND));
  expect(backoff(1_000, 1)).toBe(10 * MINUTE);
});

test('half of it is by chance', () => {
  expect(backoff(3, 0)).toBe(4 * SECOND);
  expect(backoff(3, 0.5)).toBe(6 * SECOND);
});

test.each([
  [new StowageError('invalid', 'x', 'x'), true],
  [new StowageError('not-found', 'x', 'x'), true],
  [new StowageError('unavailable', 'x', 'x'), false],
  [new Error('x'), false],
])('%s final: %s', (error, final) => {
  expect(isFinal(error)).toBe(final);
});
