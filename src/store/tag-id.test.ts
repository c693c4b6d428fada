import { expect, test } from 'vitest';
import { tagId } from './tag-id.ts';

test('an id is short, and the same for the same key and value', () => {
  const long = 'x'.repeat(1_000);
  for (const [key, value] of [
    ['team', 'web'],
    ['', 'lts'],
    ['team', ''],
    ['Team', 'web'],
    ['k', long],
    ['ä', '😀'],
  ] as const) {
    expect(tagId(key, value)).toMatch(/^[\w-]{16}$/);
    expect(tagId(key, value)).toBe(tagId(key, value));
  }
});

test('what differs has another id, also what reads the same side by side or folds alike', () => {
  const texts = ['', 'a', 'A', 'ab', 'b', 'aa', 'ba', 'x'.repeat(300), 'x'.repeat(301)];
  const ids = new Set(texts.flatMap((key) => texts.map((value) => tagId(key, value))));
  expect(ids.size).toBe(texts.length ** 2);
});

test('more than are kept in mind come out the same again', () => {
  const first = Array.from({ length: 30_000 }, (_, n) => tagId('build', `${n}`));
  expect(new Set(first).size).toBe(first.length);
  expect(first.map((_, n) => tagId('build', `${n}`))).toEqual(first);
});
