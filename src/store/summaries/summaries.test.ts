import { createHash } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectAll } from '../../../test/support/collect.ts';
import { reports } from '../../../test/support/evaluate-worlds.ts';
import { aContainer, anImage, aProject, aSource, aVmImage, T0 } from '../../../test/support/fixtures.ts';
import type { Container } from '../../domain/container.ts';
import { derivePlacements, deriveSummary, type ImageSummary } from '../../domain/derive.ts';
import { type ContentSummary, contentsOf, deriveContent } from '../../domain/derive-content.ts';
import type { PlatformSummary, Reference, SourceRef } from '../../domain/image.ts';
import { mergeImage } from '../../domain/merge.ts';
import { archiveSource } from '../../sources/archive/index.ts';
import { ociSource } from '../../sources/oci/index.ts';
import type { ImageObservation } from '../store.ts';
import { decodeContainer, encodeContainer } from './container.ts';
import { decodeContent, encodeContent } from './content.ts';
import { decodeImage, encodeImage } from './image.ts';
import { decodePlacement, encodePlacement } from './placement.ts';
import { textOrNull, wordOf } from './words.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'docker.io', 'linux', '-1', '0', '1', 'null', 'a:b', 'sha256:', ':', '"', '\\', '\ud800', '😀'),
);
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { freq: 3 });
// Few times, so that some are equal; and those whose differences no number holds exactly.
const time = fc.oneof(fc.constantFrom(0, T0, T0 + 1), fc.maxSafeInteger(), fc.double({ noNaN: true }).map(positive));
const size = fc.oneof(fc.constantFrom(0, -1, 1), fc.maxSafeInteger());
const digest = fc.oneof(text, fc.constantFrom('sha256:aa', 'sha256:bb', 'sha512:aa'));
const pairs = fc.array(fc.tuple(text, text), { maxLength: 4 });
const source: fc.Arbitrary<SourceRef> = fc.record({
  id: fc.oneof(fc.constantFrom('a', 'a b', ''), text),
  kind: fc.oneof(fc.constantFrom('b', 'b c', 'registry'), text),
});
const reference: fc.Arbitrary<Reference> = fc.record({
  registry: fc.oneof(fc.constantFrom('docker.io', 'r'), text),
  repository: fc.oneof(fc.constantFrom('library/nginx', 'r'), text),
  tag: maybe(fc.oneof(fc.constantFrom('latest', '1'), text)),
  firstSeenAt: time,
  lastSeenAt: time,
  sources: fc.array(source, { maxLength: 3 }),
});
const platform: fc.Arbitrary<PlatformSummary> = fc.record({
  manifestDigest: maybe(digest),
  configDigest: maybe(digest),
  os: maybe(text),
  architecture: maybe(text),
  variant: maybe(text),
  osVersion: maybe(text),
  size: maybe(size),
  builtAt: maybe(time),
  author: maybe(text),
  layerCount: size,
});
const image: fc.Arbitrary<ImageSummary> = fc.record({
  id: text,
  kind: fc.constantFrom('container', 'vm'),
  digest: maybe(digest),
  mediaType: maybe(text),
  createdAt: time,
  updatedAt: time,
  lastSeenAt: time,
  references: fc.array(reference, { maxLength: 4 }),
  labels: pairs,
  tags: fc.array(text, { maxLength: 3 }),
  service: fc.record({
    name: maybe(text),
    status: text,
    visibility: fc.constantFrom('public', 'private', 'shared', 'community'),
    owner: maybe(text),
    protected: fc.boolean(),
    hidden: fc.boolean(),
    minDisk: size,
    minRam: size,
    diskFormat: maybe(text),
    containerFormat: maybe(text),
    virtualSize: maybe(size),
    checksum: maybe(text),
    hashAlgorithm: maybe(fc.constantFrom('sha256', 'sha512', '')),
    hashValue: maybe(fc.constantFrom('aa', 'bb', '')),
    members: fc.array(fc.record({ member: text, status: fc.constantFrom('pending', 'accepted', 'rejected') })),
  }),
  scan: maybe(
    fc.record({
      scannedAt: time,
      operatingSystem: maybe(text),
      componentCount: size,
      cveCount: size,
      fixableCveCount: maybe(size),
      topCvss: maybe(fc.constantFrom(0, 5.5, 9.8)),
    }),
  ),
  riskScore: fc.constantFrom(0, 1.5, 9.99),
  signatureFetchedAt: maybe(time),
  problems: fc.array(fc.record({ code: text, message: text, part: maybe(text) }), { maxLength: 2 }),
  platforms: fc.array(platform, { maxLength: 3 }),
  name: text,
  registry: text,
  repository: text,
  tag: text,
  size: maybe(size),
  builtAt: maybe(time),
  user: text,
});
const content: fc.Arbitrary<ContentSummary> = fc.record({
  id: text,
  configDigest: digest,
  platform,
  references: fc.array(
    fc.tuple(reference, digest).map(([each, to]) => ({ ...each, digest: to })),
    { maxLength: 4 },
  ),
  labels: pairs,
  createdAt: time,
  updatedAt: time,
});
const container: fc.Arbitrary<Container> = fc.record({
  id: text,
  name: text,
  imageId: maybe(text),
  imageDigest: maybe(digest),
  imageName: text,
  imageRepository: text,
  imageTag: text,
  state: fc.constantFrom('created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead', 'gone'),
  hostId: text,
  hostName: text,
  agentId: text,
  privateIp: text,
  publicIp: text,
  podId: text,
  podName: text,
  namespace: text,
  cluster: text,
  clusterId: text,
  entryPoint: text,
  enterpriseProject: text,
  labels: pairs,
  createdAt: maybe(time),
  startedAt: maybe(time),
  finishedAt: maybe(time),
  firstSeenAt: time,
  lastSeenAt: time,
  source,
});

/** Without -0 and infinities, which JSON has not. */
function positive(number: number): number {
  return Number.isFinite(number) ? Math.abs(number) : 0;
}

/** Whether a document is read as it was written, and written as it was read. */
function checked<T>(encode: (value: T) => string, decode: (document: string) => T): (value: T) => void {
  return (value) => {
    const document = encode(value);
    // Generated objects have no prototype; their clones are as plain as those that are read.
    expect(decode(document)).toStrictEqual(structuredClone(value));
    expect(encode(decode(document))).toBe(document);
  };
}

const checkImage = checked(encodeImage, decodeImage);
const checkPlacement = checked<readonly Reference[]>(encodePlacement, decodePlacement);
const checkContent = checked(encodeContent, decodeContent);
const checkContainer = checked(encodeContainer, decodeContainer);

describe('what is written is read, whatever it is', () => {
  test('an image', () => fc.assert(fc.property(image, checkImage)));
  test('a placement', () => fc.assert(fc.property(fc.array(reference, { maxLength: 4 }), checkPlacement)));
  test('a content', () => fc.assert(fc.property(content, checkContent)));
  test('a container', () => fc.assert(fc.property(container, checkContainer)));
});

describe('what follows from observations', () => {
  const project = aProject();

  function recordOf(observation: ImageObservation) {
    return mergeImage(undefined, observation, { project: project.id, source: aSource(), now: T0 }).record;
  }

  /** Whether every document of an image is read as it was written. */
  function checkAll(observation: ImageObservation): void {
    const record = recordOf(observation);
    checkImage(deriveSummary(record));
    for (const { references } of derivePlacements(record.image.references)) checkPlacement(references);
    for (const [id, config] of contentsOf(record, project.id))
      checkContent(deriveContent(id, config, [record])!.summary);
  }

  test('a random inventory', () => {
    const world = reports({ images: 40, machines: 20, containers: 40 }, 7);
    world.images.flat().forEach(checkAll);
    world.containers.forEach(checkContainer);
  });

  test.each(['cart', 'beacon.tar', 'worker.tar'])('the example %s', async (name) => {
    const path = join(import.meta.dirname, '../../../examples/images', name);
    const { images } = await collectAll((await ociSource.recognises?.(path)) ? ociSource : archiveSource, path);
    expect(images).toHaveLength(1);
    for (const each of images) checkAll({ ...each, seenAt: T0 });
  });

  test('documents are less than half of what their objects are as JSON', () => {
    const [own, machine] = [anImage(), aVmImage('debian-12')].map((each) => deriveSummary(recordOf(each)));
    for (const each of [own!, machine!]) expect(encodeImage(each).length).toBeLessThan(JSON.stringify(each).length / 2);
    expect(encodeContainer(aContainer()).length).toBeLessThan(JSON.stringify(aContainer()).length / 2);
  });
});

describe('what is stored stays readable', () => {
  test('a document of every kind', () => {
    const id = 'a'.repeat(32);
    const seenBy = 'b'.repeat(32);
    const references = [
      { registry: 'docker.io', repository: 'library/nginx', tag: '1.27', firstSeenAt: T0, lastSeenAt: T0 + 5 },
      { registry: 'docker.io', repository: 'library/nginx', tag: 'latest', firstSeenAt: T0 + 1, lastSeenAt: T0 + 5 },
    ].map((each) => ({ ...each, sources: [{ id: seenBy, kind: 'registry' }] }));
    const seen = `[["${seenBy}",12],[15,"library/nginx","1.27",0,0,0,-1,-1,16,1,0,0]]`;
    const read = decodeImage(
      `[1,"${id}",2,"sha256:aa",20,${T0},0,5,${seen},0,[-1,"sha256:cc",4,5,0,0,7,-9,0,3],0,1,[29,"1.27"],["t"],"o",0,0]`,
    );
    expect(read).toMatchObject({ id, kind: 'container', digest: 'sha256:aa', updatedAt: T0, lastSeenAt: T0 + 5 });
    expect(read).toMatchObject({ name: 'docker.io/library/nginx:1.27', repository: 'library/nginx', tag: '1.27' });
    expect(read).toMatchObject({
      references,
      size: 7,
      builtAt: T0 - 9,
      scan: null,
      problems: [],
      tags: ['t'],
      user: '',
    });
    expect(read.labels).toEqual([['org.opencontainers.image.version', '1.27']]);
    expect(read.platforms).toMatchObject([{ manifestDigest: 'sha256:aa', configDigest: 'sha256:cc', layerCount: 3 }]);
    expect(read.service).toMatchObject({ name: read.name, owner: 'o', hashAlgorithm: 'sha256', hashValue: 'aa' });
    const later = seen.replace('1.27",0,0', `1.27",0,5`);
    expect(decodePlacement(`[1,${T0},${later}]`)).toEqual(references);
    expect(
      decodeContent(`[1,"${id}","sha256:cc",${T0},9,["sha256:aa",-1,4,6,7,0,null,null,0,3],${later},[-1,"x"],[]]`),
    ).toMatchObject({
      references: [{ digest: 'sha256:aa' }, { digest: 'x' }],
      updatedAt: T0 + 9,
      platform: { size: null },
    });
  });

  test('the words are those of this form', () => {
    const words = Array.from({ length: 400 }, (_, place) => textOrNull(place)).filter((word) => word !== undefined);
    expect(new Set(words).size).toBe(words.length);
    expect(words.map(wordOf)).toEqual(words.map((_, place) => place));
    // Another list is another form: `FORM` and what reads the one before come with it.
    expect(createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 16)).toBe('88a5fb404de934ee');
  });

  test('a document of another form is refused', () => {
    expect(() => decodeImage('[2,"a"]')).toThrow('form 2');
    expect(() => decodeContainer('{"id":"a"}')).toThrow('form');
  });
});
