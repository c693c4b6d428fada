import { expect, test } from 'vitest';
import { testNumber } from './number-tests.ts';

test.each([
  ['lt', 1.5, { op: 'le', value: 1 }],
  ['le', 1.5, { op: 'le', value: 1 }],
  ['gt', 1.5, { op: 'ge', value: 2 }],
  ['ge', -1.5, { op: 'ge', value: -1 }],
  ['lt', 2, { op: 'lt', value: 2 }],
  ['lt', Number.POSITIVE_INFINITY, 'always'],
  ['gt', 1e300, 'never'],
  ['le', -1e300, 'never'],
  ['ge', Number.NEGATIVE_INFINITY, 'always'],
] as const)('a whole number %s %d is asked as %j', (op, bound, expected) => {
  expect(testNumber(op, bound, true)).toEqual(expected);
});

test('other numbers are compared as they are', () => {
  expect(testNumber('lt', 1.5, false)).toEqual({ op: 'lt', value: 1.5 });
});
