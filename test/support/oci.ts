/** Builds small images in memory: blobs, manifests, indexes, layouts and archives, the same bytes at every run. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzip, type TarEntry, tar } from './tar.ts';

export { gzip, type TarEntry, tar } from './tar.ts';

/** Points at a blob, as manifests write it. */
export interface BuiltDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** One step of a build: with files it makes a layer, without it is an empty entry of the history. */
export interface BuildStep {
  readonly createdBy: string;
  readonly files?: readonly TarEntry[];
  readonly comment?: string;
  /** When it ran; default when the image was built. */
  readonly created?: string;
}

export interface ImageSpec {
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
  readonly created?: string;
  readonly author?: string;
  /** The run settings: `Entrypoint`, `Cmd`, `Env`, `Labels`, `User` ... */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly BuildStep[];
}

/** One image built: its manifest's descriptor, and what a `docker save` archive needs of it. */
export interface BuiltImage {
  readonly descriptor: BuiltDescriptor;
  readonly config: BuiltDescriptor;
  /** Uncompressed layers, base first. */
  readonly layers: readonly Buffer[];
}

/** Content by digest. */
export type Blobs = Map<string, Buffer>;

const OCI = 'application/vnd.oci.image';

/** The SHA-256 of bytes in OCI form. */
export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Puts content among the blobs. */
export function addBlob(blobs: Blobs, content: Buffer | string | object, mediaType: string): BuiltDescriptor {
  const bytes = Buffer.isBuffer(content)
    ? content
    : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const digest = digestOf(bytes);
  blobs.set(digest, bytes);
  return { mediaType, digest, size: bytes.length };
}

/** Builds one image: layers, config, manifest. */
export function buildImage(blobs: Blobs, spec: ImageSpec = {}): BuiltImage {
  const created = spec.created ?? '2026-01-15T10:00:00Z';
  const steps = spec.steps ?? [{ createdBy: 'COPY hello /', files: [{ name: 'hello', body: 'hello\n' }] }];
  const layers = steps.flatMap((step) => (step.files ? [tar(step.files)] : []));
  const config = addBlob(
    blobs,
    {
      created,
      ...(spec.author === undefined ? {} : { author: spec.author }),
      architecture: spec.architecture ?? 'amd64',
      ...(spec.variant === undefined ? {} : { variant: spec.variant }),
      os: spec.os ?? 'linux',
      config: spec.config ?? {},
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => digestOf(layer)) },
      history: steps.map((step) => ({
        created: step.created ?? created,
        created_by: step.createdBy,
        ...(step.comment === undefined ? {} : { comment: step.comment }),
        ...(step.files ? {} : { empty_layer: true }),
      })),
    },
    `${OCI}.config.v1+json`,
  );
  const descriptor = addBlob(
    blobs,
    {
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config,
      layers: layers.map((layer) => addBlob(blobs, gzip(layer), `${OCI}.layer.v1.tar+gzip`)),
    },
    `${OCI}.manifest.v1+json`,
  );
  return { descriptor, config, layers };
}

/** Builds an index over manifests. */
export function buildIndex(blobs: Blobs, manifests: readonly BuiltDescriptor[]): BuiltDescriptor {
  return addBlob(blobs, { schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests }, `${OCI}.index.v1+json`);
}

/** The same descriptor with the annotation that names it in a layout. */
export function named(descriptor: BuiltDescriptor, name: string): BuiltDescriptor {
  return { ...descriptor, annotations: { ...descriptor.annotations, 'org.opencontainers.image.ref.name': name } };
}

/** The files of an OCI layout (image-spec image-layout.md), by path. */
export function layoutFiles(blobs: Blobs, manifests: readonly BuiltDescriptor[]): Map<string, Buffer> {
  const files = new Map<string, Buffer>([
    ['oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}')],
    ['index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests }))],
  ]);
  for (const digest of [...blobs.keys()].sort()) {
    files.set(`blobs/${digest.replace(':', '/')}`, blobs.get(digest) as Buffer);
  }
  return files;
}

/** The files of a `docker save` archive of the form before OCI layouts, by path. */
export function dockerSaveFiles(
  blobs: Blobs,
  images: readonly { image: BuiltImage; tags: readonly string[] }[],
): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const manifest = images.map(({ image, tags }) => {
    const config = `${image.config.digest.slice(7)}.json`;
    files.set(config, blobs.get(image.config.digest) as Buffer);
    const layers = image.layers.map((layer) => {
      const path = `${digestOf(layer).slice(7)}/layer.tar`;
      files.set(path, layer);
      return path;
    });
    return { Config: config, RepoTags: tags, Layers: layers };
  });
  files.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
  return files;
}

/** Files as entries of a tar. */
export function asEntries(files: ReadonlyMap<string, Buffer>): TarEntry[] {
  return [...files].map(([name, body]) => ({ name, body }));
}

/** Writes files below a folder of the host. */
export async function writeFiles(folder: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  for (const [name, body] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), body);
  }
}
