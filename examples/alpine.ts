/** The part of Alpine 3.19 the worker image stands on: what apk's database holds in the release's first image. */

/** One installed package as apk knows it. */
export interface AlpinePackage {
  readonly name: string;
  readonly version: string;
  /** The package it was built from, where that is another. */
  readonly origin?: string;
  readonly license: string;
  /** Bytes installed. */
  readonly size: number;
  readonly depends?: string;
  readonly provides?: string;
  readonly about: string;
  /** Paths it owns. */
  readonly files: readonly string[];
}

export const ALPINE: readonly AlpinePackage[] = [
  {
    name: 'alpine-baselayout',
    version: '3.4.3-r2',
    license: 'GPL-2.0-only',
    size: 331776,
    depends: 'alpine-baselayout-data=3.4.3-r2 /bin/sh',
    about: 'base folders and start scripts',
    files: ['etc/motd'],
  },
  {
    name: 'alpine-baselayout-data',
    version: '3.4.3-r2',
    origin: 'alpine-baselayout',
    license: 'GPL-2.0-only',
    size: 77824,
    about: 'base configuration files',
    files: ['etc/passwd', 'etc/group'],
  },
  { name: 'alpine-keys', version: '2.4-r1', license: 'MIT', size: 159744, about: 'public keys of packages', files: [] },
  {
    name: 'apk-tools',
    version: '2.14.0-r5',
    license: 'GPL-2.0-only',
    size: 323584,
    depends: 'musl>=1.2.3_git20230424 so:libcrypto.so.3 so:libssl.so.3 so:libz.so.1',
    provides: 'cmd:apk=2.14.0-r5',
    about: 'package manager',
    files: ['sbin/apk'],
  },
  {
    name: 'busybox',
    version: '1.36.1-r15',
    license: 'GPL-2.0-only',
    size: 962560,
    depends: 'so:libc.musl-x86_64.so.1',
    provides: 'cmd:busybox=1.36.1-r15',
    about: 'many small tools in one',
    files: ['bin/busybox'],
  },
  {
    name: 'ca-certificates-bundle',
    version: '20230506-r0',
    origin: 'ca-certificates',
    license: 'MPL-2.0 AND MIT',
    size: 229376,
    about: 'certificate authorities in one file',
    files: ['etc/ssl/certs/ca-certificates.crt'],
  },
  {
    name: 'libcrypto3',
    version: '3.1.4-r2',
    origin: 'openssl',
    license: 'Apache-2.0',
    size: 4456448,
    depends: 'so:libc.musl-x86_64.so.1',
    provides: 'so:libcrypto.so.3=3',
    about: 'cryptography library',
    files: ['lib/libcrypto.so.3'],
  },
  {
    name: 'libssl3',
    version: '3.1.4-r2',
    origin: 'openssl',
    license: 'Apache-2.0',
    size: 749568,
    depends: 'so:libc.musl-x86_64.so.1 so:libcrypto.so.3',
    provides: 'so:libssl.so.3=3',
    about: 'TLS library',
    files: ['lib/libssl.so.3'],
  },
  {
    name: 'musl',
    version: '1.2.4_git20230717-r4',
    license: 'MIT',
    size: 671744,
    provides: 'so:libc.musl-x86_64.so.1=1',
    about: 'C library',
    files: ['lib/ld-musl-x86_64.so.1'],
  },
  {
    name: 'scanelf',
    version: '1.3.7-r2',
    origin: 'pax-utils',
    license: 'GPL-2.0-only',
    size: 94208,
    depends: 'so:libc.musl-x86_64.so.1',
    provides: 'cmd:scanelf=1.3.7-r2',
    about: 'reads ELF files',
    files: ['usr/bin/scanelf'],
  },
  {
    name: 'ssl_client',
    version: '1.36.1-r15',
    origin: 'busybox',
    license: 'GPL-2.0-only',
    size: 28672,
    depends: 'so:libc.musl-x86_64.so.1 so:libcrypto.so.3 so:libssl.so.3',
    about: 'TLS for wget',
    files: ['usr/bin/ssl_client'],
  },
  {
    name: 'zlib',
    version: '1.3-r2',
    license: 'Zlib',
    size: 110592,
    depends: 'so:libc.musl-x86_64.so.1',
    provides: 'so:libz.so.1=1.3',
    about: 'compression library',
    files: ['lib/libz.so.1'],
  },
];

/** The database file `lib/apk/db/installed`: one-letter fields, an empty line after each package. */
export function apkInstalled(packages: readonly AlpinePackage[]): string {
  return packages.map((each) => `${fields(each).join('\n')}\n\n`).join('');
}

function fields(each: AlpinePackage): string[] {
  return [
    `P:${each.name}`,
    `V:${each.version}`,
    'A:x86_64',
    `I:${each.size}`,
    `T:${each.about}`,
    `L:${each.license}`,
    `o:${each.origin ?? each.name}`,
    ...(each.depends ? [`D:${each.depends}`] : []),
    ...(each.provides ? [`p:${each.provides}`] : []),
    ...each.files.flatMap((path) => [
      `F:${path.slice(0, path.lastIndexOf('/'))}`,
      `R:${path.slice(path.lastIndexOf('/') + 1)}`,
    ]),
  ];
}

/** `etc/os-release` (os-release(5)). */
export const OS_RELEASE = `NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.19.0
PRETTY_NAME="Alpine Linux v3.19"
HOME_URL="https://alpinelinux.org/"
`;
