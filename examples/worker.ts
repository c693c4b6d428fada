/** A shop's background worker: Alpine 3.19, one platform, as `docker save` wrote it before OCI layouts. */
import { asEntries, type Blobs, buildImage, dockerSaveFiles, tar } from '../test/support/oci.ts';
import { ALPINE, apkInstalled, OS_RELEASE } from './alpine.ts';

const BASE_BUILT = '2026-05-20T18:00:00Z';
const BUILT = '2026-07-30T16:45:12.5Z';
const SCRIPT = `#!/bin/sh
# Takes orders from the queue until it is told to stop.
trap 'exit 0' TERM
while :; do
  wget -qO- "$QUEUE_URL/next" || sleep 5
done
`;

/** The archive `examples/images/worker.tar`. */
export function worker(): Buffer {
  const blobs: Blobs = new Map();
  const mtime = Math.floor(Date.parse(BUILT) / 1000);
  const image = buildImage(blobs, {
    created: BUILT,
    config: {
      Env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'QUEUE_URL=http://queue.shop.svc:8080',
      ],
      Entrypoint: ['/usr/local/bin/worker'],
      WorkingDir: '/',
      Labels: {
        'org.opencontainers.image.source': 'https://git.example.com/shop/worker',
        'org.opencontainers.image.title': 'worker',
        'org.opencontainers.image.version': '1.9.0',
        team: 'fulfilment',
        tier: 'backend',
      },
    },
    steps: [
      {
        createdBy: '/bin/sh -c #(nop) ADD file:alpine-minirootfs-3.19.0-x86_64.tar in / ',
        created: BASE_BUILT,
        files: [
          { name: 'etc/alpine-release', body: '3.19.0\n' },
          { name: 'etc/os-release', body: OS_RELEASE },
          { name: 'etc/passwd', body: 'root:x:0:0:root:/root:/bin/ash\n' },
          { name: 'lib/apk/db/installed', body: apkInstalled(ALPINE) },
        ].map((entry) => ({ ...entry, mtime: Math.floor(Date.parse(BASE_BUILT) / 1000) })),
      },
      { createdBy: '/bin/sh -c #(nop)  CMD ["/bin/sh"]', created: BASE_BUILT },
      { createdBy: '/bin/sh -c #(nop)  ENV QUEUE_URL=http://queue.shop.svc:8080' },
      {
        createdBy: '/bin/sh -c #(nop) COPY file:worker.sh in /usr/local/bin/worker ',
        files: [{ name: 'usr/local/bin/worker', body: SCRIPT, mode: 0o755, mtime }],
      },
      { createdBy: '/bin/sh -c #(nop)  ENTRYPOINT ["/usr/local/bin/worker"]' },
    ],
  });
  return tar(
    asEntries(
      dockerSaveFiles(blobs, [
        { image, tags: ['registry.example.com/shop/worker:1.9', 'registry.example.com/shop/worker:latest'] },
      ]),
    ),
  );
}
