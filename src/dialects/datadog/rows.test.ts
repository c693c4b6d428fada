import { expect, test } from 'vitest';
import type { Container } from '../../domain/container.ts';
import type { PlacementRow } from '../../domain/rows.ts';
import { containerItem, groupItem, imageItem } from './rows.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const CONFIG = `sha256:${'cd'.repeat(32)}`;
const SEEN = 1_700_000_000_000_000;
const source = { id: 'f'.repeat(32), kind: 'registry' };

function placement(image: Partial<PlacementRow['image']> = {}): PlacementRow {
  const references = ['2', '10', '1'].map((tag) => ({
    registry: 'ghcr.io',
    repository: 'org/team/app',
    tag,
    firstSeenAt: SEEN,
    lastSeenAt: SEEN,
    sources: [source],
  }));
  return {
    id: `ghcr.io/org/team/app@${DIGEST}`,
    name: 'ghcr.io/org/team/app',
    shortName: 'app',
    registry: 'ghcr.io',
    repository: 'org/team/app',
    references,
    image: {
      digest: DIGEST,
      references,
      platforms: [],
      labels: [],
      tags: [],
      runningCount: 0,
      scan: null,
      ...image,
    } as unknown as PlacementRow['image'],
  };
}

const PLATFORM = {
  manifestDigest: DIGEST,
  configDigest: CONFIG,
  os: 'linux',
  architecture: 'amd64',
  variant: null,
  osVersion: null,
  size: 41_802_389,
  builtAt: 1_621_452_833_000_000,
  author: null,
  layerCount: 3,
};

test('an image of which only the name is known: empty arrays, never null, no counts of vulnerabilities', () => {
  const item = JSON.parse(JSON.stringify(imageItem(placement())));
  expect(Object.keys(item)).toEqual(['type', 'id', 'attributes']);
  expect(item.attributes).toEqual({
    name: 'ghcr.io/org/team/app',
    short_image: 'app',
    image_tags: ['1', '10', '2'],
    registry: 'ghcr.io',
    repository: 'org/team/app',
    repo_digest: DIGEST,
    sizes: [],
    tags: ['image_name:ghcr.io/org/team/app', 'image_tag:1', 'image_tag:10', 'image_tag:2', 'short_image:app'],
    container_count: 0,
    os_names: [],
    os_versions: [],
    os_architectures: [],
    images_built_at: [],
    sources: ['registry'],
    image_flavors: [],
  });
});

test('two platforms are two flavors; what one does not say is left out of it', () => {
  const arm = { ...PLATFORM, architecture: 'arm64', size: null, builtAt: null, configDigest: null };
  const { attributes } = JSON.parse(JSON.stringify(imageItem(placement({ platforms: [PLATFORM, arm] }))));
  expect(attributes.image_flavors).toEqual([
    { built_at: '2021-05-19T19:33:53Z', os_name: 'linux', os_architecture: 'amd64', size: 41_802_389 },
    { os_name: 'linux', os_architecture: 'arm64' },
  ]);
  expect(attributes).toMatchObject({
    sizes: [41_802_389],
    images_built_at: ['2021-05-19T19:33:53Z'],
    os_names: ['linux'],
    os_architectures: ['amd64', 'arm64'],
    os_versions: [],
  });
});

test('tags are derived tags, labels and bare tags, sorted, each once', () => {
  const labels = [
    ['team', 'shop'],
    ['os_name', 'linux'],
    ['com.datadoghq.tags.env', 'prod'],
    ['org.opencontainers.image.revision', 'c0ffee'],
    ['constructor', 'x'],
  ] as const;
  const { attributes } = imageItem(placement({ platforms: [PLATFORM], labels, tags: ['gold'] }));
  expect(attributes.tags).toEqual([
    'architecture:amd64',
    'com.datadoghq.tags.env:prod',
    'constructor:x',
    'env:prod',
    'git.commit.sha:c0ffee',
    'gold',
    `image_id:ghcr.io/org/team/app@${CONFIG}`,
    'image_name:ghcr.io/org/team/app',
    'image_tag:1',
    'image_tag:10',
    'image_tag:2',
    'org.opencontainers.image.revision:c0ffee',
    'os_name:linux',
    'short_image:app',
    'team:shop',
  ]);
});

test('a container', () => {
  const container: Partial<Container> = {
    id: 'c1',
    name: 'web',
    imageRepository: 'docker.io/library/nginx',
    imageTag: '',
    imageDigest: null,
    state: 'running',
    hostName: 'h1',
    namespace: 'shop',
    podName: '',
    cluster: '',
    labels: [['team', 'shop']],
    createdAt: null,
    startedAt: Date.UTC(2023, 9, 12, 13, 46, 51) * 1000,
  };
  const item = JSON.parse(JSON.stringify(containerItem(container as Container)));
  expect(item).toEqual({
    type: 'container',
    id: 'c1',
    attributes: {
      name: 'web',
      started_at: '2023-10-12T13:46:51',
      state: 'running',
      container_id: 'c1',
      host: 'h1',
      image_name: 'docker.io/library/nginx',
      image_tags: null,
      image_digest: null,
      tags: [
        'container_id:c1',
        'container_name:web',
        'host:h1',
        'image_name:docker.io/library/nginx',
        'kube_namespace:shop',
        'short_image:nginx',
        'team:shop',
      ],
    },
  });
});

test('a group says its tags; only groups of images have a name', () => {
  const group = { values: ['ghcr.io', '1'], count: 3 };
  const keys = ['registry', 'image_tag'];
  const form = { type: 'container_image_group', relationship: 'container_images', named: true };
  expect(groupItem(group, keys, 'http://h', form)).toEqual({
    type: 'container_image_group',
    attributes: { name: 'registry:ghcr.io,image_tag:1', tags: { registry: 'ghcr.io', image_tag: '1' }, count: 3 },
    relationships: { container_images: { links: { related: 'http://h' }, data: [] } },
    id: 'registry:ghcr.io,image_tag:1',
  });
  expect(groupItem(group, keys, 'http://h', { ...form, named: false }).attributes).not.toHaveProperty('name');
});
