/**
 * Archives of `docker save` before OCI layouts (Docker image spec v1.2, "Combined Image JSON + Filesystem Changeset
 * Format"): `manifest.json` lists config, tags and layers. There is no manifest in them, and one made up would have
 * another digest than the one in a registry; so the image is known by its config digest, which is what Docker calls
 * its id. A registry or engine that knows the manifest shows the same content through the same config digest.
 */
import { createHash } from 'node:crypto';
import { isDigest } from '../../domain/digest.ts';
import type { Platform, Problem } from '../../domain/image.ts';
import { type PlatformParts, readPlatform } from '../manifest/config.ts';
import { ImageError } from '../manifest/error.ts';
import type { ImageFiles } from '../manifest/files.ts';
import { isObject, type JsonObject, parseObject } from '../manifest/json.ts';
import { MANIFEST_LIMITS } from '../manifest/limits.ts';
import { dockerReference, type FoundReference, LOCAL_REGISTRY, localRepository } from '../manifest/local-name.ts';
import type { LocalRun } from '../manifest/local-run.ts';
import { DOCKER_CONFIG, DOCKER_LAYER } from '../manifest/media-type.ts';
import { Notes } from '../manifest/notes.ts';
import { type Compression, compressionOf } from './bytes.ts';

/** One entry of `manifest.json`. */
export interface SavedImage {
  /** Path of the config. */
  readonly config: string;
  readonly repoTags: readonly string[];
  /** Paths of the layers, base first. */
  readonly layers: readonly string[];
}

/**
 * Reads `manifest.json`.
 * @throws ImageError `manifest.invalid`
 */
export async function readSaveList(files: ImageFiles): Promise<readonly SavedImage[]> {
  const bytes = await files.read('manifest.json', MANIFEST_LIMITS.manifestBytes);
  const part = `manifest.json of ${files.label}`;
  // The document is a list; read as the member of an object it keeps to the same bounds as every other.
  const wrapped = Buffer.concat([Buffer.from('{"images":'), bytes, Buffer.from('}')]);
  const { images } = parseObject(wrapped, MANIFEST_LIMITS.jsonDepth + 1, 'manifest.invalid', part);
  if (!Array.isArray(images)) throw new ImageError('manifest.invalid', part, `${part} is not a list of images`);
  return images.map((image, i): SavedImage => {
    if (!isObject(image) || typeof image['Config'] !== 'string') {
      throw new ImageError('manifest.invalid', part, `image ${i} of ${part} names no Config`);
    }
    return { config: image['Config'], repoTags: textList(image['RepoTags']), layers: textList(image['Layers']) };
  });
}

/** Collects every image of the list. */
export async function collectDockerSave(files: ImageFiles, saved: readonly SavedImage[], run: LocalRun): Promise<void> {
  run.context.progress({ found: saved.length });
  const hashes = new Map<string, Promise<LayerFile | ImageError>>();
  for (const image of saved) {
    let config: Buffer;
    try {
      config = await readConfig(files, image.config);
      run.count(1, config.length);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      run.fail(error.code, image.repoTags[0] ?? image.config.slice(0, 200), error.message);
      continue;
    }
    const digest = sha256(config);
    const known = (await run.known([digest])).has(digest);
    const references = referencesOf(image, files.label, run);
    await run.take({ digest, references }, known, async () => {
      const notes = new Notes(MANIFEST_LIMITS);
      const json = parseObject(config, MANIFEST_LIMITS.jsonDepth, 'config.invalid', digest);
      const { layers, missing } = await readLayerFiles(files, image, json, run, hashes, notes);
      const parts: PlatformParts = {
        manifestDigest: null,
        config: { digest, size: config.length },
        layers,
        hint: null,
      };
      const platform = readPlatform(json, parts, notes);
      const platforms = [missing.size === 0 ? platform : withoutSizes(platform, missing)];
      const problems: readonly Problem[] = notes.all();
      return {
        kind: 'container',
        digest,
        mediaType: DOCKER_CONFIG,
        platforms,
        labels: platform.labels,
        references,
        problems,
      };
    });
  }
}

interface LayerFile {
  readonly digest: string;
  readonly size: number;
  readonly compression: Compression;
}

async function readConfig(files: ImageFiles, path: string): Promise<Buffer> {
  const bytes = await files.read(path, MANIFEST_LIMITS.configBytes);
  const named = /(?:^|[/:])([0-9a-f]{64})(?:\.json)?$/.exec(path)?.[1];
  if (named !== undefined && sha256(bytes) !== `sha256:${named}`) {
    throw new ImageError('digest.mismatch', path, `config ${path} in ${files.label} has the digest ${sha256(bytes)}`);
  }
  return bytes;
}

/** Finds and hashes the layers of one image; layers are shared, so `hashes` remembers them by path. */
async function readLayerFiles(
  files: ImageFiles,
  image: SavedImage,
  config: JsonObject,
  run: LocalRun,
  hashes: Map<string, Promise<LayerFile | ImageError>>,
  notes: Notes,
): Promise<{ layers: PlatformParts['layers']; missing: ReadonlySet<string> }> {
  const rootfs = isObject(config['rootfs']) ? config['rootfs'] : {};
  const diffIds = Array.isArray(rootfs['diff_ids']) ? rootfs['diff_ids'] : [];
  const layers: PlatformParts['layers'][number][] = [];
  const missing = new Set<string>();
  for (const [i, path] of image.layers.entries()) {
    const diffId: unknown = diffIds[i];
    if (!hashes.has(path)) hashes.set(path, hashLayer(files, path, run));
    const found = await hashes.get(path)!;
    if (found instanceof ImageError) {
      notes.add(found.code, path.slice(0, 200), found.message);
      // The layer exists though it is not here; uncompressed it would have this name.
      const digest = typeof diffId === 'string' && isDigest(diffId) ? diffId : '';
      missing.add(digest);
      layers.push({ digest, size: 0, mediaType: DOCKER_LAYER });
      continue;
    }
    if (found.compression === 'none' && typeof diffId === 'string' && found.digest !== diffId) {
      notes.add(
        'digest.mismatch',
        path.slice(0, 200),
        `layer ${path.slice(0, 200)} should be ${diffId.slice(0, 200)} but is ${found.digest}`,
      );
    }
    layers.push({
      ...found,
      mediaType: found.compression === 'none' ? DOCKER_LAYER : `${DOCKER_LAYER}.${found.compression}`,
    });
  }
  return { layers, missing };
}

function withoutSizes(platform: Platform, missing: ReadonlySet<string>): Platform {
  const layers = platform.layers.map((layer) =>
    missing.has(layer.digest ?? '') && !layer.empty ? { ...layer, size: null } : layer,
  );
  return { ...platform, size: null, layers };
}

async function hashLayer(files: ImageFiles, path: string, run: LocalRun): Promise<LayerFile | ImageError> {
  try {
    const { digest, size, head } = await files.hash(path, 'sha256', run.context.signal);
    run.count(1, size);
    return { digest, size, compression: compressionOf(head) };
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
}

function referencesOf(image: SavedImage, label: string, run: LocalRun): readonly FoundReference[] {
  const references = image.repoTags.flatMap((tag): FoundReference[] => {
    const reference = dockerReference(tag);
    if (reference) return [reference];
    const shown = JSON.stringify(tag.slice(0, 200));
    run.context.problem({
      code: 'reference.invalid',
      part: shown,
      message: `${shown} is no image name; the image is kept without it`,
    });
    return [];
  });
  if (references.length > 0) return references;
  return [{ registry: LOCAL_REGISTRY, repository: localRepository(label), tag: null }];
}

function textList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
