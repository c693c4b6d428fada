import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectAll } from '../../../test/support/collect.ts';
import {
  type Blobs,
  type BuiltDescriptor,
  buildImage,
  digestOf,
  layoutFiles,
  named,
  writeFiles,
} from '../../../test/support/oci.ts';
import { ociSource } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-oci-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function layout(name: string, blobs: Blobs, manifests: readonly BuiltDescriptor[]): Promise<string> {
  const path = join(folder, name);
  await writeFiles(path, layoutFiles(blobs, manifests));
  return path;
}

describe('a layout folder', () => {
  it('names images by annotation, by a tag below localhost, or by digest only', async () => {
    const blobs: Blobs = new Map();
    const images = Array.from({ length: 5 }, (_, i) => buildImage(blobs, { author: `${i}` }).descriptor);
    const names = ['registry.example.com:5000/shop/cart:2.4', 'v1.2', 'team/tool:7', 'Not a name!'];
    const path = await layout('My Images', blobs, [
      ...images.map((image, i) => (names[i] === undefined ? image : named(image, names[i]))),
      named(images[0] as BuiltDescriptor, 'latest'),
    ]);
    const { images: found, problems, progress, completions } = await collectAll(ociSource, `oci:${path}`);
    expect(found.map((image) => image.references)).toEqual([
      [
        { registry: 'registry.example.com:5000', repository: 'shop/cart', tag: '2.4' },
        { registry: 'localhost', repository: 'my-images', tag: 'latest' },
      ],
      [{ registry: 'localhost', repository: 'my-images', tag: 'v1.2' }],
      [{ registry: 'localhost', repository: 'team/tool', tag: '7' }],
      [{ registry: 'localhost', repository: 'my-images', tag: null }],
      [{ registry: 'localhost', repository: 'my-images', tag: null }],
    ]);
    expect(problems).toMatchObject([{ code: 'reference.invalid', part: '"Not a name!"' }]);
    expect(progress).toMatchObject({ found: 5, done: 5 });
    expect(completions).toBe(1);
  });

  it('a name of several images stays with the first', async () => {
    const blobs: Blobs = new Map();
    const two = [buildImage(blobs, { architecture: 'amd64' }), buildImage(blobs, { architecture: 'arm64' })];
    const path = await layout(
      'twice',
      blobs,
      two.map((image) => named(image.descriptor, '1.0')),
    );
    const { images, problems } = await collectAll(ociSource, path);
    expect(images.map((image) => image.references?.[0]?.tag)).toEqual(['1.0', null]);
    expect(problems).toMatchObject([{ code: 'reference.duplicate', part: 'localhost/twice:1.0' }]);
  });

  it('one bad image does not stop the others, and nothing is closed', async () => {
    const blobs: Blobs = new Map();
    const bad = buildImage(blobs, { author: 'bad' });
    const good = buildImage(blobs, { author: 'good' });
    blobs.set(bad.descriptor.digest, Buffer.from('{}'));
    const path = await layout('bad', blobs, [named(bad.descriptor, 'bad'), named(good.descriptor, 'good')]);
    await rm(join(path, 'blobs/sha256', bad.descriptor.digest.slice(7)));
    const { images, problems, completions } = await collectAll(ociSource, path);
    expect(images.map((image) => image.digest)).toEqual([good.descriptor.digest]);
    expect(problems).toMatchObject([{ code: 'blob.missing', part: 'localhost/bad:bad' }]);
    expect(completions).toBe(0);
  });

  it('is recognised by its content', async () => {
    const path = await layout('seen', new Map(), []);
    expect(await ociSource.recognises?.(path)).toBe(true);
    expect(await ociSource.recognises?.(folder)).toBe(false);
  });
});

describe('hostile folders', () => {
  it('links that leave the folder are not followed', async () => {
    await writeFile(join(folder, 'secret'), 'secret');
    const path = join(folder, 'linked');
    await mkdir(path);
    await symlink('../secret', join(path, 'index.json'));
    await expect(collectAll(ociSource, path)).rejects.toMatchObject({ code: 'source.no-layout' });
    const blobs: Blobs = new Map();
    const image = buildImage(blobs);
    const other = await layout('linked-blob', blobs, [image.descriptor]);
    const blob = join(other, 'blobs/sha256', image.config.digest.slice(7));
    await rm(blob);
    await writeFile(join(folder, 'outside'), blobs.get(image.config.digest) as Buffer);
    await symlink('../../../outside', blob);
    const { images, problems } = await collectAll(ociSource, other);
    expect(images).toEqual([]);
    expect(problems[0]?.message).toContain('leads out of');
  });

  it('digests that are paths are no digests', async () => {
    const blobs: Blobs = new Map();
    const image = buildImage(blobs).descriptor;
    const path = await layout('paths', blobs, [{ ...image, digest: 'sha256:../../../../etc/passwd' }, image]);
    const { images, problems } = await collectAll(ociSource, path);
    expect(images).toHaveLength(1);
    expect(problems).toMatchObject([{ code: 'digest.invalid' }]);
  });

  it.each([
    ['nothing', undefined, 'source.no-layout'],
    ['an empty index', '', 'manifest.invalid'],
    ['an index that is no JSON', 'hello', 'manifest.invalid'],
    ['an index that is also a manifest', '{"manifests":[],"config":{},"layers":[]}', 'manifest.ambiguous'],
    [
      'an index of the wrong kind',
      `{"config":{"digest":"${digestOf('')}","size":0},"layers":[]}`,
      'manifest.ambiguous',
    ],
  ])('%s is refused', async (name, text, code) => {
    const path = join(folder, name);
    await mkdir(path);
    if (text !== undefined) await writeFile(join(path, 'index.json'), text);
    await expect(collectAll(ociSource, path)).rejects.toMatchObject({ code });
  });

  it('what is not there or no folder is told', async () => {
    await expect(collectAll(ociSource, join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'source.not-found' });
    await expect(collectAll(ociSource, join(folder, 'secret'))).rejects.toMatchObject({ code: 'source.no-folder' });
  });
});
