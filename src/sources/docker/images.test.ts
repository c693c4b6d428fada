import { describe, expect, it } from 'vitest';
import { identify, readEngineImage } from './images.ts';
import { readLocalContent } from './platform.ts';

const hex = (digit: string): string => `sha256:${digit.repeat(64)}`;

function image(json: object, keepsManifests = false) {
  const read = readEngineImage({ Id: hex('0'), ...json }, keepsManifests);
  if (!read) throw new Error('no image');
  return read;
}

describe('which image a local one is', () => {
  it('pulled: the digest of its repository, with the tags of every other', () => {
    const found = identify(
      image({ RepoTags: ['alpine:3.20', 'mine:1'], RepoDigests: [`alpine@${hex('a')}`] }),
      new Set(),
    );
    expect(found).toMatchObject({ primary: hex('a'), byConfig: false });
    expect([...found.images]).toEqual([
      [
        hex('a'),
        [
          { registry: 'docker.io', repository: 'library/alpine', tag: '3.20' },
          { registry: 'docker.io', repository: 'library/mine', tag: '1' },
        ],
      ],
    ]);
  });

  it('pulled by digest: a reference without tag', () => {
    const found = identify(image({ RepoTags: null, RepoDigests: [`r.example.com:5000/x/y@${hex('a')}`] }), new Set());
    expect([...found.images.values()]).toEqual([[{ registry: 'r.example.com:5000', repository: 'x/y', tag: null }]]);
  });

  it('pushed elsewhere with another manifest: two images', () => {
    const json = {
      RepoTags: ['a/x:1', 'b.example.com/x:1'],
      RepoDigests: [`a/x@${hex('a')}`, `b.example.com/x@${hex('b')}`],
    };
    expect([...identify(image(json), new Set()).images.keys()]).toEqual([hex('a'), hex('b')]);
  });

  it.each([
    ['RepoDigests of nobody', { RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] }],
    ['none at all', { RepoTags: null, RepoDigests: null }],
    ['nonsense', { RepoTags: [5, 'BAD NAME'], RepoDigests: ['x@md5:1', 7] }],
  ])('built here (%s): its config digest', (_, json) => {
    const found = identify(image(json), new Set());
    expect(found).toMatchObject({ primary: hex('0'), byConfig: true });
    expect([...found.images]).toEqual([[hex('0'), []]]);
  });

  it('index and manifest in one repository: the known one, else the index', () => {
    const json = {
      RepoTags: ['q.example.com/x:1'],
      RepoDigests: [`q.example.com/x@${hex('b')}`, `q.example.com/x@${hex('a')}`],
      Digest: hex('b'),
    };
    expect(identify(image(json), new Set()).primary).toBe(hex('a'));
    expect(identify(image(json), new Set([hex('b')])).primary).toBe(hex('b'));
  });

  it('kept by containerd: the manifest the engine has', () => {
    const kept = image({
      RepoTags: ['x:1'],
      RepoDigests: [`x@${hex('0')}`],
      Descriptor: { digest: hex('0'), mediaType: 'application/vnd.oci.image.index.v1+json' },
    });
    expect(identify(kept, new Set())).toMatchObject({ primary: hex('0'), byConfig: false });
    expect(identify(image({}, true), new Set())).toMatchObject({ primary: hex('0'), byConfig: false });
    const { platform } = readLocalContent(kept, { Os: 'linux' }, []);
    expect(platform).toMatchObject({ manifestDigest: null, configDigest: null });
  });

  it.each([[null], ['x'], [{}], [{ Id: '../../etc' }]])('%j is none', (json) => {
    expect(readEngineImage(json, false)).toBeUndefined();
  });
});

describe('what an engine tells of an image', () => {
  const layers = [hex('1'), hex('2')];
  const inspect = {
    Os: 'linux',
    Architecture: 'amd64',
    OsVersion: '20.10',
    Size: 5_000,
    Created: '2026-01-02T03:04:05Z',
    RootFS: { Layers: layers },
    Config: { Cmd: ['sh'], Labels: { a: 'b' } },
  };
  const history = (sizes: readonly number[], commands: readonly string[]) =>
    sizes.map((Size, i) => ({ Size, CreatedBy: commands[i], Created: 1_700_000_000 })).reverse();

  it('joins history and layers by size', () => {
    const { platform, size } = readLocalContent(
      image({}),
      inspect,
      history([10, 0, 20], ['ADD a', 'CMD ["x"]', 'RUN b']),
    );
    expect(size).toBe(5_000);
    expect(platform).toMatchObject({
      configDigest: hex('0'),
      manifestDigest: null,
      osVersion: null,
      size: null,
      labels: [['a', 'b']],
    });
    expect(
      platform.layers.map((layer) => [layer.createdBy, layer.diffId, layer.digest, layer.size, layer.empty]),
    ).toEqual([
      ['ADD a', hex('1'), null, null, false],
      ['CMD ["x"]', null, null, null, true],
      ['RUN b', hex('2'), null, null, false],
    ]);
  });

  it('or by instruction, where a layer is empty', () => {
    const { platform } = readLocalContent(
      image({}),
      inspect,
      history([10, 0, 0], ['ADD a', '/bin/sh -c #(nop)  ENV a=b', 'RUN true']),
    );
    expect(platform.layers.map((layer) => layer.diffId)).toEqual([hex('1'), null, hex('2')]);
  });

  it('or not at all', () => {
    const { platform } = readLocalContent(image({}), inspect, history([10, 20, 30], ['a', 'b', 'c']));
    expect(platform.layers.map((layer) => layer.createdBy)).toEqual([null, null]);
  });

  it('bears nonsense', () => {
    const { platform, size } = readLocalContent(image({}), { Created: 5, RootFS: 'x', Config: [], Size: -1 }, 'x');
    expect([platform.layers, platform.builtAt, size]).toEqual([[], null, null]);
  });
});
