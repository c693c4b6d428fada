import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleFiles } from '../examples/all.ts';
import { archiveSource } from '../src/sources/archive/index.ts';
import { ociSource } from '../src/sources/oci/index.ts';
import { collectAll } from './support/collect.ts';
import { digestOf } from './support/oci.ts';

const folder = join(import.meta.dirname, '..', 'examples', 'images');

describe('the examples', () => {
  it('are what the script builds', async () => {
    const there = new Map<string, string>();
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      there.set(relative(folder, path).replaceAll('\\', '/'), digestOf(await readFile(path)));
    }
    const built = [...exampleFiles()].map(([name, body]): [string, string] => [name, digestOf(body)]);
    expect(Object.fromEntries(there)).toEqual(Object.fromEntries(built));
  });

  it('are small', () => {
    const bytes = [...exampleFiles().values()].reduce((sum, body) => sum + body.length, 0);
    expect(bytes).toBeLessThan(300_000);
  });

  it.each([
    [
      'cart',
      ['registry.example.com/shop/cart:2.4', 'registry.example.com/shop/cart:2.4.1'],
      ['linux/amd64', 'linux/arm64'],
    ],
    ['beacon.tar', ['registry.example.com/platform/beacon:0.3.1'], ['linux/amd64', 'linux/arm64']],
    [
      'worker.tar',
      ['registry.example.com/shop/worker:1.9', 'registry.example.com/shop/worker:latest'],
      ['linux/amd64'],
    ],
  ])('%s is collected whole', async (name, references, platforms) => {
    const path = join(folder, name);
    const kind = (await ociSource.recognises?.(path)) ? ociSource : archiveSource;
    expect(await kind.recognises?.(path)).toBe(true);
    const { images, problems, completions } = await collectAll(kind, path);
    expect([problems, completions, images.length]).toEqual([[], 1, 1]);
    const [image] = images;
    expect(image?.problems).toEqual([]);
    expect(image?.references?.map((each) => `${each.registry}/${each.repository}:${each.tag}`)).toEqual(references);
    expect(image?.platforms?.map((each) => `${each.os}/${each.architecture}`)).toEqual(platforms);
    for (const platform of image?.platforms ?? []) {
      expect(platform.layers.every((layer) => layer.createdBy !== null && layer.builtAt !== null)).toBe(true);
      expect(platform.labels.map(([key]) => key)).toContain('team');
    }
  });
});
