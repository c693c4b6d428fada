import { aContainer, anImage, aPlatform, aSource, digestOf } from '../../../../test/support/fixtures.ts';
import type { Container } from '../../../domain/container.ts';
import type { Project } from '../../../domain/credential.ts';
import { imageId } from '../../../domain/id.ts';
import type { Platform } from '../../../domain/image.ts';
import type { ImageObservation } from '../../../store/store.ts';

export const NOW = Date.UTC(2026, 5, 1, 12) * 1000;
export const REGISTRY = aSource('registry');
export const DOCKER = aSource('docker');
export { digestOf };

function platform(of: string, more: Partial<Platform> = {}): Platform {
  return aPlatform(of, { size: 1000, builtAt: NOW - 86_400_000_000, ...more });
}

/** An image known by these names; of a crawl, so without platforms unless given. */
export function image(names: readonly string[], more: Partial<Omit<ImageObservation, 'references'>> = {}): ImageObservation {
  const { labels: givenLabels, ...rest } = more;
  const digest = digestOf(names.join(' '));
  return anImage({ references: names, digest, platforms: [], seenAt: NOW, givenLabels, ...rest });
}

function container(project: Project, id: string, of: ImageObservation, more: Partial<Container> = {}): Container {
  return aContainer({
    image: of,
    id,
    name: `name-${id}`,
    imageId: imageId(project.id, of.digest ?? ''),
    hostName: 'host-1',
    labels: [],
    createdAt: NOW - 7_200_000_000,
    startedAt: NOW - 3_600_000_000,
    firstSeenAt: NOW,
    lastSeenAt: NOW,
    source: DOCKER,
    ...more,
  });
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
