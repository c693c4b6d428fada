import { expect, test } from 'vitest';
import { asciiJson, pythonInteger, pythonJson } from './python.ts';

test.each([
  ['2', 2n],
  [' 2', 2n],
  ['+2', 2n],
  ['-0', 0n],
  ['1_000', 1000n],
  ['99999999999999999999', 99999999999999999999n],
])('int(%j) is %s', (text, value) => {
  expect(pythonInteger(text)).toBe(value);
});

test.each(['', ' ', '1.5', 'abc', '1e3', '_1', '1__0', '0x10', '+ 1'])('int(%j) fails', (text) => {
  expect(pythonInteger(text)).toBeUndefined();
});

test('spaces JSON as Python does', () => {
  const value = { a: [1, null, true, 'é"\n'], b: {}, c: [], d: undefined };
  expect(pythonJson(value)).toBe('{"a": [1, null, true, "é\\"\\n"], "b": {}, "c": []}');
  expect(asciiJson('é😀\u007f')).toBe('"\\u00e9\\ud83d\\ude00\u007f"');
});
