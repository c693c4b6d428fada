import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packRows, unpackRows } from './rows.ts';

const NAMES = ['a', 'b', 'c'];

function asObjects(rows: readonly (readonly unknown[])[]): unknown[] {
  return rows.map((row) => Object.fromEntries(NAMES.map((name, index) => [name, row[index]])));
}

test('rows come out as they went in, whatever their columns hold', () => {
  const value = fc.oneof(fc.constant(null), fc.string({ unit: 'binary' }), fc.double({ noNaN: true }), fc.integer());
  const texts = fc.oneof(fc.constant(null), fc.string());
  const numbers = fc.oneof(fc.constant(null), fc.maxSafeInteger());
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.tuple(value, value, value), fc.tuple(texts, numbers, texts))), (rows) => {
      expect(unpackRows(NAMES, packRows(NAMES.length, rows))).toEqual(asObjects(rows));
    }),
  );
});

test('bytes and mixtures travel unpacked', () => {
  const rows = [
    ['x', 1, new Uint8Array([1, 2])],
    [7, null, null],
  ];
  expect(unpackRows(NAMES, packRows(NAMES.length, rows))).toEqual(asObjects(rows));
});

test('integers beyond 2^53 become the nearest number', () => {
  expect(unpackRows(['a'], packRows(1, [[9007199254740993n], [1]]))).toEqual([{ a: 9007199254740992 }, { a: 1 }]);
  expect(unpackRows(['a'], packRows(1, [[9007199254740993n], ['x']]))).toEqual([{ a: 9007199254740992 }, { a: 'x' }]);
});

test('no rows', () => {
  expect(unpackRows(NAMES, packRows(NAMES.length, []))).toEqual([]);
});
