import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectAll } from '../../../test/support/collect.ts';
import {
  asEntries,
  type Blobs,
  buildImage,
  buildIndex,
  digestOf,
  dockerSaveFiles,
  gzip,
  layoutFiles,
  named,
  type TarEntry,
  tar,
} from '../../../test/support/oci.ts';
import { archiveSource } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-archive-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, bytes: Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

async function collect(name: string, bytes: Buffer, options = {}) {
  return collectAll(archiveSource, await file(name, bytes), options);
}

/** Compressed in several frames or members, as parallel compressors write. */
function inParts(bytes: Buffer, compress: (part: Buffer) => Buffer): Buffer {
  return Buffer.concat([
    compress(bytes.subarray(0, 700)),
    compress(bytes.subarray(700, 5_000)),
    compress(bytes.subarray(5_000)),
  ]);
}

function ociFiles() {
  const blobs: Blobs = new Map();
  const amd = buildImage(blobs, { architecture: 'amd64', config: { Labels: { a: 'b' } } });
  const arm = buildImage(blobs, {
    architecture: 'arm64',
    steps: [{ createdBy: 'COPY x /', files: [{ name: 'x', body: 'x'.repeat(5_000) }] }],
  });
  const index = buildIndex(blobs, [amd.descriptor, arm.descriptor]);
  return { amd, arm, index, files: layoutFiles(blobs, [named(index, 'registry.example.com/shop/cart:2.4')]) };
}

function savedFiles() {
  const blobs: Blobs = new Map();
  const image = buildImage(blobs, {
    steps: [
      { createdBy: 'ADD rootfs /', files: [{ name: 'etc/os-release', body: 'ID=alpine\n' }] },
      { createdBy: 'CMD ["sh"]' },
      { createdBy: 'COPY b /', files: [{ name: 'b', body: 'bbb' }] },
    ],
  });
  return { image, files: dockerSaveFiles(blobs, [{ image, tags: ['shop/cart:1.0', 'alpine:3.20'] }]) };
}

describe('OCI archives', () => {
  it.each([
    ['plain.tar', (bytes: Buffer) => bytes],
    ['gzip.tar.gz', (bytes: Buffer) => gzipSync(bytes)],
    ['zstd.tar.zst', (bytes: Buffer) => zstdCompressSync(bytes)],
    ['parts.tar.zst', (bytes: Buffer) => inParts(bytes, zstdCompressSync)],
    ['parts.tar.gz', (bytes: Buffer) => inParts(bytes, gzipSync)],
  ])('%s', async (name, pack) => {
    const { files, index } = ociFiles();
    const { images, problems, completions } = await collect(name, pack(tar(asEntries(files))));
    expect(problems).toEqual([]);
    expect(completions).toBe(1);
    expect(images).toMatchObject([
      {
        digest: index.digest,
        labels: [['a', 'b']],
        problems: [],
        references: [{ registry: 'registry.example.com', repository: 'shop/cart', tag: '2.4' }],
      },
    ]);
    expect(images[0]?.platforms).toHaveLength(2);
  });

  it('is found by its content', async () => {
    expect(await archiveSource.recognises?.(await file('some', tar([{ name: 'a' }])))).toBe(true);
    expect(await archiveSource.recognises?.(await file('some.gz', gzip(tar([{ name: 'a' }]))))).toBe(true);
    expect(await archiveSource.recognises?.(await file('other', Buffer.from('{}')))).toBe(false);
    expect(await archiveSource.recognises?.(folder)).toBe(false);
    expect(await archiveSource.recognises?.(join(folder, 'not-there'))).toBe(false);
  });

  it('known images are only touched', async () => {
    const { files, index } = ociFiles();
    const { images, touched, progress } = await collect('known.tar', tar(asEntries(files)), {
      known: new Set([index.digest]),
    });
    expect(images).toEqual([]);
    expect(touched).toMatchObject([{ digest: index.digest, tag: '2.4' }]);
    expect(progress.blobs).toBeUndefined();
  });

  it('a changed layer is told on the image', async () => {
    const { files, arm } = ociFiles();
    const layer = [...files].find(([, body]) => body.length > 5_000 && body[0] === 0x1f) as [string, Buffer];
    const changed = Buffer.from(layer[1]);
    changed[3_000] = 0xff;
    files.set(layer[0], changed);
    const { images } = await collect('layer.tar', tar(asEntries(files)));
    expect(images[0]?.platforms).toHaveLength(2);
    expect(images[0]?.problems).toMatchObject([{ code: 'digest.mismatch', part: arm.descriptor.digest }]);
  });

  it('a changed config loses only its platform', async () => {
    const { files, amd } = ociFiles();
    const path = `blobs/sha256/${amd.config.digest.slice(7)}`;
    files.set(path, Buffer.from((files.get(path) as Buffer).toString().replace('amd64', 'arm00')));
    const { images } = await collect('config.tar', tar(asEntries(files)));
    expect(images[0]?.platforms?.map((platform) => platform.architecture)).toEqual(['arm64']);
    expect(images[0]?.problems).toMatchObject([{ code: 'digest.mismatch', part: amd.descriptor.digest }]);
  });
});

describe('docker save archives', () => {
  it('identify an image by its config digest', async () => {
    const { files, image } = savedFiles();
    const { images, problems } = await collect('saved.tar', tar(asEntries(files)));
    expect(problems).toEqual([]);
    expect(images).toMatchObject([
      {
        digest: image.config.digest,
        mediaType: 'application/vnd.docker.container.image.v1+json',
        problems: [],
        references: [
          { registry: 'docker.io', repository: 'shop/cart', tag: '1.0' },
          { registry: 'docker.io', repository: 'library/alpine', tag: '3.20' },
        ],
        platforms: [{ manifestDigest: null, configDigest: image.config.digest }],
      },
    ]);
    expect(images[0]?.platforms?.[0]?.layers.map((layer) => [layer.createdBy, layer.digest])).toEqual([
      ['ADD rootfs /', digestOf(image.layers[0] as Buffer)],
      ['CMD ["sh"]', null],
      ['COPY b /', digestOf(image.layers[1] as Buffer)],
    ]);
  });

  it('follow symbolic and hard links inside the archive', async () => {
    const { files } = savedFiles();
    const [layer] = [...files.keys()].filter((name) => name.endsWith('layer.tar'));
    const entries: TarEntry[] = asEntries(files).filter((entry) => entry.name !== layer);
    entries.push(
      { name: 'real.tar', body: files.get(layer as string) as Buffer },
      { name: 'second.tar', type: '1', link: 'real.tar' },
      { name: layer as string, type: '2', link: '../second.tar' },
    );
    const { images } = await collect('links.tar', tar(entries));
    expect(images[0]?.problems).toEqual([]);
  });

  it.each([
    ['a circle of links', (name: string): TarEntry => ({ name, type: '2', link: name.split('/').at(-1) as string })],
    ['a link out of the archive', (name: string): TarEntry => ({ name, type: '2', link: '../../../../etc/passwd' })],
    ['nothing', (): TarEntry => ({ name: 'unrelated' })],
  ])('with %s in place of a layer keeps the rest', async (_, replacement) => {
    const { files } = savedFiles();
    const layer = [...files.keys()].find((name) => name.endsWith('layer.tar')) as string;
    const entries = asEntries(files).filter((entry) => entry.name !== layer);
    const { images } = await collect('missing.tar', tar([...entries, replacement(layer)]));
    expect(images[0]?.platforms?.[0]).toMatchObject({ size: null, os: 'linux' });
    expect(images[0]?.platforms?.[0]?.layers[0]?.size).toBeNull();
    expect(images[0]?.problems).toMatchObject([{ code: 'blob.missing', part: layer }]);
  });

  it('with compressed layers name the blob as it is', async () => {
    const { files, image } = savedFiles();
    const path = `${digestOf(image.layers[0] as Buffer).slice(7)}/layer.tar`;
    const packed = gzip(image.layers[0] as Buffer);
    files.set(path, packed);
    const { images } = await collect('kaniko.tar', tar(asEntries(files)));
    expect(images[0]?.problems).toEqual([]);
    expect(images[0]?.platforms?.[0]?.layers[0]).toMatchObject({
      digest: digestOf(packed),
      diffId: digestOf(image.layers[0] as Buffer),
      size: packed.length,
    });
  });

  it('with a changed layer or config say so', async () => {
    const one = savedFiles();
    const layer = [...one.files.keys()].find((name) => name.endsWith('layer.tar')) as string;
    one.files.set(layer, tar([{ name: 'other' }]));
    expect((await collect('changed.tar', tar(asEntries(one.files)))).images[0]?.problems).toMatchObject([
      { code: 'digest.mismatch', part: layer },
    ]);
    const two = savedFiles();
    const config = [...two.files.keys()].find((name) => name.endsWith('.json') && name !== 'manifest.json') as string;
    two.files.set(config, Buffer.from('{}'));
    const { images, problems, completions } = await collect('config.tar', tar(asEntries(two.files)));
    expect([images, completions]).toEqual([[], 0]);
    expect(problems).toMatchObject([{ code: 'digest.mismatch', part: 'shop/cart:1.0' }]);
  });

  it('of several images keep the good ones', async () => {
    const { files, image } = savedFiles();
    const list = JSON.parse((files.get('manifest.json') as Buffer).toString());
    files.set(
      'manifest.json',
      Buffer.from(JSON.stringify([{ Config: '../../etc/passwd', RepoTags: ['bad:1'], Layers: [] }, ...list])),
    );
    const { images, problems } = await collect('several.tar', tar(asEntries(files)));
    expect(images.map((found) => found.digest)).toEqual([image.config.digest]);
    expect(problems).toMatchObject([{ code: 'blob.missing', part: 'bad:1' }]);
  });

  it('that are OCI layouts, too, take their names from beside the layout when it has none', async () => {
    const blobs: Blobs = new Map();
    const image = buildImage(blobs);
    const files = layoutFiles(blobs, [image.descriptor]);
    files.set(
      'manifest.json',
      Buffer.from(
        JSON.stringify([
          { Config: `blobs/sha256/${image.config.digest.slice(7)}`, RepoTags: ['shop/x:1'], Layers: [] },
        ]),
      ),
    );
    const { images } = await collect('both.tar', tar(asEntries(files)));
    expect(images).toMatchObject([
      { digest: image.descriptor.digest, references: [{ registry: 'docker.io', repository: 'shop/x', tag: '1' }] },
    ]);
  });
});

describe('broken archives', () => {
  it('names that lead out are ignored and told, the image is there', async () => {
    const { files } = ociFiles();
    const hostile: TarEntry[] = ['../../etc/cron.d/x', '/etc/passwd', 'a\\b', 'a\0b'].map((name) => ({
      name,
      body: 'x',
    }));
    const { images, problems } = await collect('hostile.tar', tar([...hostile, ...asEntries(files)]));
    expect(images).toHaveLength(1);
    expect(problems.map((problem) => [problem.code, JSON.parse(problem.part)])).toEqual([
      ['archive.path', '../../etc/cron.d/x'],
      ['archive.path', '/etc/passwd'],
      ['archive.path', 'a\\b'],
      ['archive.path', 'a\0b'],
    ]);
  });

  it.each(['plain', 'gzip'])('a truncated one (%s) keeps what is whole and closes nothing', async (kind) => {
    const { files, amd } = ociFiles();
    const order = asEntries(files);
    const big = order.findIndex((entry) => (entry.body as Buffer).length > 5_000);
    const [last] = order.splice(big, 1);
    const bytes = tar([...order, last as TarEntry]);
    const path = await file(`cut-${kind}.tar`, kind === 'plain' ? bytes : gzip(bytes));
    await truncate(path, bytes.length - 3_000);
    const { images, problems, completions } = await collectAll(archiveSource, path);
    expect(problems).toMatchObject([{ code: 'archive.truncated', part: path }]);
    expect(completions).toBe(0);
    expect(images[0]?.platforms).toHaveLength(2);
    expect(images[0]?.platforms?.[0]?.manifestDigest).toBe(amd.descriptor.digest);
    expect(images[0]?.problems).toMatchObject([{ code: 'blob.missing' }]);
  });

  it('a truncated one without its index says that it is truncated', async () => {
    const { files } = savedFiles();
    const path = await file('cut-early.tar', tar(asEntries(files)));
    await truncate(path, 3_000);
    await expect(collectAll(archiveSource, path)).rejects.toMatchObject({ code: 'archive.truncated' });
  });

  it('a gzip file with a wrong checksum is told', async () => {
    const { files } = ociFiles();
    const bytes = gzip(tar(asEntries(files)));
    bytes[bytes.length - 6] = (bytes[bytes.length - 6] as number) ^ 0xff;
    await expect(collect('crc.tar.gz', bytes)).rejects.toMatchObject({ code: 'archive.corrupt' });
  });

  it.each<[string, () => Buffer, string]>([
    ['an empty file', () => Buffer.alloc(0), 'archive.truncated'],
    ['no archive', () => Buffer.from('hello '.repeat(500)), 'archive.corrupt'],
    ['an archive of something else', () => tar([{ name: 'readme' }]), 'archive.unsupported'],
    ['xz', () => Buffer.from('\xfd7zXZ\0 and more', 'latin1'), 'archive.unsupported'],
    ['an archive of Docker before 1.10', () => tar([{ name: 'repositories', body: '{}' }]), 'archive.unsupported'],
    ['a list of images that is none', () => tar([{ name: 'manifest.json', body: '{"a":1}' }]), 'manifest.invalid'],
    [
      'an index that is also a manifest',
      () => tar([{ name: 'index.json', body: '{"manifests":[],"layers":[]}' }]),
      'manifest.ambiguous',
    ],
    ['nothing but zeros', () => gzipSync(Buffer.alloc(100 * 1024 * 1024)), 'archive.unsupported'],
    [
      'a gzip bomb',
      () =>
        gzipSync(
          Buffer.concat([
            tar([{ name: 'a', size: 200 * 1024 * 1024 }], { end: false }),
            Buffer.alloc(100 * 1024 * 1024),
          ]),
        ),
      'limit.ratio',
    ],
  ])('%s is refused', async (name, bytes, code) => {
    await expect(collect(`${name}.tar`, bytes())).rejects.toMatchObject({ code });
  });

  it('says what is not there, not a file, or not allowed', async () => {
    await expect(collectAll(archiveSource, join(folder, 'nowhere.tar'))).rejects.toMatchObject({
      code: 'source.not-found',
    });
    await expect(collectAll(archiveSource, folder)).rejects.toMatchObject({ code: 'source.no-file' });
    const path = await file('mine.tar', tar([{ name: 'a' }]));
    await expect(collectAll(archiveSource, path, { settings: { untrustedAddress: true } })).rejects.toMatchObject({
      code: 'source.local',
    });
    expect(() => archiveSource.parse('oci-archive:')).toThrow(/needs a path/);
    expect(archiveSource.parse('docker-archive:///tmp/x.tar').uri).toBe('docker-archive:/tmp/x.tar');
  });
});
