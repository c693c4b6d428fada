import { hash } from 'node:crypto';
import type { Container } from '../../domain/container.ts';
import { type Id, imageId, nameId } from '../../domain/id.ts';
import type { Layer, Platform, SourceRef, Visibility } from '../../domain/image.ts';
import { DAY, HOUR, type Micros, SECOND } from '../../domain/time.ts';
import type { ImageObservation } from '../../store/store.ts';
import { Random } from './random.ts';

/** The moment the generated inventory ends at: fixed, so that two runs are equal byte for byte. */
export const END: Micros = Date.UTC(2026, 0, 1) * 1000;

/** How large a share of images carries which label: what benches filter by. */
export const SELECTIVITIES = {
  '25%': { key: 'team', value: 'payments' },
  '2%': { key: 'tier', value: 'edge' },
  '0.02%': { key: 'cohort', value: 'canary' },
} as const;

const REGISTRIES = ['registry.example.com', 'quay.example.com', 'eu.registry.example.com:5000', 'docker.io'];
const TEAMS = ['search', 'checkout', 'identity', 'data', 'platform', 'mobile', 'growth', 'risk', 'ledger'];
const TIERS = ['core', 'batch', 'internal', 'tools'];
const ENVIRONMENTS = ['prod', 'stage', 'dev'];
const VENDORS = ['Example Works', 'Example Labs', 'Example Retail'];
const DISTROS = ['ubuntu', 'debian', 'rocky', 'windows', 'fedora'];
const VISIBILITIES: readonly Visibility[] = ['public', 'private', 'shared', 'community'];
const FORMATS = ['qcow2', 'raw', 'vmdk', 'vhd', 'iso'];
const BASES = 24;

export interface Shape {
  readonly project: Id;
  readonly images: number;
  readonly seed: number;
  readonly source: SourceRef;
}

/**
 * The n-th image of an inventory of `shape.images`: nine in ten are container images (skewed repositories, shared base
 * layers, one in eight for two platforms), one in ten is a VM image with properties, tags and any visibility. Each has
 * eight labels, three of them with the shares of {@link SELECTIVITIES}.
 */
export function imageAt(shape: Shape, n: number): ImageObservation {
  const random = new Random(Math.imul(shape.seed, 2_654_435_761) + n);
  const createdAt = END - Math.floor(random.next() * 1_000 * DAY) - n;
  const updatedAt = Math.min(END, createdAt + Math.floor(random.next() * 30 * DAY));
  return isVirtualMachine(n)
    ? virtualMachine(shape, n, random, createdAt, updatedAt)
    : container(shape, n, random, createdAt, updatedAt);
}

/** The id of the n-th image, without the rest of it. */
export function idAt(shape: Shape, n: number): Id {
  return isVirtualMachine(n) ? virtualMachineId(shape, n) : imageId(shape.project, digestOf('manifest', n, 0));
}

/** The containers of the n-th image: ten for one image in ten, else none. */
export function containersAt(shape: Shape, n: number): readonly Container[] {
  if (n % 10 !== 5) return [];
  const random = new Random(Math.imul(shape.seed, 40_503) + n);
  const digest = digestOf('manifest', n, 0);
  const { registry, repository } = repositoryOf(shape, n);
  const hosts = Math.max(3, Math.floor(shape.images / 100));
  return Array.from({ length: 10 }, (_, k) => {
    const host = random.below(hosts);
    const cluster = `cluster-${host % 20}`;
    const namespace = `ns-${random.skewed(200)}`;
    const startedAt = END - Math.floor(random.next() * 60 * DAY);
    const running = random.next() < 0.9;
    const name = `${repository.split('/').at(-1)}-${n}-${k}`;
    return {
      id: hash('sha256', `container ${n} ${k}`),
      name,
      imageId: imageId(shape.project, digest),
      imageDigest: digest,
      imageName: `${registry}/${repository}:1.${n}`,
      imageRepository: `${registry}/${repository}`,
      imageTag: `1.${n}`,
      state: running ? 'running' : 'exited',
      hostId: hash('md5', `host ${host}`),
      hostName: `host-${String(host).padStart(6, '0')}`,
      agentId: hash('md5', `agent ${host}`),
      privateIp: `10.${(host >> 8) & 255}.${host & 255}.${10 + k}`,
      publicIp: '',
      podId: hash('md5', `pod ${n} ${k}`),
      podName: name,
      namespace,
      cluster,
      clusterId: hash('md5', cluster),
      entryPoint: '/usr/local/bin/run --serve',
      enterpriseProject: '0',
      labels: [
        ['io.kubernetes.pod.namespace', namespace],
        ['env', random.pick(ENVIRONMENTS)],
      ],
      createdAt: startedAt - SECOND,
      startedAt,
      finishedAt: running ? null : startedAt + HOUR,
      firstSeenAt: startedAt,
      lastSeenAt: END,
      source: shape.source,
    };
  });
}

function container(shape: Shape, n: number, random: Random, createdAt: Micros, updatedAt: Micros): ImageObservation {
  const { registry, repository } = repositoryOf(shape, n);
  const references = [{ registry, repository, tag: `1.${n}` }];
  if (random.next() < 0.4)
    references.push({ registry, repository, tag: `sha-${digestOf('commit', n, 0).slice(7, 19)}` });
  if (random.next() < 0.08) references.push({ registry: 'mirror.example.com', repository, tag: `1.${n}` });
  const builtAt = createdAt - Math.floor(random.next() * 2 * DAY);
  const labels = labelsOf(n, random);
  const architectures = random.next() < 0.125 ? ['amd64', 'arm64'] : ['amd64'];
  const base = random.skewed(BASES);
  const own = 3 + random.below(3);
  const ownSizes = Array.from({ length: own }, () => 10_000 + Math.floor(random.next() ** 4 * 400_000_000));
  return {
    kind: 'container',
    digest: digestOf('manifest', n, 0),
    mediaType:
      architectures.length > 1
        ? 'application/vnd.oci.image.index.v1+json'
        : 'application/vnd.oci.image.manifest.v1+json',
    platforms: architectures.map((architecture, p) => ({
      ...platformOf(n, p, architecture, base, ownSizes, builtAt, labels),
      manifestDigest: architectures.length > 1 ? digestOf('platform', n, p) : digestOf('manifest', n, 0),
    })),
    references,
    seenAt: END,
    createdAt,
    updatedAt,
  };
}

function platformOf(
  n: number,
  p: number,
  architecture: string,
  base: number,
  ownSizes: readonly number[],
  builtAt: Micros,
  labels: Platform['labels'],
): Omit<Platform, 'manifestDigest'> {
  const layers: Layer[] = [];
  const add = (name: string, size: number, createdBy: string) =>
    layers.push({
      digest: `sha256:${hash('sha256', name)}`,
      diffId: `sha256:${hash('sha256', `diff ${name}`)}`,
      size,
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      createdBy,
      builtAt,
      author: null,
      comment: null,
      empty: false,
    });
  add(`base ${base} ${architecture} 0`, 20_000_000 + base * 1_000_000, 'ADD rootfs.tar.xz / # buildkit');
  add(
    `base ${base} ${architecture} 1`,
    4_000_000 + base * 10_000,
    'RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates # buildkit',
  );
  ownSizes.forEach((size, k) => {
    add(
      `own ${n} ${p} ${k}`,
      size,
      k === 0 ? 'COPY dist/ /app/ # buildkit' : `RUN /bin/sh -c make step-${k} # buildkit`,
    );
  });
  return {
    configDigest: digestOf('config', n, p),
    os: 'linux',
    architecture,
    variant: architecture === 'arm64' ? 'v8' : null,
    osVersion: null,
    size: layers.reduce((sum, layer) => sum + (layer.size ?? 0), 4_096),
    builtAt,
    author: null,
    user: n % 3 === 0 ? '65532' : '',
    workingDir: '/app',
    command: ['--serve'],
    entrypoint: ['/usr/local/bin/run'],
    volumes: n % 17 === 0 ? ['/data'] : [],
    exposedPorts: ['8080/tcp'],
    env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
    dockerVersion: null,
    labels,
    layers,
  };
}

function isVirtualMachine(n: number): boolean {
  return n % 10 === 3;
}

function virtualMachineId(shape: Shape, n: number): Id {
  return nameId(shape.project, `vm ${n}`);
}

function virtualMachine(
  shape: Shape,
  n: number,
  random: Random,
  createdAt: Micros,
  updatedAt: Micros,
): ImageObservation {
  const distro = random.pick(DISTROS);
  const size = 200_000_000 + Math.floor(random.next() ** 2 * 20e9);
  return {
    kind: 'vm',
    id: virtualMachineId(shape, n),
    digest: null,
    size,
    labels: [
      ...shares(n, random),
      ['os_distro', distro],
      ['os_version', `${20 + random.below(6)}.04`],
      ['hw_disk_bus', 'virtio'],
      ['hw_qemu_guest_agent', 'yes'],
      ['build_id', `b${n}`],
    ],
    tags: [distro, n % 2 === 0 ? 'lts' : 'rolling'],
    service: {
      name: `${distro}-${n}`,
      status: n % 400 === 3 ? 'queued' : 'active',
      visibility: VISIBILITIES[Math.floor(n / 10) % 4]!,
      owner: random.next() < 0.7 ? shape.project : nameId(shape.project, `tenant ${random.below(20)}`),
      hidden: n % 1000 === 13,
      minDisk: random.below(40),
      minRam: 512 * random.below(8),
      diskFormat: random.pick(FORMATS),
      containerFormat: 'bare',
      checksum: hash('md5', `vm ${n}`),
      hashAlgorithm: 'sha512',
      hashValue: hash('sha512', `vm ${n}`),
    },
    seenAt: END,
    createdAt,
    updatedAt,
  };
}

function shares(n: number, random: Random): readonly (readonly [string, string])[] {
  return [
    ['team', n % 4 === 1 ? 'payments' : random.pick(TEAMS)],
    ['tier', n % 50 === 7 ? 'edge' : random.pick(TIERS)],
    ['cohort', n % 5000 === 11 ? 'canary' : 'general'],
  ];
}

function labelsOf(n: number, random: Random): readonly (readonly [string, string])[] {
  return [
    ...shares(n, random),
    ['env', random.pick(ENVIRONMENTS)],
    ['app', `app-${random.skewed(2_000)}`],
    ['org.opencontainers.image.vendor', random.pick(VENDORS)],
    ['org.opencontainers.image.version', `1.${n}`],
    ['org.opencontainers.image.revision', hash('sha1', `commit ${n}`)],
  ];
}

function repositoryOf(shape: Shape, n: number): { registry: string; repository: string } {
  const random = new Random(Math.imul(shape.seed, 97) + n);
  const repositories = Math.max(10, Math.floor(shape.images / 20));
  const index = random.skewed(repositories);
  return {
    registry: REGISTRIES[index % REGISTRIES.length]!,
    repository: `${TEAMS[index % TEAMS.length]}/svc-${index}`,
  };
}

function digestOf(kind: string, n: number, p: number): string {
  return `sha256:${hash('sha256', `${kind} ${n} ${p}`)}`;
}
