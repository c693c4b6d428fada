import { expect, test } from 'vitest';
import { DEFAULT_PACE } from './pace.ts';
import { backOff, isPassingStatus, parseRetryAfter } from './retry.ts';

const NOW = Date.parse('2026-11-22T00:00:00Z');

test.each([
  ['0', 0],
  [' 7 ', 7_000],
  ['Sun, 22 Nov 2026 00:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 00:00:30 GMT', undefined],
  ['35µs', undefined],
  ['1.5', undefined],
  ['-1', undefined],
  ['1e9', undefined],
  ['99999999999', undefined],
  ['2026-11-22T00:00:30Z', undefined],
  ['Sun, 99 Nov 2026 00:00:30 GMT', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j is %j ms', (header, wait) => {
  expect(parseRetryAfter(header, NOW)).toBe(wait);
});

test('the wait doubles, is partly random, and has a longest', () => {
  const waits = [1, 2, 3, 50].map((attempt) => [
    backOff(attempt, DEFAULT_PACE, () => 0),
    backOff(attempt, DEFAULT_PACE, () => 1),
  ]);
  expect(waits).toEqual([
    [125, 250],
    [250, 500],
    [500, 1_000],
    [10_000, 20_000],
  ]);
});

test('passing statuses', () => {
  expect([200, 301, 400, 404, 408, 425, 429, 500, 501, 502, 503, 504].filter(isPassingStatus)).toEqual([
    408, 425, 429, 500, 502, 503, 504,
  ]);
});
