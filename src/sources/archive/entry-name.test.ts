import { describe, expect, it } from 'vitest';
import { entryName, linkTarget } from './entry-name.ts';

describe('names in archives', () => {
  it.each([
    ['index.json', 'index.json'],
    ['./blobs//sha256/a', 'blobs/sha256/a'],
    ['a/../b', 'b'],
    ['../../etc/passwd', undefined],
    ['a/../../b', undefined],
    ['/etc/passwd', undefined],
    ['a\\..\\b', undefined],
    ['a\0b', undefined],
    ['..', undefined],
    ['', undefined],
  ])('%j is %j', (raw, clean) => {
    expect(entryName(raw)).toBe(clean);
  });

  it.each([
    ['x/layer.tar', '2', '../y.tar', 'y.tar'],
    ['layer.tar', '2', '../y.tar', undefined],
    ['x/layer.tar', '2', '/etc/passwd', undefined],
    ['x/layer.tar', '1', 'y/layer.tar', 'y/layer.tar'],
    ['x/layer.tar', '1', '../y', undefined],
  ])('a link at %s of type %s to %s leads to %s', (from, type, link, target) => {
    expect(linkTarget(from, type, link)).toBe(target);
  });
});
