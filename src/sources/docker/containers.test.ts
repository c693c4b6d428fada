import { describe, expect, it } from 'vitest';
import { readContainer } from './containers.ts';
import { type Identity, identify, readEngineImage } from './images.ts';

const hex = (digit: string): string => `sha256:${digit.repeat(64)}`;
const host = { hostId: 'H', hostName: 'node-1', keepsManifests: false, clock: '0' };
const images = new Map<string, Identity>([
  [
    hex('1'),
    identify(
      readEngineImage({ Id: hex('1'), RepoTags: ['nginx:1.27'], RepoDigests: [`nginx@${hex('a')}`] }, false)!,
      new Set(),
    ),
  ],
]);

function read(json: object) {
  return readContainer({ Id: 'c1', Image: hex('1'), ...json }, host, (id) => images.get(id));
}

describe('a container', () => {
  it('with everything', () => {
    const found = read({
      Name: '/web',
      Created: '2026-01-01T00:00:00.5Z',
      Path: '/docker-entrypoint.sh',
      Args: ['nginx', '-g', 'daemon off;'],
      State: { Status: 'exited', StartedAt: '2026-01-01T00:00:01Z', FinishedAt: '2026-01-01T00:00:02Z' },
      Config: { Image: 'nginx:1.27', Labels: { team: 'web' } },
      NetworkSettings: { IPAddress: '', Networks: { a: { IPAddress: '10.0.0.7' } } },
    });
    expect(found).toMatchObject({
      id: 'c1',
      name: 'web',
      imageDigest: hex('a'),
      imageName: 'docker.io/library/nginx:1.27',
      imageRepository: 'docker.io/library/nginx',
      imageTag: '1.27',
      state: 'exited',
      hostId: 'H',
      hostName: 'node-1',
      privateIp: '10.0.0.7',
      entryPoint: '/docker-entrypoint.sh nginx -g daemon off;',
      labels: [['team', 'web']],
      createdAt: 1_767_225_600_500_000,
      startedAt: 1_767_225_601_000_000,
      finishedAt: 1_767_225_602_000_000,
    });
  });

  it.each([
    [
      'podman, which repeats a lone word',
      { Path: '/beacon', Args: ['/beacon'] },
      { Entrypoint: ['/beacon'], Cmd: [] },
      '/beacon',
    ],
    ['podman, likewise, of a command alone', { Path: 'top', Args: ['top'] }, { Entrypoint: null, Cmd: ['top'] }, 'top'],
    [
      'a word that is there twice',
      { Path: 'echo', Args: ['echo'] },
      { Entrypoint: ['echo'], Cmd: ['echo'] },
      'echo echo',
    ],
    ['no configuration', { Path: 'echo', Args: ['echo'] }, undefined, 'echo echo'],
    ['one word', { Path: '/beacon', Args: [] }, { Entrypoint: ['/beacon'] }, '/beacon'],
  ])('started by %s', (_, started, Config, expected) => {
    expect(read({ ...started, Config })!.entryPoint).toBe(expected);
  });

  it('of a Kubernetes pod', () => {
    const Labels = {
      'io.kubernetes.pod.name': 'cart-7d9',
      'io.kubernetes.pod.uid': 'u-1',
      'io.kubernetes.pod.namespace': 'shop',
      'io.kubernetes.container.name': 'cart',
    };
    expect(read({ Name: '/k8s_cart_cart-7d9_shop_u-1_0', Config: { Labels } })).toMatchObject({
      name: 'cart',
      podName: 'cart-7d9',
      podId: 'u-1',
      namespace: 'shop',
    });
  });

  it.each([
    ['nginx', 'docker.io/library/nginx:latest', 'latest'],
    [hex('1'), 'docker.io/library/nginx:1.27', '1.27'],
    ['111111111111', 'docker.io/library/nginx:1.27', '1.27'],
    [`nginx@${hex('a')}`, `docker.io/library/nginx@${hex('a')}`, ''],
    ['r.example.com/x/y:2', 'r.example.com/x/y:2', '2'],
  ])('started as %s', (Image, imageName, imageTag) => {
    expect(read({ Config: { Image } })).toMatchObject({ imageName, imageTag, imageDigest: hex('a') });
  });

  it('of an image that is no longer there', () => {
    expect(read({ Image: hex('9'), Config: { Image: hex('9') } })).toMatchObject({
      imageDigest: hex('9'),
      imageName: '',
      imageRepository: '',
    });
  });

  it('that runs again has not ended', () => {
    const State = { Status: 'running', StartedAt: '2026-01-02T00:00:00Z', FinishedAt: '2026-01-01T00:00:00Z' };
    expect(read({ State })?.finishedAt).toBeNull();
  });

  it.each([
    ['configured', 'created'],
    ['stopped', 'exited'],
    ['stopping', 'running'],
    ['weird', 'dead'],
  ])("podman's %s is %s", (Status, state) => {
    expect(read({ State: { Status } })?.state).toBe(state);
  });

  it('bears nonsense', () => {
    expect(readContainer(null, host, () => undefined)).toBeUndefined();
    expect(
      read({ State: [], Config: 7, NetworkSettings: null, Args: [1], Created: '0001-01-01T00:00:00Z', Name: 5 }),
    ).toMatchObject({ name: '', createdAt: null, entryPoint: '' });
  });
});
