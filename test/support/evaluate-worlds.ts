/**
 * Random but reproducible inventories and questions for the tests that compare the engines with the naive evaluation:
 * few different values, so that things meet; texts chosen to hurt.
 */
import fc from 'fast-check';
import type { Container, ContainerState } from '../../src/domain/container.ts';
import type { Id } from '../../src/domain/id.ts';
import type { Layer, Platform } from '../../src/domain/image.ts';
import type { ImageObservation } from '../../src/store/store.ts';

/** Texts with case that folds oddly, wildcards of every engine, quotes, astral and private characters, line breaks. */
export const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'aB',
  'abc',
  'Straße',
  'STRASSE',
  'École',
  'école',
  'İstanbul',
  '100%',
  'under_score',
  'back\\slash',
  '*star?',
  '[set]',
  'emoji😀',
  '😀',
  '\uE000private',
  'line\nbreak',
  '\u212Aelvin',
  'ſlow',
  ' space ',
  "quo'te",
  '"dq"',
  'zz',
  'ZZ top',
  '1.2.3',
] as const;

export const LABEL_KEYS = ['env', 'Env', 'team', 'Ünit', 'a%b_c\\d', 'org.example.x', ''] as const;

const DAY = 86_400_000_000;
/** The moment the tests ask at. */
export const NOW = 1_790_000_000_000_000;

const text = fc.constantFrom(...TEXTS);
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { freq: 3 });
const time = fc.integer({ min: 0, max: 12 }).map((days) => NOW - days * DAY);
const bytes = fc.constantFrom(0, 1, 1000, 1001, 5_000_000_000);

/** A digest made of a small number. */
export function digest(number: number): string {
  return `sha256:${number.toString(16).padStart(2, '0').repeat(32)}`;
}

const layer: fc.Arbitrary<Layer> = fc.record({
  digest: maybe(fc.integer({ min: 1, max: 6 }).map(digest)),
  diffId: fc.constant(null),
  size: maybe(bytes),
  mediaType: fc.constant(null),
  createdBy: maybe(
    fc.constantFrom(
      '/bin/sh -c #(nop)  CMD ["sh"]',
      '/bin/sh -c apt-get Install',
      'COPY . /App # buildkit',
      'RUN École',
    ),
  ),
  builtAt: fc.constant(null),
  author: fc.constant(null),
  comment: fc.constant(null),
  empty: fc.boolean(),
});

const labels = fc.array(fc.tuple(fc.constantFrom(...LABEL_KEYS), text), { maxLength: 4 }).map(uniqueKeys);

const platform: fc.Arbitrary<Platform> = fc.record({
  manifestDigest: maybe(fc.integer({ min: 100, max: 120 }).map(digest)),
  configDigest: maybe(fc.integer({ min: 30, max: 50 }).map(digest)),
  os: maybe(fc.constantFrom('linux', 'Linux', 'windows')),
  architecture: maybe(fc.constantFrom('amd64', 'arm64', 'École')),
  variant: maybe(fc.constantFrom('v7', 'V8')),
  osVersion: maybe(text),
  size: maybe(bytes),
  builtAt: maybe(time),
  author: maybe(text),
  user: maybe(text),
  workingDir: fc.constant(null),
  command: fc.array(text, { maxLength: 2 }),
  entrypoint: fc.array(text, { maxLength: 2 }),
  volumes: fc.array(text, { maxLength: 1 }),
  exposedPorts: fc.constant([]),
  env: fc.constant([]),
  dockerVersion: fc.constant(null),
  labels,
  layers: fc.array(layer, { maxLength: 3 }),
});

const reference = fc.record({
  registry: fc.constantFrom('docker.io', 'ghcr.io', 'registry.example:5000'),
  repository: fc.constantFrom('library/nginx', 'library/redis', 'team/app', 'team/app-2', 'x'),
  tag: maybe(fc.constantFrom('latest', '1.27', 'V1', 'v1', 'edge_2')),
});

const common = {
  seenAt: fc.constant(NOW - DAY),
  createdAt: time,
  updatedAt: time,
  labels: fc.option(labels, { nil: undefined }),
  tags: fc.uniqueArray(text, { maxLength: 3 }),
  hosts: fc.uniqueArray(
    fc.constantFrom('h1', 'h2', 'H3').map((hostId) => ({ hostId, hostName: `Host-${hostId}` })),
    { selector: (host) => host.hostId, maxLength: 2 },
  ),
  riskScore: fc.constantFrom(0, 1.5, 2, 7.25, 10),
  signatureFetchedAt: maybe(time),
  scan: maybe(
    fc.record({
      scannedAt: time,
      operatingSystem: maybe(text),
      componentCount: fc.integer({ min: 0, max: 3 }),
      cveCount: fc.integer({ min: 0, max: 3 }),
      fixableCveCount: maybe(fc.integer({ min: 0, max: 3 })),
      topCvss: maybe(fc.constantFrom(0, 5.5, 9.8)),
    }),
  ),
  problems: fc.array(fc.record({ code: fc.constant('x'), message: text, part: fc.constant(null) }), { maxLength: 1 }),
};

/** A container image by its digest. */
const containerImage = (number: number): fc.Arbitrary<ImageObservation> =>
  fc.record({
    ...common,
    kind: fc.constant('container' as const),
    digest: fc.constant(digest(number)),
    mediaType: maybe(fc.constantFrom('application/vnd.oci.image.index.v1+json', 'École')),
    platforms: fc.array(platform, { maxLength: 3 }),
    references: fc.uniqueArray(reference, { selector: (r) => JSON.stringify(r), maxLength: 4 }),
  });

const machineImage = (number: number): fc.Arbitrary<ImageObservation> =>
  fc.record({
    ...common,
    kind: fc.constant('vm' as const),
    digest: maybe(fc.constant(digest(200 + (number % 3)))),
    id: fc.constant(number.toString(16).padStart(2, '0').repeat(16) as Id),
    size: maybe(bytes),
    service: fc.record({
      name: maybe(text),
      status: fc.constantFrom('active', 'queued', 'deactivated'),
      visibility: fc.constantFrom('public' as const, 'private' as const, 'shared' as const, 'community' as const),
      owner: maybe(text),
      protected: fc.boolean(),
      hidden: fc.boolean(),
      minDisk: fc.integer({ min: 0, max: 2 }),
      minRam: fc.integer({ min: 0, max: 2 }),
      diskFormat: maybe(fc.constantFrom('qcow2', 'raw')),
      containerFormat: maybe(fc.constantFrom('bare', 'docker')),
      virtualSize: maybe(bytes),
      checksum: maybe(text),
      members: fc.uniqueArray(
        fc.record({ member: text, status: fc.constantFrom('pending' as const, 'accepted' as const) }),
        { selector: (m) => m.member, maxLength: 2 },
      ),
    }),
  });

const container = (number: number, images: number): fc.Arbitrary<Container> =>
  fc.record({
    id: fc.constant(`c${number}`),
    name: text,
    imageId: fc.constant(null),
    imageDigest: maybe(fc.integer({ min: 1, max: images + 2 }).map(digest)),
    imageName: text,
    imageRepository: fc.constantFrom('docker.io/library/nginx', 'ghcr.io/Team/App', 'École', ''),
    imageTag: fc.constantFrom('latest', 'V1', 'v1', ''),
    state: fc.constantFrom<ContainerState>('running', 'paused', 'exited', 'gone', 'created'),
    hostId: fc.constantFrom('h1', 'h2', 'H3'),
    hostName: fc.constantFrom('Host-h1', 'host-H1', 'École'),
    agentId: fc.constantFrom('agent-1', 'agent-2'),
    privateIp: fc.constantFrom('10.0.0.1', '10.0.0.2'),
    publicIp: fc.constant(''),
    podId: text,
    podName: text,
    namespace: text,
    cluster: text,
    clusterId: text,
    entryPoint: text,
    enterpriseProject: fc.constantFrom('0', 'École'),
    labels,
    createdAt: maybe(time),
    startedAt: maybe(time),
    finishedAt: fc.constant(null),
    firstSeenAt: time,
    lastSeenAt: time,
    source: fc.constant({ id: '', kind: '' }),
  });

/** What sources report of a random inventory: two lists of images (which overlap) and containers. */
export interface Reports {
  readonly images: readonly (readonly ImageObservation[])[];
  readonly containers: readonly Container[];
}

/** An inventory of this many container images, machine images and containers. */
export function reports(size: { images: number; machines: number; containers: number }, seed: number): Reports {
  const numbers = (count: number, from = 1) => Array.from({ length: count }, (_, index) => index + from);
  const first = fc.tuple(
    ...numbers(size.images).map(containerImage),
    ...numbers(size.machines, 0x80).map(machineImage),
  );
  const all = fc.tuple(first, fc.tuple(...numbers(size.containers).map((n) => container(n, size.images))));
  const [images, containers] = fc.sample(all, { numRuns: 1, seed })[0]!;
  // The second source sees a few of the same, and says no more than that.
  const again = images.slice(0, 3).map(({ kind, digest: of, id, seenAt }) => ({ kind, digest: of, id, seenAt }));
  return { images: [images, again], containers };
}

function uniqueKeys(pairs: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return [...new Map(pairs)];
}
