import { createHash } from 'node:crypto';
import type { Container } from '../../../domain/container.ts';
import type { Project } from '../../../domain/credential.ts';
import { imageId } from '../../../domain/id.ts';
import type { Platform, SourceRef } from '../../../domain/image.ts';
import { parseImageName } from '../../../domain/reference.ts';
import type { ImageObservation } from '../../../store/store.ts';

export const NOW = Date.UTC(2026, 5, 1, 12) * 1000;
export const REGISTRY: SourceRef = { id: '1'.repeat(32), kind: 'registry' };
export const DOCKER: SourceRef = { id: '2'.repeat(32), kind: 'docker' };

/** A digest that is the same for the same text. */
export function digest(of: string): string {
  return `sha256:${createHash('sha256').update(of).digest('hex')}`;
}

export function platform(of: string, more: Partial<Platform> = {}): Platform {
  return {
    manifestDigest: digest(`${of} manifest`),
    configDigest: digest(`${of} config`),
    os: 'linux',
    architecture: 'amd64',
    variant: null,
    osVersion: null,
    size: 1000,
    builtAt: NOW - 86_400_000_000,
    author: null,
    user: null,
    workingDir: null,
    command: [],
    entrypoint: [],
    volumes: [],
    exposedPorts: [],
    env: [],
    dockerVersion: null,
    labels: [],
    layers: [],
    ...more,
  };
}

/** An image known by these names (`registry/repository:tag`); of a crawl, so without platforms unless given. */
export function image(names: readonly string[], more: Partial<ImageObservation> = {}): ImageObservation {
  return {
    kind: 'container',
    digest: digest(names.join(' ')),
    references: names.map((name) => {
      const parsed = parseImageName(name);
      if (!parsed) throw new Error(`${name} is no image name`);
      return { registry: parsed.registry, repository: parsed.repository, tag: parsed.tag };
    }),
    seenAt: NOW,
    ...more,
  };
}

export function container(project: Project, id: string, of: ImageObservation, more: Partial<Container> = {}): Container {
  const [name] = of.references ?? [];
  if (!name || of.digest === null) throw new Error('the image needs a name and a digest');
  const repository = `${name.registry}/${name.repository}`;
  return {
    id,
    name: `name-${id}`,
    imageId: imageId(project.id, of.digest),
    imageDigest: of.digest,
    imageName: `${repository}${name.tag === null ? '' : `:${name.tag}`}`,
    imageRepository: repository,
    imageTag: name.tag ?? '',
    state: 'running',
    hostId: 'h1',
    hostName: 'host-1',
    agentId: '',
    privateIp: '',
    publicIp: '',
    podId: '',
    podName: '',
    namespace: '',
    cluster: '',
    clusterId: '',
    entryPoint: '',
    enterpriseProject: '0',
    labels: [],
    createdAt: NOW - 7_200_000_000,
    startedAt: NOW - 3_600_000_000,
    finishedAt: null,
    firstSeenAt: NOW,
    lastSeenAt: NOW,
    source: DOCKER,
    ...more,
  };
}

const SCAN = {
  scannedAt: NOW,
  operatingSystem: 'debian:12',
  componentCount: 90,
  cveCount: 4,
  fixableCveCount: 1,
  topCvss: 9.8,
};

/** A small inventory with one of everything the contract asks about. */
export const REDIS = image(['redis:7.2', 'redis:latest'], {
  platforms: [
    platform('redis', { size: 5000, osVersion: '12' }),
    platform('redis arm', { architecture: 'arm64', size: 4000, builtAt: NOW - 172_800_000_000 }),
  ],
  labels: [
    ['team', 'shop'],
    ['com.datadoghq.tags.env', 'prod'],
    ['org.opencontainers.image.revision', 'C0FFEE'],
  ],
  tags: ['gold'],
  scan: SCAN,
});
export const AGENT = image(['gcr.io/x/agent:7.50.1'], {
  platforms: [platform('agent', { size: 9000 })],
  labels: [['team', 'Ops']],
});
export const WINDOWS = image(['mcr.example.com/win/redis:7.2'], {
  platforms: [platform('win', { os: 'windows', osVersion: '10.0.1', size: 7000 })],
  labels: [['team', 'shop']],
});
export const REDIRECT = image(['quay.io/tools/redirect:1', 'quay.io/tools/redirect:7.2'], {
  platforms: [platform('redirect', { size: null, builtAt: null })],
  labels: [
    ['team', 'a, b'],
    ['architecture', 'x86_64'],
  ],
});
export const CRAWLED = image(['013910733512.dkr.ecr.us-east-1.amazonaws.com/argo:v3']);
export const IMAGES = [REDIS, AGENT, WINDOWS, REDIRECT, CRAWLED];

export function containersOf(project: Project): Container[] {
  const hour = 3_600_000_000;
  return [
    container(project, 'c1', AGENT, { namespace: 'shop', podName: 'agent-1', cluster: 'eu', labels: [['team', 'ops']] }),
    container(project, 'c2', AGENT, { hostName: 'host-2', hostId: 'h2', startedAt: NOW - 2 * hour, namespace: 'shop' }),
    container(project, 'c3', REDIS, { state: 'exited', startedAt: NOW - 3 * hour }),
    container(project, 'c4', REDIS, { startedAt: NOW - 2 * hour }),
    container(project, 'c5', AGENT, { state: 'gone' }),
    container(project, 'c6', WINDOWS, { state: 'created', startedAt: null, createdAt: null }),
  ];
}
