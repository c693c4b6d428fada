import { expect, test } from 'vitest';
import { aPlatform } from '../../test/support/fixtures.ts';
import { packText, unpackText } from './packed-text.ts';

test.each(['', '{}', 'ä€😀\n', 'x'.repeat(100_000)])('a text comes out as it went in', (text) => {
  expect(unpackText(packText(text))).toBe(text);
});

test('the same text gives the same bytes, in memory of their own', () => {
  const bytes = packText('{"platforms":[]}');
  expect(packText('{"platforms":[]}')).toEqual(bytes);
  expect(bytes.buffer.byteLength).toBe(bytes.length);
});

test('a document takes less than half', () => {
  const text = JSON.stringify({ platforms: [aPlatform('one'), aPlatform('two')] });
  expect(packText(text).length).toBeLessThan(text.length / 2);
});

test('damaged bytes are an error', () => {
  expect(() => unpackText(packText('{"platforms":[]}').subarray(0, 3))).toThrow();
});
