/** One static program and nothing to run it with: no shell, two platforms, packages in `status.d` as in images without a package manager. */
import { waitingProgram } from '../test/support/elf.ts';
import { asEntries, type Blobs, buildImage, buildIndex, layoutFiles, named, tar } from '../test/support/oci.ts';
import { BASE, dpkgStatus, OS_RELEASE } from './debian.ts';

const BUILT = '2026-09-01T06:30:00Z';

/** The archive `examples/images/beacon.tar`. */
export function beacon(): Buffer {
  const blobs: Blobs = new Map();
  const mtime = Math.floor(Date.parse(BUILT) / 1000);
  const platforms = (['amd64', 'arm64'] as const).map((architecture) => {
    const packages = BASE.filter(({ name }) => name === 'base-files' || name === 'tzdata');
    const { descriptor } = buildImage(blobs, {
      architecture,
      created: BUILT,
      config: {
        User: '65532',
        Entrypoint: ['/beacon'],
        Labels: {
          'org.opencontainers.image.source': 'https://git.example.com/platform/beacon',
          'org.opencontainers.image.version': '0.3.1',
          team: 'platform',
        },
      },
      steps: [
        {
          createdBy: 'base of files only',
          files: [
            { name: 'etc/os-release', body: OS_RELEASE, mtime },
            ...packages.map((each) => ({
              name: `var/lib/dpkg/status.d/${each.name}`,
              body: dpkgStatus([each], architecture),
              mtime,
            })),
          ],
        },
        {
          createdBy: 'COPY /out/beacon /beacon # buildkit',
          files: [{ name: 'beacon', body: waitingProgram(architecture), mode: 0o755, mtime }],
        },
        { createdBy: 'USER 65532' },
        { createdBy: 'ENTRYPOINT ["/beacon"]' },
      ],
    });
    return { ...descriptor, platform: { architecture, os: 'linux' } };
  });
  return tar(
    asEntries(layoutFiles(blobs, [named(buildIndex(blobs, platforms), 'registry.example.com/platform/beacon:0.3.1')])),
  );
}
