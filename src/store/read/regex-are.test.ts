import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { toAre } from './regex-are.ts';

const ARE = '***:';

test.each([
  ['abc', 'abc'],
  ['a|', 'a|(?:)'],
  ['^a$', '(?:^)a(?:$)'],
  ['(?m)^a$', '(?:^|(?<=\\n))a(?:$|(?=\\n))'],
  ['a.b', 'a[^\\n]b'],
  ['(?s)a.b', 'a.b'],
  ['a+?b{2,3}', '(?:a+)(?:b{2,3})'],
  ['(?P<n>a)(?:b)', '(?:a)(?:b)'],
  ['(?i)k', '[Kk\\u212a]'],
  ['(?i:a)b', '(?:[Aa])b'],
  ['\\Qa.b\\E+', 'a\\u002e(?:b+)'],
  ['\\d\\b\\B', '[0-9](?:\\y)(?:\\Y)'],
  ['\\x{1F600}', '\\U0001f600'],
  ['[^a-c]', '[\\u0001-\\u0060d-\\U0010ffff]'],
  ['a{,3}', 'a\\u007b\\u002c3\\u007d'],
  ['', '(?:)'],
])('%j becomes %j', (pattern, are) => {
  expect(toAre(pattern, false, 'x')).toBe(ARE + are);
});

test('comparing without regard to case is as if (?i) stood before', () => {
  expect(toAre('aé', true, 'x')).toBe(toAre('(?i)aé', false, 'x'));
});

test('what PostgreSQL cannot count to is refused', () => {
  expect(() => toAre('a{256}', false, 'image.name')).toThrow(
    expect.objectContaining({ kind: 'invalid', code: 'query.regex-unsupported', at: 'image.name' }),
  );
  expect(toAre('a{255}', false, 'x')).toBe(`${ARE}(?:a{255})`);
});

test('letters have the cases RE2 gives them, all over Unicode', () => {
  for (const letter of [
    'a',
    'K',
    'ſ',
    'É',
    'ß',
    'ẞ',
    'İ',
    'ı',
    'Ω',
    'ǅ',
    '\u1fd3',
    '\u0390',
    '\ufb06',
    'Ꭰ',
    '𐐀',
    '1',
  ]) {
    const set = new RegExp(
      toAre(letter, true, 'x')
        .slice(ARE.length)
        .replace(/\\U([0-9a-f]{8})/g, '\\u{$1}')
        .replace(/\\u([0-9a-f]{4})/g, '\\u{$1}'),
      'u',
    );
    const expression = RE2JS.compile(letter, RE2JS.CASE_INSENSITIVE);
    for (const other of [
      'a',
      'A',
      'k',
      'K',
      '\u212a',
      's',
      'S',
      'ſ',
      'é',
      'É',
      'ß',
      'ẞ',
      'i',
      'I',
      'İ',
      'ı',
      'ω',
      'Ω',
      '\u2126',
      'ǆ',
      'ǅ',
      'Ǆ',
      '\u1fd3',
      '\u0390',
      '\ufb05',
      '\ufb06',
      'Ꭰ',
      'ꭰ',
      '𐐀',
      '𐐨',
      '1',
    ]) {
      expect(`${letter} ${other} ${set.test(other)}`).toBe(`${letter} ${other} ${expression.matcher(other).find()}`);
    }
  }
});
