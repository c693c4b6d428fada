import { expect, test } from 'vitest';
import { DatabaseError } from '../database-error.ts';
import { databaseError } from './failures.ts';

function thrown(code: string | undefined, message = 'x'): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  ['23505', 'unique'],
  ['23503', 'foreign-key'],
  ['42P01', 'missing-table'],
  ['40P01', 'busy'],
  ['40001', 'busy'],
  ['57014', 'timeout'],
  ['57P01', 'lost'],
  ['08006', 'lost'],
  ['53100', 'full'],
  ['ECONNRESET', 'lost'],
  ['22P02', 'other'],
])('code %s is %s', (code, kind) => {
  expect(databaseError(thrown(code))).toMatchObject({ kind, code });
});

test('a node that fails at COMMIT in a distributed database is a lost connection; other internal errors are not', () => {
  expect(
    databaseError(thrown('XX000', 'could not commit transaction for shard 12 on at least one active node')),
  ).toMatchObject({ kind: 'lost' });
  expect(databaseError(thrown('XX000', 'cache lookup failed'))).toMatchObject({ kind: 'other' });
});

test('a connection that ends by itself is known by its message', () => {
  expect(databaseError(thrown(undefined, 'Connection terminated unexpectedly'))).toMatchObject({ kind: 'lost' });
});

test('an error of the caller stays what it is', () => {
  const own = new TypeError('mine');
  expect(databaseError(own)).toBe(own);
  const known = new DatabaseError('busy', '40001', 'x');
  expect(databaseError(known)).toBe(known);
});
