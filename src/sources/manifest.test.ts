import { describe, expect, it } from 'vitest';
import { addBlob, type Blobs, buildImage, buildIndex, digestOf } from '../../test/support/oci.ts';
import { StowageError } from '../domain/error.ts';
import { type BlobRequest, ImageError, isArtifact, type ManifestLimits, readImage } from './manifest.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';

function read(blobs: Blobs, digest: string, limits: Partial<ManifestLimits> = {}, mediaType = '') {
  const fetched: BlobRequest[] = [];
  const bytes = blobs.get(digest) as Buffer;
  const result = readImage(
    { digest, mediaType, bytes },
    async (request) => {
      fetched.push(request);
      const blob = blobs.get(request.digest);
      if (!blob) throw new ImageError('blob.missing', request.digest, `${request.digest} is not there`);
      return blob;
    },
    limits,
  );
  return Object.assign(result, { fetched });
}

function readJson(json: object, mediaType = '') {
  const blobs: Blobs = new Map();
  return read(blobs, addBlob(blobs, json, '').digest, {}, mediaType);
}

/** An image whose config is the given one, with as many layers as asked for. */
function withConfig(config: unknown, layerCount = 0) {
  const blobs: Blobs = new Map();
  const layers = Array.from({ length: layerCount }, (_, i) =>
    addBlob(blobs, `layer ${i}`, 'application/vnd.oci.image.layer.v1.tar'),
  );
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  const manifest = addBlob(blobs, { schemaVersion: 2, config: addBlob(blobs, text, CONFIG), layers }, MANIFEST);
  return read(blobs, manifest.digest);
}

async function codes(reading: ReturnType<typeof read>): Promise<readonly string[]> {
  return ((await reading).observation.problems ?? []).map((problem) => problem.code);
}

describe('a valid image', () => {
  const blobs: Blobs = new Map();
  const image = buildImage(blobs, {
    architecture: 'arm64',
    variant: 'v8',
    created: '2026-02-03T04:05:06.789012345Z',
    author: 'someone',
    config: {
      User: '1000',
      WorkingDir: '/srv',
      Entrypoint: ['/bin/app'],
      Cmd: ['--serve'],
      Env: ['A=1'],
      Volumes: { '/data': {} },
      ExposedPorts: { '80/tcp': {} },
      Labels: { team: 'payments' },
    },
    steps: [
      { createdBy: 'ADD rootfs.tar /', files: [{ name: 'etc/os-release', body: 'ID=debian\n' }] },
      { createdBy: 'ENV A=1' },
      { createdBy: 'COPY app /bin/app', files: [{ name: 'bin/app', body: 'app' }], comment: 'buildkit' },
    ],
  });

  it('becomes one platform with everything the config says', async () => {
    const { observation, blobs: count } = await read(blobs, image.descriptor.digest);
    expect(count).toBe(1);
    expect(observation).toMatchObject({
      kind: 'container',
      digest: image.descriptor.digest,
      mediaType: MANIFEST,
      problems: [],
    });
    expect(observation.labels).toEqual([['team', 'payments']]);
    const [platform] = observation.platforms ?? [];
    expect(platform).toMatchObject({
      manifestDigest: image.descriptor.digest,
      configDigest: image.config.digest,
      os: 'linux',
      architecture: 'arm64',
      variant: 'v8',
      builtAt: Date.UTC(2026, 1, 3, 4, 5, 6) * 1000 + 789_012,
      author: 'someone',
      user: '1000',
      workingDir: '/srv',
      entrypoint: ['/bin/app'],
      command: ['--serve'],
      env: ['A=1'],
      volumes: ['/data'],
      exposedPorts: ['80/tcp'],
    });
  });

  it('joins history with layers and sums up the sizes', async () => {
    const [platform] = (await read(blobs, image.descriptor.digest)).observation.platforms ?? [];
    expect(platform?.layers.map((layer) => [layer.createdBy, layer.empty, layer.diffId])).toEqual([
      ['ADD rootfs.tar /', false, digestOf(image.layers[0] as Buffer)],
      ['ENV A=1', true, null],
      ['COPY app /bin/app', false, digestOf(image.layers[1] as Buffer)],
    ]);
    const sizes = platform?.layers.map((layer) => layer.size ?? 0) ?? [];
    expect(platform?.size).toBe(sizes.reduce((sum, size) => sum + size, image.config.size));
  });

  it('never asks for a layer', async () => {
    const reading = read(blobs, image.descriptor.digest);
    await reading;
    expect(reading.fetched.map((request) => request.role)).toEqual(['config']);
  });
});

describe('an index', () => {
  function twoPlatforms() {
    const blobs: Blobs = new Map();
    const amd = buildImage(blobs, { architecture: 'amd64', config: { Labels: { from: 'amd64' } } });
    const arm = buildImage(blobs, { architecture: 'arm64' });
    return { blobs, amd, arm };
  }

  it('is one image with several platforms, attestations left out', async () => {
    const { blobs, amd, arm } = twoPlatforms();
    const attestation = addBlob(
      blobs,
      {
        schemaVersion: 2,
        config: addBlob(blobs, '{}', CONFIG),
        layers: [addBlob(blobs, '{}', 'application/vnd.in-toto+json')],
      },
      MANIFEST,
    );
    const index = buildIndex(blobs, [
      { ...arm.descriptor, platform: { os: 'linux', architecture: 'arm64' } },
      { ...amd.descriptor, platform: { os: 'linux', architecture: 'amd64' } },
      { ...attestation, platform: { os: 'unknown', architecture: 'unknown' } },
      attestation,
    ]);
    const { observation } = await read(blobs, index.digest, {}, INDEX);
    expect(observation.platforms?.map((platform) => platform.architecture)).toEqual(['arm64', 'amd64']);
    expect(observation.labels).toEqual([['from', 'amd64']]);
    expect(observation.problems).toEqual([]);
  });

  it('keeps os.version and variant of Windows and ARM entries, and says where config and index differ', async () => {
    const { blobs, amd } = twoPlatforms();
    const index = buildIndex(blobs, [
      { ...amd.descriptor, platform: { os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.2227' } },
    ]);
    const { observation } = await read(blobs, index.digest);
    expect(observation.platforms?.[0]).toMatchObject({ os: 'windows', osVersion: '10.0.20348.2227' });
    expect(observation.problems?.map((problem) => problem.code)).toEqual(['platform.mismatch']);
  });

  it('keeps the platforms that can be read', async () => {
    const { blobs, amd, arm } = twoPlatforms();
    const index = buildIndex(blobs, [amd.descriptor, arm.descriptor]);
    blobs.set(arm.config.digest, Buffer.from('x'.repeat(arm.config.size)));
    const { observation } = await read(blobs, index.digest);
    expect(observation.platforms?.map((platform) => platform.architecture)).toEqual(['amd64']);
    expect(observation.problems).toMatchObject([{ code: 'digest.mismatch', part: arm.descriptor.digest }]);
  });

  it('throws when nothing can be read', async () => {
    const { blobs, amd } = twoPlatforms();
    const index = buildIndex(blobs, [amd.descriptor]);
    blobs.delete(amd.config.digest);
    await expect(read(blobs, index.digest)).rejects.toMatchObject({ code: 'image.unreadable', part: index.digest });
  });

  it('ends when the blob is unavailable for now, so that it is tried again', async () => {
    const { blobs, amd, arm } = twoPlatforms();
    const index = buildIndex(blobs, [amd.descriptor, arm.descriptor]);
    const reading = readImage(
      { digest: index.digest, mediaType: '', bytes: blobs.get(index.digest) as Buffer },
      async () => {
        throw new StowageError('unavailable', 'registry.unavailable', 'later');
      },
    );
    await expect(reading).rejects.toMatchObject({ code: 'registry.unavailable' });
  });

  it('may hold indexes, three deep', async () => {
    const { blobs, amd } = twoPlatforms();
    const three = buildIndex(blobs, [buildIndex(blobs, [buildIndex(blobs, [amd.descriptor])])]);
    expect((await read(blobs, three.digest)).observation.platforms).toHaveLength(1);
    const four = buildIndex(blobs, [three]);
    await expect(read(blobs, four.digest)).rejects.toThrow(/nested deeper than 3/);
  });

  it('cannot run in circles', async () => {
    const { blobs, amd } = twoPlatforms();
    const index = buildIndex(blobs, [amd.descriptor, amd.descriptor]);
    const reading = read(blobs, index.digest);
    expect((await reading).observation.platforms).toHaveLength(1);
    expect(reading.fetched).toHaveLength(2);
  });

  it('is cut at its limit of platforms', async () => {
    const blobs: Blobs = new Map();
    const many = Array.from({ length: 6 }, (_, i) => buildImage(blobs, { author: `${i}` }).descriptor);
    const { observation } = await read(blobs, buildIndex(blobs, many).digest, { platforms: 4 });
    expect(observation.platforms).toHaveLength(4);
    expect(observation.problems).toMatchObject([{ code: 'limit.platforms' }]);
  });

  it('that lists nothing is refused', async () => {
    const blobs: Blobs = new Map();
    await expect(read(blobs, buildIndex(blobs, []).digest)).rejects.toMatchObject({ code: 'manifest.empty' });
  });
});

describe('what is no image', () => {
  it.each([
    ['a chart', 'application/vnd.cncf.helm.config.v1+json', 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'],
    ['a signature', CONFIG, 'application/vnd.dev.cosign.simplesigning.v1+json'],
    ['an artifact without config', 'application/vnd.oci.empty.v1+json', 'application/vnd.oci.image.layer.v1.tar'],
  ])('%s is told apart', async (_, config, layer) => {
    const blobs: Blobs = new Map();
    const manifest = { schemaVersion: 2, config: addBlob(blobs, '{}', config), layers: [addBlob(blobs, 'x', layer)] };
    const error = await read(blobs, addBlob(blobs, manifest, MANIFEST).digest).catch((cause) => cause);
    expect(isArtifact(error)).toBe(true);
  });
});

describe('ambiguous documents (CVE-2021-41190)', () => {
  const config = { mediaType: CONFIG, digest: digestOf('{}'), size: 2 };
  it.each([
    ['index and manifest in one', { manifests: [], config, layers: [] }, ''],
    ['the same in other case', { manifests: [], Layers: [] }, ''],
    ['a member twice in different case', { config, layers: [], Layers: [] }, ''],
    ['an index that calls itself a manifest', { mediaType: MANIFEST, manifests: [] }, ''],
    ['a manifest announced as an index', { config, layers: [] }, INDEX],
    [
      'a media type that differs from the announced',
      { mediaType: MANIFEST, config, layers: [] },
      'application/vnd.docker.distribution.manifest.v2+json',
    ],
  ])('%s', async (_, json, announced) => {
    await expect(readJson(json, announced)).rejects.toMatchObject({ code: 'manifest.ambiguous' });
  });

  it('parameters and generic types do not count as an announcement', async () => {
    const blobs: Blobs = new Map();
    const { digest } = buildImage(blobs).descriptor;
    expect((await read(blobs, digest, {}, `${MANIFEST}; charset=utf-8`)).blobs).toBe(1);
    expect((await read(blobs, digest, {}, 'application/json')).blobs).toBe(1);
  });
});

describe('bad documents', () => {
  it.each([
    ['empty', '', 'manifest.invalid'],
    ['no JSON', '<html>', 'manifest.invalid'],
    ['not an object', '[]', 'manifest.invalid'],
    ['neither index nor manifest', '{"a":1}', 'manifest.invalid'],
    ['too deep', '{"manifests":'.concat('['.repeat(100), ']'.repeat(100), '}'), 'limit.depth'],
    ['schema 1', '{"schemaVersion":1,"fsLayers":[]}', 'manifest.unsupported'],
    ['a foreign type', '{"mediaType":"text/x","manifests":[]}', 'manifest.unsupported'],
    ['a config without digest', '{"config":{"size":1},"layers":[]}', 'digest.invalid'],
    [
      'a config with a weak digest',
      `{"config":{"size":1,"digest":"md5:${'0'.repeat(32)}"},"layers":[]}`,
      'digest.invalid',
    ],
    ['a size below zero', `{"config":{"size":-1,"digest":"${digestOf('')}"},"layers":[]}`, 'manifest.invalid'],
  ])('%s', async (_, text, code) => {
    const blobs: Blobs = new Map();
    await expect(read(blobs, addBlob(blobs, text, '').digest)).rejects.toMatchObject({ code });
  });

  it('refuses content that is not what its name says', async () => {
    const bytes = Buffer.from('{"manifests":[]}');
    const reading = readImage({ digest: digestOf('other'), mediaType: '', bytes }, async () => bytes);
    await expect(reading).rejects.toMatchObject({ code: 'digest.mismatch' });
  });

  it('does not ask for a config over the limit', async () => {
    const blobs: Blobs = new Map();
    const { digest } = buildImage(blobs).descriptor;
    const reading = read(blobs, digest, { configBytes: 10 });
    await expect(reading).rejects.toMatchObject({ code: 'limit.bytes' });
    expect(reading.fetched).toEqual([]);
  });

  it('refuses a config of another length than announced', async () => {
    const blobs: Blobs = new Map();
    const image = buildImage(blobs);
    blobs.set(image.config.digest, Buffer.concat([blobs.get(image.config.digest) as Buffer, Buffer.from(' ')]));
    await expect(read(blobs, image.descriptor.digest)).rejects.toMatchObject({ code: 'size.mismatch' });
  });
});

describe('hostile configs', () => {
  it.each(['0000-00-00T00:00:00Z', '9999-12-31T23:59:59Z', '1900-01-01T00:00:00Z', 'yesterday', 42])(
    'date %s is left out and noted',
    async (created) => {
      const reading = withConfig({ created });
      expect((await reading).observation.platforms?.[0]?.builtAt).toBeNull();
      expect(await codes(reading)).toEqual(['date.invalid']);
    },
  );

  it('the zero time of Go means none', async () => {
    expect(await codes(withConfig({ created: '0001-01-01T00:00:00Z' }))).toEqual([]);
  });

  it('keys such as __proto__ are keys', async () => {
    const reading = withConfig('{"config":{"Labels":{"__proto__":"a","constructor":"b"}},"__proto__":{"os":"evil"}}');
    const { observation } = await reading;
    expect(observation.labels).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(observation.platforms?.[0]?.os).toBeNull();
    expect(({} as Record<string, unknown>)['os']).toBeUndefined();
  });

  it('long texts are cut, NUL and half surrogates replaced', async () => {
    const reading = withConfig({ author: 'a\0b\ud800', config: { Labels: { big: 'x'.repeat(1_000_000) } } });
    const { observation } = await reading;
    expect(observation.labels?.[0]?.[1]).toHaveLength(16 * 1024);
    expect(observation.platforms?.[0]?.author).toBe('a\ufffdb\ufffd');
    expect(await codes(reading)).toEqual(['text.control', 'limit.text']);
  });

  it('members of the wrong kind are left out and noted', async () => {
    const reading = withConfig({
      os: 5,
      config: { Env: { a: 1 }, Cmd: 'sh', Labels: { a: 'b', c: 7 }, Entrypoint: [1, '/x'] },
    });
    const [platform] = (await reading).observation.platforms ?? [];
    expect(platform).toMatchObject({ os: null, env: [], command: ['sh'], entrypoint: ['/x'], labels: [['a', 'b']] });
    expect(new Set(await codes(reading))).toEqual(new Set(['config.invalid']));
  });

  it('history that does not fit the layers is left out and noted', async () => {
    const reading = withConfig(
      { rootfs: { diff_ids: [digestOf('a')] }, history: [{ created_by: 'a' }, { created_by: 'b' }] },
      1,
    );
    expect((await reading).observation.platforms?.[0]?.layers).toMatchObject([
      { createdBy: null, diffId: digestOf('a') },
    ]);
    expect(await codes(reading)).toEqual(['history.mismatch']);
  });

  it('missing diff ids leave the layers there', async () => {
    const reading = withConfig({}, 2);
    expect((await reading).observation.platforms?.[0]?.layers).toHaveLength(2);
    expect(await codes(reading)).toEqual(['layers.mismatch']);
  });

  it('a cut history loses no layer', async () => {
    const history = [...Array.from({ length: 2_001 }, () => ({ empty_layer: true })), { created_by: 'last' }];
    const reading = withConfig({ rootfs: { diff_ids: [digestOf('a')] }, history }, 1);
    expect((await reading).observation.platforms?.[0]?.layers.filter((layer) => !layer.empty)).toHaveLength(1);
    expect(await codes(reading)).toEqual(['limit.entries']);
  });

  it('problems are bounded', async () => {
    const Labels = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, 'x'.repeat(20_000)]));
    const list = await codes(withConfig({ config: { Labels } }));
    expect(list).toHaveLength(101);
    expect(list.at(-1)).toBe('limit.problems');
  });

  it('foreign layers count but their addresses are not visited', async () => {
    const blobs: Blobs = new Map();
    const layer = {
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      digest: digestOf('w'),
      size: 77,
      urls: ['http://169.254.169.254/'],
    };
    const config = addBlob(
      blobs,
      { os: 'windows', rootfs: { diff_ids: [digestOf('w')] } },
      'application/vnd.docker.container.image.v1+json',
    );
    const reading = read(blobs, addBlob(blobs, { schemaVersion: 2, config, layers: [layer] }, '').digest);
    expect((await reading).observation.platforms?.[0]).toMatchObject({
      size: 77 + config.size,
      layers: [{ digest: layer.digest, size: 77 }],
    });
    expect(reading.fetched.map((request) => request.digest)).toEqual([config.digest]);
  });
});
