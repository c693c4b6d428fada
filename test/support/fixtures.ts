import { createHash } from 'node:crypto';
import type { Container } from '../../src/domain/container.ts';
import type { Project } from '../../src/domain/credential.ts';
import { nameId } from '../../src/domain/id.ts';
import type { Layer, Platform, SourceRef } from '../../src/domain/image.ts';
import { type ImageName, parseImageName } from '../../src/domain/reference.ts';
import { type Micros, SECOND } from '../../src/domain/time.ts';
import type { ImageObservation } from '../../src/store/store.ts';

/** 2026-01-01T00:00:00Z: where fixtures begin. */
export const T0: Micros = 1_767_225_600 * SECOND;

/** The sha256 digest of a text: a digest that means something in a test and is the same in every run. */
export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** A project; its id and number come from its name. */
export function aProject(name = 'default', more: Partial<Project> = {}): Project {
  const id = nameId('0'.repeat(32), name);
  return { id, no: Number.parseInt(id.slice(0, 7), 16), name, bucketBase: 0, bucketCount: 1, createdAt: T0, ...more };
}

/** A source; its id comes from its kind and name. */
export function aSource(kind = 'registry', name = 'one'): SourceRef {
  return { id: nameId('f'.repeat(32), `${kind} ${name}`), kind };
}

/** A reference from its text: `aReference('nginx:1.27')` is docker.io/library/nginx:1.27. */
export function aReference(text: string): Pick<ImageName, 'registry' | 'repository' | 'tag'> {
  const name = parseImageName(text);
  if (!name) throw new Error(`"${text}" is no image name`);
  return { registry: name.registry, repository: name.repository, tag: name.tag };
}

export function aLayer(text: string, more: Partial<Layer> = {}): Layer {
  return {
    digest: digestOf(`layer ${text}`),
    diffId: digestOf(`diff ${text}`),
    size: 1_000,
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    createdBy: `/bin/sh -c ${text}`,
    builtAt: T0 - 3_600 * SECOND,
    author: null,
    comment: null,
    empty: false,
    ...more,
  };
}

/** A linux/amd64 platform whose digests come from `text`. */
export function aPlatform(text: string, more: Partial<Platform> = {}): Platform {
  return {
    manifestDigest: digestOf(`manifest ${text}`),
    configDigest: digestOf(`config ${text}`),
    os: 'linux',
    architecture: 'amd64',
    variant: null,
    osVersion: null,
    size: 5_000,
    builtAt: T0 - 3_600 * SECOND,
    author: null,
    user: null,
    workingDir: null,
    command: ['nginx', '-g', 'daemon off;'],
    entrypoint: ['/entry.sh'],
    volumes: [],
    exposedPorts: ['80/tcp'],
    env: ['PATH=/usr/bin'],
    dockerVersion: null,
    labels: [],
    layers: [aLayer(`base of ${text}`), aLayer(`RUN ${text}`)],
    ...more,
  };
}

/** What {@link anImage} understands beside an observation's own fields. */
export interface ImageFixture extends Partial<Omit<ImageObservation, 'references' | 'labels'>> {
  /** What the digests come from; another text is another image. Default: the first reference. */
  readonly content?: string;
  /** As texts, e.g. `['nginx:1.27']`. */
  readonly references?: readonly string[];
  /** Labels of the (only) platform. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Labels given by the observation itself, over those of the platform. */
  readonly givenLabels?: readonly (readonly [string, string])[];
}

/** An observation of a container image with one linux/amd64 platform, tagged nginx:1.27 unless told otherwise. */
export function anImage(fixture: ImageFixture = {}): ImageObservation {
  const { content, references = ['docker.io/library/nginx:1.27'], labels = {}, givenLabels, ...rest } = fixture;
  const text = content ?? references[0] ?? 'unnamed';
  const platform = aPlatform(text, { labels: Object.entries(labels) });
  const digest = rest.digest ?? platform.manifestDigest;
  return {
    kind: 'container',
    digest,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    platforms: [{ ...platform, manifestDigest: digest }],
    references: references.map(aReference),
    seenAt: T0,
    ...(givenLabels ? { labels: givenLabels } : {}),
    ...rest,
  };
}

/** An observation of a VM image with properties, as an image service shows it. */
export function aVmImage(name: string, more: Partial<ImageObservation> = {}): ImageObservation {
  return {
    kind: 'vm',
    digest: null,
    id: nameId('e'.repeat(32), name),
    size: 2_000_000,
    labels: [['os_distro', 'debian']],
    tags: ['golden'],
    service: { name, diskFormat: 'qcow2', containerFormat: 'bare', checksum: 'd41d8cd98f00b204e9800998ecf8427e' },
    seenAt: T0,
    ...more,
  };
}

/** A running container of nginx:1.27 (the image {@link anImage} makes) on host `node-1`. */
export function aContainer(more: Partial<Container> & { readonly image?: ImageObservation } = {}): Container {
  const { image = anImage(), ...rest } = more;
  const name = image.references?.[0];
  const repository = name ? `${name.registry}/${name.repository}` : '';
  return {
    id: createHash('sha256')
      .update(`container ${rest.name ?? 'web'}`)
      .digest('hex'),
    name: 'web',
    imageId: null,
    imageDigest: image.digest,
    imageName: name ? `${repository}${name.tag === null ? '' : `:${name.tag}`}` : '',
    imageRepository: repository,
    imageTag: name?.tag ?? '',
    state: 'running',
    hostId: 'host-1',
    hostName: 'node-1',
    agentId: 'agent-1',
    privateIp: '10.0.0.1',
    publicIp: '',
    podId: '',
    podName: '',
    namespace: '',
    cluster: '',
    clusterId: '',
    entryPoint: '/entry.sh nginx',
    enterpriseProject: '0',
    labels: [['app', 'web']],
    createdAt: T0,
    startedAt: T0,
    finishedAt: null,
    firstSeenAt: T0,
    lastSeenAt: T0,
    source: aSource('docker', 'node-1'),
    ...rest,
  };
}
