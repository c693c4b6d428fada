/** A shop's cart service: Debian 12, two platforms, three layers with files, a build history as BuildKit writes it. */
import {
  type Blobs,
  type BuiltDescriptor,
  buildImage,
  buildIndex,
  layoutFiles,
  named,
  type TarEntry,
} from '../test/support/oci.ts';
import { ADDED, BASE, dpkgStatus, OS_RELEASE } from './debian.ts';

const BASE_BUILT = '2026-06-02T00:00:00Z';
const BUILT = '2026-08-12T09:14:05.123456789Z';
const LABELS = {
  'org.opencontainers.image.created': BUILT,
  'org.opencontainers.image.licenses': 'Apache-2.0',
  'org.opencontainers.image.revision': '5d0c3f6be4a1c7e2908d5b1f7a3e6c4d2b9f8a10',
  'org.opencontainers.image.source': 'https://git.example.com/shop/cart',
  'org.opencontainers.image.title': 'cart',
  'org.opencontainers.image.version': '2.4.1',
  owner: 'payments@example.com',
  team: 'payments',
  tier: 'frontend',
};

const SERVICE = `const carts = new Map();

export function add(id, item) {
  carts.set(id, [...(carts.get(id) ?? []), item]);
}

export function total(id) {
  return (carts.get(id) ?? []).reduce((sum, item) => sum + item.price * item.count, 0);
}
`;
const PACKAGE = `${JSON.stringify({ name: 'cart', version: '2.4.1', private: true, type: 'module', main: 'cart.js' }, null, 2)}\n`;

/** The files of the layout `examples/images/cart`. */
export function cart(): Map<string, Buffer> {
  const blobs: Blobs = new Map();
  const platforms = [platform(blobs, 'amd64'), platform(blobs, 'arm64')];
  const index = buildIndex(blobs, platforms);
  const names = ['2.4', '2.4.1'].map((tag) => named(index, `registry.example.com/shop/cart:${tag}`));
  return layoutFiles(blobs, names);
}

function platform(blobs: Blobs, architecture: 'amd64' | 'arm64'): BuiltDescriptor {
  const variant: Record<string, string> = architecture === 'arm64' ? { variant: 'v8' } : {};
  const { descriptor } = buildImage(blobs, {
    architecture,
    ...variant,
    created: BUILT,
    author: 'Shop Builds <builds@example.com>',
    config: {
      User: '10001:10001',
      ExposedPorts: { '8080/tcp': {} },
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'CART_CURRENCY=EUR'],
      Entrypoint: ['/usr/bin/env', 'node'],
      Cmd: ['/srv/cart/cart.js'],
      Volumes: { '/var/lib/cart': {} },
      WorkingDir: '/srv/cart',
      Labels: LABELS,
      StopSignal: 'SIGTERM',
    },
    steps: [
      {
        createdBy: `/bin/sh -c #(nop) ADD file:rootfs-bookworm-${architecture}.tar in / `,
        created: BASE_BUILT,
        files: base(architecture),
      },
      { createdBy: '/bin/sh -c #(nop)  CMD ["bash"]', created: BASE_BUILT },
      { createdBy: 'ENV CART_CURRENCY=EUR', comment: 'buildkit.dockerfile.v0' },
      {
        createdBy:
          'RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends ca-certificates curl libexpat1 && rm -rf /var/lib/apt/lists/* # buildkit',
        comment: 'buildkit.dockerfile.v0',
        files: [
          file('var/lib/dpkg/status', dpkgStatus([...BASE, ...ADDED], architecture)),
          file('etc/ssl/certs/.keep', ''),
        ],
      },
      { createdBy: 'WORKDIR /srv/cart', comment: 'buildkit.dockerfile.v0' },
      {
        createdBy: 'COPY cart.js package.json /srv/cart/ # buildkit',
        comment: 'buildkit.dockerfile.v0',
        files: [
          folder('srv'),
          folder('srv/cart'),
          file('srv/cart/cart.js', SERVICE),
          file('srv/cart/package.json', PACKAGE),
        ],
      },
      { createdBy: 'USER 10001:10001', comment: 'buildkit.dockerfile.v0' },
      { createdBy: 'EXPOSE map[8080/tcp:{}]', comment: 'buildkit.dockerfile.v0' },
      { createdBy: 'VOLUME [/var/lib/cart]', comment: 'buildkit.dockerfile.v0' },
      { createdBy: 'ENTRYPOINT ["/usr/bin/env" "node"]', comment: 'buildkit.dockerfile.v0' },
      { createdBy: 'CMD ["/srv/cart/cart.js"]', comment: 'buildkit.dockerfile.v0' },
    ],
  });
  return { ...descriptor, platform: { architecture, os: 'linux', ...variant } };
}

function base(architecture: string): TarEntry[] {
  return [
    folder('etc'),
    file('etc/debian_version', '12.1\n'),
    { name: 'etc/os-release', type: '2', link: '../usr/lib/os-release', mtime: seconds(BASE_BUILT) },
    file('etc/passwd', 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n'),
    file('usr/lib/os-release', OS_RELEASE),
    folder('var'),
    file('var/lib/dpkg/status', dpkgStatus(BASE, architecture)),
  ].map((entry) => ({ ...entry, mtime: seconds(BASE_BUILT) }));
}

function folder(name: string): TarEntry {
  return { name: `${name}/`, type: '5', mtime: seconds(BUILT) };
}

function file(name: string, body: string): TarEntry {
  return { name, body, mtime: seconds(BUILT) };
}

function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}
