import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentId, imageId } from '../../src/domain/id.ts';
import type { Image } from '../../src/domain/image.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time.ts';
import { decodeImage } from '../../src/store/summaries/image.ts';
import { TABLES } from '../../src/store/tables.ts';
import { tagId } from '../../src/store/tag-id.ts';
import {
  aContainer,
  anImage,
  aPlatform,
  aProject,
  aReference,
  aSource,
  aVmImage,
  digestOf,
  T0,
} from '../support/fixtures.ts';
import { dump, openInventory, type TestInventory } from '../support/inventory.ts';
import { ENGINES } from '../support/stores.ts';

const project = aProject();
const registry = aSource('registry', 'one');
const mirror = aSource('oci', 'two');
const docker = aSource('docker', 'node-1');

describe.each(ENGINES)('inventory writes on %s', (kind) => {
  let inventory: TestInventory;

  beforeEach(async () => {
    inventory = await openInventory(kind);
  });
  afterEach(async () => {
    await inventory.close();
  });

  async function byDigest(digest: string | null): Promise<Image> {
    const image = await inventory.read.imageByDigest(project, digest ?? '');
    expect(image).toBeDefined();
    return image!;
  }

  it('takes in an image, and it reads back whole', async () => {
    const seen = anImage({ references: ['nginx:1.27', 'nginx:latest'], labels: { team: 'web', Tier: 'Front' } });
    expect(await inventory.write.ingestImages(project, registry, [seen])).toEqual({
      added: 1,
      changed: 0,
      unchanged: 0,
    });
    const image = await byDigest(seen.digest);
    expect(image).toMatchObject({
      id: imageId(project.id, seen.digest!),
      kind: 'container',
      createdAt: T0,
      updatedAt: T0,
      lastSeenAt: T0,
    });
    expect(image.platforms).toEqual(
      seen.platforms!.map((platform) => ({
        ...platform,
        labels: [
          ['Tier', 'Front'],
          ['team', 'web'],
        ],
      })),
    );
    expect(image.references.map((each) => each.tag)).toEqual(['1.27', 'latest']);
    expect(image.references[0]!.sources).toEqual([registry]);
    expect(image.labels).toEqual([
      ['Tier', 'Front'],
      ['team', 'web'],
    ]);
    expect(image.service).toMatchObject({
      name: 'docker.io/library/nginx:1.27',
      status: 'active',
      visibility: 'private',
      owner: project.id,
      containerFormat: 'docker',
      diskFormat: 'raw',
      hashAlgorithm: 'sha256',
      hashValue: seen.digest!.slice(7),
    });
    expect(await inventory.read.imageRow(project, image.id)).toMatchObject({
      name: 'docker.io/library/nginx:1.27',
      registry: 'docker.io',
      repository: 'library/nginx',
      tag: '1.27',
      size: 5_000,
      containerCount: 0,
    });
    expect(
      await inventory.read.content(project, contentId(project.id, digestOf('config docker.io/library/nginx:1.27'))),
    ).toBeUndefined();
    expect(
      await inventory.read.content(project, contentId(project.id, seen.platforms![0]!.configDigest!)),
    ).toMatchObject({
      labels: [
        ['Tier', 'Front'],
        ['team', 'web'],
      ],
      image: { id: image.id },
    });
    const words = await inventory.rows('tag_count');
    expect(words).toHaveLength(2);
    expect(words).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          tag_id: tagId('Tier', 'Front'),
          key: 'Tier',
          key_fold: 'tier',
          value: 'Front',
          value_fold: 'front',
          image_count: 1,
          content_count: 1,
        }),
        expect.objectContaining({ tag_id: tagId('team', 'web'), key: 'team', value_fold: 'web' }),
      ]),
    );
    expect((await inventory.rows('image_tag')).map((row) => row['tag_id'])).toEqual(words.map((row) => row['tag_id']));
    expect(await inventory.generation(project)).toBe(1);
    await inventory.sound(project);
  });

  it('changes nothing when the same is seen again, and once an hour only the time', async () => {
    const seen = anImage({ labels: { team: 'web' } });
    await inventory.write.ingestImages(project, registry, [seen]);
    const before = await dump(inventory.engine);
    inventory.clock.now = T0 + 30 * MINUTE;
    expect(await inventory.write.ingestImages(project, registry, [seen])).toEqual({
      added: 0,
      changed: 0,
      unchanged: 1,
    });
    expect(await dump(inventory.engine)).toEqual(before);
    await inventory.write.ingestImages(project, registry, [{ ...seen, seenAt: T0 + 30 * MINUTE }]);
    expect(await inventory.generation(project)).toBe(1);
    expect(await byDigest(seen.digest)).toMatchObject({ lastSeenAt: T0 + 30 * MINUTE, updatedAt: T0 });
    await inventory.write.ingestImages(project, registry, [{ ...seen, seenAt: T0 + 2 * HOUR }]);
    expect(await inventory.generation(project)).toBe(2);
    expect(await inventory.rows('placement')).toMatchObject([{ last_seen_at: T0 + 2 * HOUR }]);
    expect(await inventory.rows('image')).toMatchObject([{ last_seen_at: T0 + 2 * HOUR, updated_at: T0 }]);
    await inventory.sound(project);
    await inventory.write.ingestImages(project, registry, [{ ...seen, seenAt: T0 + 2 * DAY }]);
    const [stored] = await inventory.rows('image');
    expect(decodeImage(String(stored!['summary']))).toMatchObject({ lastSeenAt: T0 + 2 * DAY, updatedAt: T0 });
    await inventory.sound(project);
  });

  it('merges several observations of one image in one call', async () => {
    const one = anImage({ references: ['nginx:1'], content: 'same' });
    const two = anImage({ references: ['nginx:2'], content: 'same', labels: {} });
    expect(await inventory.write.ingestImages(project, registry, [one, two, one])).toEqual({
      added: 1,
      changed: 0,
      unchanged: 0,
    });
    expect((await byDigest(one.digest)).references.map((each) => each.tag)).toEqual(['1', '2']);
    await inventory.sound(project);
  });

  it('moves a tag: the old image loses the name in the same transaction, the row stays as history', async () => {
    const old = anImage({ references: ['nginx:1.27', 'nginx:1.27.0'], content: 'old' });
    await inventory.write.ingestImages(project, registry, [old]);
    inventory.clock.now = T0 + HOUR;
    const fresh = anImage({ references: ['nginx:1.27'], content: 'new', seenAt: T0 + HOUR });
    expect(await inventory.write.ingestImages(project, registry, [fresh])).toEqual({
      added: 1,
      changed: 0,
      unchanged: 0,
    });
    expect((await byDigest(old.digest)).references.map((each) => each.tag)).toEqual(['1.27.0']);
    expect(await byDigest(old.digest)).toMatchObject({
      updatedAt: T0 + HOUR,
      service: { name: 'docker.io/library/nginx:1.27.0' },
    });
    const history = (await inventory.rows('reference')).filter((row) => row['tag'] === '1.27');
    expect(history.map((row) => row['closed_at']).sort()).toEqual([T0 + HOUR, null].sort());
    const heads = (await inventory.rows('name_head')).map((row) => [row['tag_key'], row['image_id']]);
    expect(heads).toEqual([
      ['1.27', imageId(project.id, fresh.digest!)],
      ['1.27.0', imageId(project.id, old.digest!)],
    ]);
    await inventory.sound(project);
    // Back again: a second spell of the same name.
    inventory.clock.now = T0 + 2 * HOUR;
    await inventory.write.ingestImages(project, registry, [{ ...old, seenAt: T0 + 2 * HOUR }]);
    expect((await byDigest(fresh.digest)).references).toEqual([]);
    expect(await inventory.rows('reference')).toHaveLength(4);
    await inventory.sound(project);
  });

  it('settles a tag that one call sees on two images on the last of them', async () => {
    const one = anImage({ references: ['nginx:1'], content: 'one' });
    const two = anImage({ references: ['nginx:1'], content: 'two' });
    await inventory.write.ingestImages(project, registry, [one, two]);
    expect((await byDigest(one.digest)).references).toEqual([]);
    expect((await byDigest(two.digest)).references).toHaveLength(1);
    await inventory.sound(project);
  });

  it('leaves a name that a host still has under an old digest to that host', async () => {
    const old = anImage({ content: 'old', hosts: [{ hostId: 'h1', hostName: 'node-1' }] });
    await inventory.write.ingestImages(project, docker, [old]);
    const fresh = anImage({ content: 'new', seenAt: T0 + SECOND });
    await inventory.write.ingestImages(project, registry, [fresh]);
    expect((await byDigest(old.digest)).references).toMatchObject([{ tag: '1.27', sources: [docker] }]);
    expect((await byDigest(fresh.digest)).references).toMatchObject([{ tag: '1.27', sources: [registry] }]);
    const before = await dump(inventory.engine);
    await inventory.write.ingestImages(project, docker, [old]);
    await inventory.write.ingestImages(project, registry, [fresh]);
    expect(await dump(inventory.engine)).toEqual(before);
    await inventory.sound(project);
  });

  it('keeps a name while one of two sources sees it, and closes it after the second', async () => {
    const seen = anImage();
    await inventory.write.ingestImages(project, registry, [seen]);
    await inventory.write.ingestImages(project, mirror, [{ ...seen, seenAt: T0 + SECOND }]);
    expect((await byDigest(seen.digest)).references[0]!.sources.map((each) => each.id).sort()).toEqual(
      [registry.id, mirror.id].sort(),
    );
    expect(await inventory.write.closeUnseen(project, registry, T0)).toEqual({ closed: 0 });
    expect(await inventory.write.closeUnseen(project, registry, T0 + MINUTE)).toEqual({ closed: 1 });
    expect((await byDigest(seen.digest)).references[0]!.sources).toEqual([mirror]);
    await inventory.sound(project);
    inventory.clock.now = T0 + HOUR;
    expect(await inventory.write.closeUnseen(project, mirror, T0 + MINUTE)).toEqual({ closed: 1 });
    expect(await byDigest(seen.digest)).toMatchObject({
      references: [],
      updatedAt: T0 + HOUR,
      service: { name: null },
    });
    expect(await inventory.rows('reference')).toMatchObject([{ closed_at: T0 + HOUR, last_seen_at: T0 + SECOND }]);
    expect(await inventory.rows('name_head')).toEqual([]);
    expect(await inventory.rows('image_source')).toEqual([]);
    expect(await inventory.write.closeUnseen(project, mirror, T0 + MINUTE)).toEqual({ closed: 0 });
    await inventory.sound(project);
  });

  it('ends host sightings a source has no more', async () => {
    const seen = anImage({
      hosts: [
        { hostId: 'h1', hostName: 'One' },
        { hostId: 'h2', hostName: 'Two' },
      ],
    });
    await inventory.write.ingestImages(project, docker, [seen]);
    expect(await inventory.read.imageRow(project, imageId(project.id, seen.digest!))).toMatchObject({ hostCount: 2 });
    await inventory.write.ingestImages(project, docker, [
      { ...seen, hosts: [{ hostId: 'h2', hostName: 'Two' }], seenAt: T0 + MINUTE },
    ]);
    expect(await inventory.write.closeUnseen(project, docker, T0 + SECOND)).toEqual({ closed: 1 });
    expect(await byDigest(seen.digest)).toMatchObject({ hosts: [{ hostId: 'h2', lastSeenAt: T0 + MINUTE }] });
    expect(await inventory.read.imageRow(project, imageId(project.id, seen.digest!))).toMatchObject({ hostCount: 1 });
    await inventory.sound(project);
  });

  it('touches references without rewriting anything, and takes in new names of known images', async () => {
    const seen = anImage();
    await inventory.write.ingestImages(project, registry, [seen]);
    const touch = (tags: string[], at: number, digest = seen.digest!) =>
      inventory.write.touchReferences(
        project,
        registry,
        tags.map((tag) => ({ ...aReference(`nginx:${tag}`), digest })),
        at,
      );
    await touch(['1.27'], T0 + MINUTE);
    expect(await inventory.generation(project)).toBe(1);
    expect(await byDigest(seen.digest)).toMatchObject({
      lastSeenAt: T0 + MINUTE,
      references: [{ lastSeenAt: T0 + MINUTE }],
    });
    expect(await inventory.write.closeUnseen(project, registry, T0 + SECOND)).toEqual({ closed: 0 });
    await touch(['1.27', 'stable'], T0 + 2 * MINUTE);
    expect((await byDigest(seen.digest)).references.map((each) => each.tag)).toEqual(['1.27', 'stable']);
    expect(await inventory.generation(project)).toBe(2);
    await touch(['9'], T0 + 2 * MINUTE, digestOf('never seen'));
    await touch(['1.27', 'stable'], T0 + 3 * HOUR);
    expect(await inventory.rows('image')).toMatchObject([{ last_seen_at: T0 + 3 * HOUR, updated_at: T0 }]);
    expect(await inventory.generation(project)).toBe(3);
    await inventory.sound(project);
  });

  it('counts a platform that is tagged by itself as an image of its own with the same content', async () => {
    const amd = aPlatform('app amd64', { labels: [['team', 'web']] });
    const arm = aPlatform('app arm64', { architecture: 'arm64' });
    const index = anImage({
      content: 'app index',
      digest: digestOf('index'),
      platforms: [arm, amd],
      references: ['app:1'],
    });
    const single = anImage({ digest: amd.manifestDigest, platforms: [amd], references: ['app:1-amd64'] });
    await inventory.write.ingestImages(project, registry, [index]);
    inventory.clock.now = T0 + MINUTE;
    await inventory.write.ingestImages(project, registry, [single]);
    expect(await inventory.rows('content')).toHaveLength(2);
    const content = await inventory.read.content(project, contentId(project.id, amd.configDigest!));
    expect(content!.references.map((each) => [each.tag, each.digest]).sort()).toEqual([
      ['1', index.digest],
      ['1-amd64', single.digest],
    ]);
    expect(content).toMatchObject({
      createdAt: T0,
      updatedAt: T0 + MINUTE,
      image: { digest: single.digest },
      labels: [['team', 'web']],
    });
    expect((await inventory.read.imageByDigest(project, index.digest!))!.labels).toEqual([['team', 'web']]);
    await inventory.sound(project);
    await inventory.write.deleteImages(project, [imageId(project.id, single.digest!)]);
    expect((await inventory.read.content(project, contentId(project.id, amd.configDigest!)))!.references).toHaveLength(
      1,
    );
    await inventory.sound(project);
  });

  it('counts containers that came before their image, move to another, stop and vanish', async () => {
    const image = anImage();
    const other = anImage({ references: ['nginx:1.28'] });
    const [id, otherId] = [image, other].map((each) => imageId(project.id, each.digest!)) as [string, string];
    const web = aContainer({ image });
    const api = aContainer({ image, name: 'api', hostId: 'host-2', state: 'exited' });
    expect(await inventory.write.ingestContainers(project, docker, [web, api])).toEqual({
      added: 2,
      changed: 0,
      unchanged: 0,
    });
    await inventory.write.ingestImages(project, registry, [
      { ...image, hosts: [{ hostId: 'host-9', hostName: 'nine' }] },
      other,
    ]);
    const counts = async (of: string) => {
      const row = await inventory.read.imageRow(project, of);
      return [row!.containerCount, row!.runningCount, row!.hostCount];
    };
    expect(await counts(id)).toEqual([2, 1, 3]);
    await inventory.sound(project);
    expect(await inventory.write.ingestContainers(project, docker, [web])).toEqual({
      added: 0,
      changed: 0,
      unchanged: 1,
    });
    const generation = await inventory.generation(project);
    await inventory.write.ingestContainers(project, docker, [{ ...web, lastSeenAt: T0 + MINUTE }]);
    expect(await inventory.generation(project)).toBe(generation);

    expect(
      await inventory.write.ingestContainers(project, docker, [
        { ...web, imageDigest: other.digest, lastSeenAt: T0 + 10 * MINUTE },
      ]),
    ).toEqual({ added: 0, changed: 1, unchanged: 0 });
    expect([await counts(id), await counts(otherId)]).toEqual([
      [1, 0, 2],
      [1, 1, 1],
    ]);
    expect(await inventory.rows('container')).toHaveLength(2);
    await inventory.sound(project);

    expect(await inventory.write.closeContainers(project, docker, 'host-1', new Set(), T0 + HOUR)).toEqual({
      closed: 1,
    });
    expect(await inventory.write.closeContainers(project, docker, 'host-1', new Set(), T0 + HOUR)).toEqual({
      closed: 0,
    });
    expect(await inventory.read.container(project, web.id)).toMatchObject({
      state: 'gone',
      firstSeenAt: T0,
      lastSeenAt: T0 + 10 * MINUTE,
    });
    expect(await counts(otherId)).toEqual([0, 0, 0]);
    const content = await inventory.read.content(project, contentId(project.id, other.platforms![0]!.configDigest!));
    expect(content).toMatchObject({ containerCount: 0, lastUsedAt: T0 + 10 * MINUTE });
    await inventory.sound(project);
    await inventory.write.deleteImages(project, [id]);
    expect(await inventory.read.container(project, api.id)).toMatchObject({ imageId: id, state: 'exited' });
    await inventory.sound(project);
  });

  it('deletes every row of an image, and only those', async () => {
    const kept = anImage({ references: ['redis:7'], labels: { team: 'db' } });
    await inventory.write.ingestImages(project, registry, [kept]);
    const before = await dump(inventory.engine);
    const gone = [
      anImage({
        references: ['nginx:1.27', 'quay.io/web/nginx:1.27'],
        labels: { team: 'web' },
        hosts: [{ hostId: 'h', hostName: 'h' }],
        tags: ['golden'],
      }),
      aVmImage('debian', { service: { name: 'debian', members: [{ member: 'p2', status: 'accepted' }] } }),
    ];
    await inventory.write.ingestImages(project, registry, gone);
    await inventory.write.ingestImages(project, registry, [anImage({ content: 'moved', references: ['nginx:1.27'] })]);
    const ids = [
      imageId(project.id, gone[0]!.digest!),
      gone[1]!.id!,
      imageId(project.id, anImage({ content: 'moved' }).digest!),
    ];
    expect(await inventory.write.deleteImages(project, [...ids, ids[0]!, imageId(project.id, 'none')])).toEqual({
      deleted: 3,
    });
    const after = await dump(inventory.engine);
    for (const { name } of TABLES) {
      if (name !== 'inventory_generation') expect([name, after[name]]).toEqual([name, before[name]]);
    }
    expect(await inventory.write.deleteImages(project, ids)).toEqual({ deleted: 0 });
    await inventory.sound(project);
  });

  it('keeps VM images as an image service has them', async () => {
    const queued = aVmImage('queued', { size: undefined, service: { name: 'queued' } });
    const shared = aVmImage('debian', {
      createdAt: T0 - DAY,
      updatedAt: T0 - HOUR,
      service: { name: 'debian', visibility: 'public', minDisk: 5, members: [{ member: 'p2', status: 'pending' }] },
    });
    await inventory.write.ingestImages(project, aSource('glance'), [queued, shared]);
    expect(await inventory.read.image(project, queued.id!)).toMatchObject({
      kind: 'vm',
      digest: null,
      service: { status: 'queued', visibility: 'shared', minDisk: 0, owner: project.id },
    });
    expect(await inventory.read.imageRow(project, shared.id!)).toMatchObject({
      name: 'debian',
      size: 2_000_000,
      createdAt: T0 - DAY,
      updatedAt: T0 - HOUR,
      labels: [['os_distro', 'debian']],
      tags: ['golden'],
      service: { status: 'active', visibility: 'public', minDisk: 5 },
    });
    await inventory.write.ingestImages(project, aSource('glance'), [shared]);
    expect(await inventory.generation(project)).toBe(1);
    await inventory.sound(project);
  });

  it('takes hostile keys as data, cuts what is too long, and says so', async () => {
    const labels: [string, string][] = [
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['nul\0key', 'a\0b'],
      ['half\ud800', '\udc00'],
      ['long', 'ä'.repeat(40_000)],
      ["'; drop table image; --", '%_\\'],
    ];
    const seen = anImage({ givenLabels: labels, references: ['nginx:1'] });
    await inventory.write.ingestImages(project, registry, [seen]);
    const image = await byDigest(seen.digest);
    expect(image.labels.map(([key]) => key)).toEqual(
      expect.arrayContaining(['__proto__', 'constructor', 'nul\ufffdkey', 'half\ufffd', 'long']),
    );
    expect(image.problems.map((problem) => problem.code)).toEqual(['limit.characters', 'limit.text']);
    const again = await inventory.generation(project);
    await inventory.write.ingestImages(project, registry, [seen]);
    expect(await inventory.generation(project)).toBe(again);
    await inventory.write.ingestImages(project, registry, [{ ...seen, labels: [['short', 'x']] }]);
    expect((await byDigest(seen.digest)).problems).toEqual([]);
    await inventory.sound(project);
  });

  it('bounds references, labels and platforms', async () => {
    const references = Array.from({ length: 1_200 }, (_, index) => ({
      registry: 'r.example',
      repository: 'app',
      tag: `t${index}`,
    }));
    const labels = Array.from({ length: 1_100 }, (_, index): [string, string] => [`k${index}`, 'v']);
    const seen = { ...anImage({ content: 'referred' }), references, labels };
    const wide = anImage({
      content: 'wide',
      platforms: Array.from({ length: 220 }, (_, index) => aPlatform(`p${index}`, { layers: [] })),
    });
    await inventory.write.ingestImages(project, registry, [seen, wide]);
    const image = await byDigest(seen.digest);
    expect([image.references.length, image.labels.length]).toEqual([1_000, 1_000]);
    expect(image.problems.map((problem) => problem.code)).toEqual(['limit.labels', 'limit.references']);
    expect(await byDigest(wide.digest)).toMatchObject({ problems: [{ code: 'limit.platforms', part: 'platforms' }] });
    expect((await byDigest(wide.digest)).platforms).toHaveLength(200);
    expect(await inventory.write.ingestImages(project, registry, [seen, wide])).toEqual({
      added: 0,
      changed: 0,
      unchanged: 2,
    });
    await inventory.sound(project);
  });

  it('knows which digests need no fetch', async () => {
    const whole = anImage({ content: 'whole' });
    const broken = anImage({
      content: 'broken',
      problems: [{ code: 'digest.mismatch', message: 'config', part: null }],
    });
    const bounded = anImage({ content: 'bounded', problems: [{ code: 'limit.bytes', message: 'config', part: null }] });
    const bare = anImage({ content: 'bare', platforms: [] });
    // As a docker save file has it: no manifest, named by its config.
    const config = aPlatform('saved').configDigest;
    const saved = { ...anImage({ digest: config }), platforms: [aPlatform('saved', { manifestDigest: null })] };
    // As an engine shows an index of which it has one platform.
    const part = { ...anImage({ digest: digestOf('part') }), platforms: [aPlatform('part', { manifestDigest: null })] };
    await inventory.write.ingestImages(project, registry, [whole, broken, bounded, bare, saved, part]);
    const digests = [whole, broken, bounded, bare, saved, part, anImage({ content: 'unknown' })].map(
      (each) => each.digest!,
    );
    expect(await inventory.write.knownDigests(project, digests)).toEqual(
      new Set([whole.digest, bounded.digest, saved.digest]),
    );
    expect(await inventory.write.knownDigests(aProject('other'), digests)).toEqual(new Set());
  });

  it('keeps projects apart', async () => {
    const other = aProject('other');
    await inventory.write.ingestImages(project, registry, [anImage()]);
    await inventory.write.ingestImages(other, registry, [anImage(), anImage({ references: ['redis:7'] })]);
    await inventory.write.deleteImages(project, [imageId(project.id, anImage().digest!)]);
    expect(await inventory.read.imageByDigest(project, anImage().digest!)).toBeUndefined();
    expect(await inventory.read.imageByDigest(other, anImage().digest!)).toBeDefined();
    await inventory.sound(project);
    await inventory.sound(other);
  });

  it('works alike with several buckets', async () => {
    const wide = aProject('wide', { bucketBase: 3, bucketCount: 4 });
    const batch = Array.from({ length: 40 }, (_, index) =>
      anImage({ references: [`app-${index % 7}:v${index}`, 'all:latest'], labels: { n: String(index % 3) } }),
    );
    await inventory.write.ingestImages(wide, registry, batch);
    await inventory.write.ingestContainers(
      wide,
      docker,
      batch.slice(0, 5).map((image, index) => aContainer({ image, name: `c${index}` })),
    );
    await inventory.sound(wide);
    expect(new Set((await inventory.rows('image')).map((row) => row['bucket'])).size).toBe(4);
    expect((await inventory.rows('name_head')).filter((row) => row['tag_key'] === 'latest')).toHaveLength(1);
    await inventory.write.closeUnseen(wide, registry, T0 + SECOND);
    await inventory.sound(wide);
    await inventory.write.deleteImages(
      wide,
      batch.map((each) => imageId(wide.id, each.digest!)),
    );
    await inventory.sound(wide);
  });

  it('takes a batch of 300 in one call, and closes them all', async () => {
    const batch = Array.from({ length: 300 }, (_, index) =>
      anImage({ references: [`team/app-${index % 30}:v${index}`], labels: { team: `t${index % 5}`, n: `${index}` } }),
    );
    expect(await inventory.write.ingestImages(project, registry, batch)).toEqual({
      added: 300,
      changed: 0,
      unchanged: 0,
    });
    expect(await inventory.write.ingestImages(project, registry, batch)).toEqual({
      added: 0,
      changed: 0,
      unchanged: 300,
    });
    expect(await inventory.rows('row_count')).toMatchObject([
      { entity: 'content', count: 300 },
      { entity: 'image', count: 300 },
      { entity: 'placement', count: 300 },
    ]);
    await inventory.sound(project);
    expect(await inventory.write.closeUnseen(project, registry, T0 + SECOND)).toEqual({ closed: 300 });
    await inventory.sound(project);
  });

  it('loses nothing when many write at once', async () => {
    const sources = Array.from({ length: 6 }, (_, index) => aSource('registry', `r${index}`));
    // Every source sees the same images in an order of its own, moves one tag, and reports containers of them.
    await Promise.all(
      sources.flatMap((source, turn) => {
        const batch = Array.from({ length: 30 }, (_, index) => {
          const n = (index * 7 + turn * 5) % 30;
          return anImage({
            content: `shared ${n}`,
            references: [`shared/app:v${n}`, `by/${turn}:v${n}`],
            labels: { n: `${n % 4}` },
          });
        });
        const moved = anImage({ content: `moved ${turn}`, references: ['moving:latest'] });
        const containers = batch
          .slice(0, 8)
          .map((image, index) => aContainer({ image, name: `c${turn % 2}-${index}`, hostId: `h${turn}` }));
        return [
          inventory.write.ingestImages(project, source, batch),
          inventory.write.ingestImages(project, source, [moved]),
          inventory.write.ingestContainers(project, docker, containers),
        ];
      }),
    );
    for (let n = 0; n < 30; n += 1) {
      const image = await byDigest(anImage({ content: `shared ${n}` }).digest);
      expect(image.references).toHaveLength(7);
      expect(image.references.find((each) => each.repository === 'shared/app')!.sources).toHaveLength(6);
    }
    await inventory.sound(project);
  });

  it('tells by recomputing when something stored is wrong', async () => {
    await inventory.write.ingestImages(project, registry, [anImage({ labels: { team: 'web' } })]);
    await inventory.engine.transaction(async (transaction) => {
      const { sql: db } = inventory.engine;
      await transaction.run(
        db.updateTable('image').set({ container_count: 9 }).where('project_no', '=', project.no).compile(),
      );
      await transaction.run(db.updateTable('row_count').set({ count: 5 }).where('entity', '=', 'image').compile());
      await transaction.run(db.deleteFrom('image_tag').where('project_no', '=', project.no).compile());
      await transaction.run(db.deleteFrom('name_head').where('project_no', '=', project.no).compile());
      await transaction.run(db.deleteFrom('content').where('project_no', '=', project.no).compile());
    });
    const { checkInventory } = await import('../../src/store/doctor.ts');
    const tables = new Set((await checkInventory(inventory.engine, project)).map((each) => each.table));
    expect(tables).toEqual(
      new Set([
        'image',
        'row_count',
        'image_tag',
        'tag_count',
        'name_head',
        'content',
        'content_tag',
        'content_reference',
      ]),
    );
  });
});
