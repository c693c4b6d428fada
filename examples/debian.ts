/** The part of Debian 12 the cart image stands on: what dpkg's database holds in the release's first images. */

/** One installed package as dpkg knows it. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Source package, where its name or version is another. */
  readonly source?: string;
  readonly section: string;
  readonly priority: 'required' | 'important' | 'standard' | 'optional';
  /** Kibibytes. */
  readonly size: number;
  readonly depends?: string;
  /** Not built for each architecture. */
  readonly all?: true;
  readonly about: string;
}

/** Of the base image. */
export const BASE: readonly DebianPackage[] = [
  {
    name: 'base-files',
    version: '12.4+deb12u1',
    section: 'admin',
    priority: 'required',
    size: 340,
    about: 'base system files',
  },
  {
    name: 'bash',
    version: '5.2.15-2+b2',
    source: 'bash (5.2.15-2)',
    section: 'shells',
    priority: 'required',
    size: 7163,
    depends: 'base-files (>= 2.1.12), debianutils (>= 5.6-0.1)',
    about: 'shell',
  },
  {
    name: 'coreutils',
    version: '9.1-1',
    section: 'utils',
    priority: 'required',
    size: 18062,
    about: 'basic file, shell and text tools',
  },
  {
    name: 'debianutils',
    version: '5.7-0.4',
    section: 'utils',
    priority: 'required',
    size: 243,
    about: 'tools of the distribution',
  },
  {
    name: 'dpkg',
    version: '1.21.22',
    section: 'admin',
    priority: 'required',
    size: 6433,
    depends: 'tar (>= 1.28-1)',
    about: 'package manager',
  },
  {
    name: 'gcc-12-base',
    version: '12.2.0-14',
    source: 'gcc-12',
    section: 'libs',
    priority: 'required',
    size: 100,
    about: 'common files of the compiler',
  },
  {
    name: 'libc6',
    version: '2.36-9+deb12u1',
    source: 'glibc',
    section: 'libs',
    priority: 'optional',
    size: 12986,
    depends: 'libgcc-s1',
    about: 'C library',
  },
  {
    name: 'libgcc-s1',
    version: '12.2.0-14',
    source: 'gcc-12',
    section: 'libs',
    priority: 'optional',
    size: 140,
    depends: 'gcc-12-base (= 12.2.0-14), libc6 (>= 2.35)',
    about: 'support library of the compiler',
  },
  {
    name: 'libgnutls30',
    version: '3.7.9-2',
    source: 'gnutls28',
    section: 'libs',
    priority: 'optional',
    size: 3145,
    depends: 'libc6 (>= 2.36)',
    about: 'TLS library',
  },
  {
    name: 'perl-base',
    version: '5.36.0-7',
    source: 'perl',
    section: 'perl',
    priority: 'required',
    size: 7840,
    about: 'minimal interpreter',
  },
  { name: 'tar', version: '1.34+dfsg-1.2', section: 'utils', priority: 'required', size: 3152, about: 'archiver' },
  {
    name: 'tzdata',
    version: '2023c-5',
    section: 'localization',
    priority: 'required',
    size: 2587,
    all: true,
    about: 'time zones',
  },
  {
    name: 'zlib1g',
    version: '1:1.2.13.dfsg-1',
    source: 'zlib',
    section: 'libs',
    priority: 'required',
    size: 168,
    depends: 'libc6 (>= 2.14)',
    about: 'compression library',
  },
];

/** Added by the image's own `apt-get install`. */
export const ADDED: readonly DebianPackage[] = [
  {
    name: 'ca-certificates',
    version: '20230311',
    section: 'misc',
    priority: 'standard',
    size: 384,
    depends: 'openssl (>= 1.1.1)',
    all: true,
    about: 'certificate authorities',
  },
  {
    name: 'curl',
    version: '7.88.1-10+deb12u1',
    section: 'web',
    priority: 'optional',
    size: 501,
    depends: 'libcurl4 (= 7.88.1-10+deb12u1)',
    about: 'transfers of URLs',
  },
  {
    name: 'libcurl4',
    version: '7.88.1-10+deb12u1',
    source: 'curl',
    section: 'libs',
    priority: 'optional',
    size: 843,
    depends: 'libnghttp2-14 (>= 1.41.0), libssl3 (>= 3.0.0)',
    about: 'library behind curl',
  },
  {
    name: 'libexpat1',
    version: '2.5.0-1',
    source: 'expat',
    section: 'libs',
    priority: 'optional',
    size: 399,
    depends: 'libc6 (>= 2.25)',
    about: 'XML parser',
  },
  {
    name: 'libnghttp2-14',
    version: '1.52.0-1',
    source: 'nghttp2',
    section: 'libs',
    priority: 'optional',
    size: 212,
    depends: 'libc6 (>= 2.14)',
    about: 'HTTP/2 library',
  },
  {
    name: 'libssl3',
    version: '3.0.9-1',
    source: 'openssl',
    section: 'libs',
    priority: 'optional',
    size: 6011,
    depends: 'libc6 (>= 2.34)',
    about: 'TLS library',
  },
  {
    name: 'openssl',
    version: '3.0.9-1',
    section: 'utils',
    priority: 'optional',
    size: 2288,
    depends: 'libc6 (>= 2.34), libssl3 (>= 3.0.9)',
    about: 'TLS toolkit',
  },
];

/** The database file `var/lib/dpkg/status` (deb822, dpkg(1)). */
export function dpkgStatus(packages: readonly DebianPackage[], architecture: string): string {
  return [...packages]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((each) => stanza(each, architecture))
    .join('\n');
}

function stanza(each: DebianPackage, architecture: string): string {
  const lines = [
    `Package: ${each.name}`,
    'Status: install ok installed',
    `Priority: ${each.priority}`,
    `Section: ${each.section}`,
    `Installed-Size: ${each.size}`,
    `Architecture: ${each.all ? 'all' : architecture}`,
    ...(each.source ? [`Source: ${each.source}`] : []),
    `Version: ${each.version}`,
    ...(each.depends ? [`Depends: ${each.depends}`] : []),
    `Description: ${each.about}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** `etc/os-release` (os-release(5)). */
export const OS_RELEASE = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
`;
