import { expect, test } from 'vitest';
import { parseWildcard, toGlob, toLike } from './wildcard.ts';

test.each([
  ['', '', ''],
  ['abc', 'abc', 'abc'],
  ['a%', 'a%', 'a*'],
  ['%%a_', '%a_', '*a?'],
  ['100\\%', '100\\%', '100%'],
  ['a\\_b', 'a\\_b', 'a_b'],
  ['back\\\\slash', 'back\\\\slash', 'back\\slash'],
  ['end\\', 'end\\\\', 'end\\'],
  ['*?[x]', '*?[x]', '[*][?][[]x]'],
  ['\\a', 'a', 'a'],
  ['😀_', '😀_', '😀?'],
])('%j is LIKE %j and GLOB %j', (pattern, like, glob) => {
  const parts = parseWildcard(pattern);
  expect(toLike(parts)).toBe(like);
  expect(toGlob(parts)).toBe(glob);
});
