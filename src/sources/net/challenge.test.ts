import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges } from './challenge.ts';

function read(header: string) {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

test.each([
  ['Basic', [['basic', {}]]],
  ['Basic realm="a, b"', [['basic', { realm: 'a, b' }]]],
  [
    'Bearer realm="https://auth/token",service="reg",scope="repository:a/b:pull,push"',
    [['bearer', { realm: 'https://auth/token', service: 'reg', scope: 'repository:a/b:pull,push' }]],
  ],
  ['bearer Realm = "x" , SERVICE=y', [['bearer', { realm: 'x', service: 'y' }]]],
  ['Bearer realm="with \\"quotes\\" and \\\\"', [['bearer', { realm: 'with "quotes" and \\' }]]],
  ['Bearer realm="first", realm="second"', [['bearer', { realm: 'first' }]]],
  [
    'Negotiate YWJj==, Basic realm="r"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'r' }],
    ],
  ],
  [
    'Basic realm="r", Bearer realm="x",scope=""',
    [
      ['basic', { realm: 'r' }],
      ['bearer', { realm: 'x', scope: '' }],
    ],
  ],
  [', ,Basic realm=r,,', [['basic', { realm: 'r' }]]],
  ['Bearer realm="never closed', [['bearer', {}]]],
  ['', []],
  ['"', []],
])('%s', (header, challenges) => {
  expect(read(header)).toEqual(challenges);
});

test('any text is read in time, and never throws', () => {
  const piece = fc.constantFrom('Bearer', 'realm', '=', '"', ',', ' ', '\\', 'x', '=="', 'Basic ', 'a=b');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => Array.isArray(parseChallenges(pieces.join('')))),
  );
});

test('a header that is much too long is not read', () => {
  expect(parseChallenges(`Basic realm="${'x'.repeat(20_000)}"`)).toEqual([]);
});
