import { expect, test } from 'vitest';
import { encodePart, parseQueryString, queryOf } from './query-string.ts';

const pairs = (text: string) => parseQueryString(text).map(({ name, value }) => [name, value]);

test('contract 1.1: separators, empty pairs, bare keys, plus signs and loose percent signs', () => {
  expect(pairs('a=1;b=2&&c&d=%zz&e=+%20x&=v&f=a=b')).toEqual([
    ['a', '1'],
    ['b', '2'],
    ['c', ''],
    ['d', '%zz'],
    ['e', '  x'],
    ['', 'v'],
    ['f', 'a=b'],
  ]);
  expect(pairs('')).toEqual([]);
});

test('says where a parameter begins', () => {
  expect(parseQueryString('limit=1&name=x').map(({ at }) => at)).toEqual([0, 8]);
});

test.each(['name=%FF', '%FF=1', 'name=%C3', 'name=%ED%A0%80', 'a=1&name=%00'])('refuses %s', (text) => {
  expect(() => parseQueryString(text)).toThrow('Error decoding your request.');
});

test('reads bytes beyond ASCII in the request line as UTF-8', () => {
  const target = Buffer.from('/v2/images?name=日本', 'utf8').toString('latin1');
  expect(pairs(queryOf(target))).toEqual([['name', '日本']]);
  expect(() => queryOf('/v2/images?name=\u00ff')).toThrow('Error decoding your request.');
  expect(queryOf('/v2/images')).toBe('');
});

test('contract 1.3: writes parts as urlencode does', () => {
  expect(encodePart(`"quoted"/slash:colon,comma~tilde*star(paren)'apos!bang é`)).toBe(
    '%22quoted%22%2Fslash%3Acolon%2Ccomma~tilde%2Astar%28paren%29%27apos%21bang+%C3%A9',
  );
});
