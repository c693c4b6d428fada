import { describe, expect, test } from 'vitest';
import { CursorCodec, type CursorScope, fingerprint } from './cursor.ts';
import { ALL, eq } from './predicate.ts';

const codec = new CursorCodec(Buffer.alloc(32, 1));
const scope: CursorScope = {
  project: '1'.repeat(32),
  entity: 'image',
  where: eq('kind', 'vm'),
  sort: [{ field: 'size', direction: 'desc' }],
};
const position = [12, null, 'docker.io/ü"\n', true];

describe('CursorCodec', () => {
  test('gives a position back, in characters that need no escaping in a URL', () => {
    const cursor = codec.encode(position, scope);
    expect(cursor).toMatch(/^[\w.-]+$/);
    expect(codec.decode(cursor, scope)).toEqual(position);
  });

  test('is the same for every process with the key, and none without', () => {
    const cursor = codec.encode(position, scope);
    expect(new CursorCodec(Buffer.alloc(32, 1)).decode(cursor, scope)).toEqual(position);
    expect(() => new CursorCodec(Buffer.alloc(32, 2)).decode(cursor, scope)).toThrow('damaged');
  });

  test.each<[string, Partial<CursorScope>]>([
    ['project', { project: '2'.repeat(32) }],
    ['entity', { entity: 'content' }],
    ['filter', { where: ALL }],
    ['order', { sort: [{ field: 'size', direction: 'asc' }] }],
    ['grouping', { extra: 'by label' }],
  ])('is refused for another %s', (_, other) => {
    expect(() => codec.decode(codec.encode(position, scope), { ...scope, ...other })).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'cursor.invalid' }),
    );
  });

  test('every change of a single character is refused', () => {
    const cursor = codec.encode(position, scope);
    for (let at = 0; at < cursor.length; at += 1) {
      const other = cursor[at] === 'A' ? 'B' : 'A';
      expect(() => codec.decode(cursor.slice(0, at) + other + cursor.slice(at + 1), scope)).toThrow('damaged');
    }
  });

  test.each(['', '.', 'x', '..', 'W10', 'W10.', '.W10', '{}'])('garbage is refused: %j', (cursor) => {
    expect(() => codec.decode(cursor, scope)).toThrow('damaged');
  });

  test('a fingerprint tells lists apart and knows the same one again', () => {
    expect(fingerprint({ ...scope })).toBe(fingerprint(scope));
    expect(fingerprint({ ...scope, where: eq('kind', 'container') })).not.toBe(fingerprint(scope));
  });
});
