import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { addFunctions } from './functions.ts';

const database = new DatabaseSync(':memory:');
addFunctions(database);
const statement = database.prepare('select regex(?, ?, ?) as found');

function regex(pattern: string, text: string | null, fold = 0): unknown {
  return statement.get(pattern, text, fold)?.['found'];
}

describe('regex(pattern, text, fold)', () => {
  test('matches anywhere', () => {
    expect(regex('g.n', 'library/nginx')).toBe(1);
    expect(regex('^nginx', 'library/nginx')).toBe(0);
  });

  test('folds only when asked to', () => {
    expect(regex('NGINX', 'nginx')).toBe(0);
    expect(regex('NGINX', 'nginx', 1)).toBe(1);
    expect(regex('nginx', 'NGINX', 0)).toBe(0);
  });

  test('a missing value matches nothing, so its negation holds', () => {
    expect(regex('', null)).toBe(0);
    expect(database.prepare(`select not regex('x', null, 0) as v`).get()?.['v']).toBe(1);
  });

  test('a pattern that backtracking engines hang on is answered at once', () => {
    expect(regex('(a+)+$', `${'a'.repeat(5_000)}b`)).toBe(0);
  });

  test('a wrong pattern is an error', () => {
    expect(() => regex('(', 'x')).toThrow();
  });

  test('more patterns than are kept', () => {
    for (let n = 0; n < 200; n += 1) expect(regex(`^${n}$`, String(n))).toBe(1);
  });
});
