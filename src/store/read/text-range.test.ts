import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prefixEnd } from './text-range.ts';

test.each([
  ['a', 'b'],
  ['az', 'a{'],
  ['\uD7FF', '\uE000'],
  ['\uFFFF', '\u{10000}'],
  ['a\u{10FFFF}', 'b'],
  ['\u{10FFFF}', undefined],
  ['', undefined],
])('behind everything that begins with %j comes %j', (prefix, end) => {
  expect(prefixEnd(prefix)).toBe(end);
});

test('exactly the texts that begin with the prefix lie between it and its end', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\uD7FF', '\uE000', '\uFFFF', '\u{10000}', '\u{10FFFF}') });
  const before = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
  fc.assert(
    fc.property(text, text, (prefix, other) => {
      const end = prefixEnd(prefix);
      const between = !before(other, prefix) && (end === undefined || before(other, end));
      expect(between).toBe(other.startsWith(prefix));
    }),
    { numRuns: 2_000, seed: 1 },
  );
});
