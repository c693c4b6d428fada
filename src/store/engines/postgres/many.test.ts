import { describe, expect, test } from 'vitest';
import { insertParameters, insertText, parseRowInsert, rowsPerStatement } from './many.ts';

describe('an insert of one row', () => {
  const sql =
    'insert into "t" ("a", "b") values ($1, coalesce($2, \'(\')) on conflict ("a") do update set "b" = excluded."b"';
  const insert = parseRowInsert(sql)!;

  test('becomes one of several rows', () => {
    expect(insertText(insert, 2)).toBe(
      'insert into "t" ("a", "b") values ($1, coalesce($2, \'(\')), ($3, coalesce($4, \'(\')) on conflict ("a") do update set "b" = excluded."b"',
    );
    expect(insertParameters(insert, [['x', 1], ['y', 2]])).toEqual(['x', 1, 'y', 2]); // biome-ignore format: one line
  });

  test('keeps which parameter stands where', () => {
    const swapped = parseRowInsert('insert into t values ($2, $1, $2)')!;
    expect(insertText(swapped, 1)).toBe('insert into t values ($1, $2, $3)');
    expect(insertParameters(swapped, [['a', 'b']])).toEqual(['b', 'a', 'b']);
  });

  test('takes as many rows as there may be parameters', () => {
    expect(rowsPerStatement(insert, 7)).toBe(3);
    expect(rowsPerStatement(insert, 1)).toBe(1);
    expect(rowsPerStatement(insert, 65_535)).toBe(1_000);
  });
});

test.each([
  'update t set a = $1 where b = $2',
  'insert into t select $1',
  'insert into t values ($1), ($2)',
  'insert into t values ($1) on conflict (a) do update set b = $2',
  'insert into t default values',
  "insert into t values ($1, '(",
])('is not what %s is', (sql) => {
  expect(parseRowInsert(sql)).toBeUndefined();
});
