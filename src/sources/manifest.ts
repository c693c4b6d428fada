/**
 * Reads one image, whatever it is kept in: index and manifest, OCI (image-spec 1.1) and Docker (schema 2) media types,
 * within budgets, every byte checked against its digest. What cannot be read of it becomes a problem on the image; the
 * rest still counts. Layers are never fetched here, and `urls` of foreign layers are never followed.
 */
import { createHash } from 'node:crypto';
import { digestAlgorithm, isDigest } from '../domain/digest.ts';
import { StowageError } from '../domain/error.ts';
import { type Platform, primaryPlatform } from '../domain/image.ts';
import type { ImageObservation } from '../store/store.ts';
import { type PlatformHint, readHint, readPlatform } from './manifest/config.ts';
import {
  type Descriptor,
  isNoPlatform,
  type ManifestDocument,
  readDescriptor,
  readDocument,
} from './manifest/document.ts';
import { ImageError } from './manifest/error.ts';
import { isObject, parseObject } from './manifest/json.ts';
import { MANIFEST_LIMITS, type ManifestLimits } from './manifest/limits.ts';
import { documentKind, isImageConfig, isImageLayer } from './manifest/media-type.ts';
import { Notes } from './manifest/notes.ts';

export type { Descriptor } from './manifest/document.ts';
export { ImageError, type ImageErrorCode, isArtifact } from './manifest/error.ts';
export { MANIFEST_LIMITS, type ManifestLimits } from './manifest/limits.ts';

/** Something to fetch below a root manifest. */
export interface BlobRequest extends Descriptor {
  /** Registries keep manifests and blobs at different addresses. */
  readonly role: 'manifest' | 'config';
}

/**
 * Fetches a blob; need not verify it, and may stop reading after `size` bytes and one.
 * A StowageError of kind `unavailable`, an AbortError or a TimeoutError ends the reading of the image (try again
 * later); any other error becomes a problem of the platform concerned, under the error's `code` if it has one.
 */
export type FetchBlob = (request: BlobRequest) => Promise<Buffer>;

/** The manifest or index a reading starts from. */
export interface RootManifest {
  readonly digest: string;
  /** As announced (Content-Type, descriptor); '' or a generic type when unknown. */
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** An image without names and times, ready to be handed to the store. */
export interface ImageReading {
  readonly observation: Omit<ImageObservation, 'seenAt' | 'references'>;
  /** Blobs asked for: child manifests and configs. */
  readonly blobs: number;
}

/**
 * Reads the image a manifest or index describes.
 * @throws ImageError when nothing of it can be read; `manifest.artifact` (see `isArtifact`) when it is no image at all
 */
export async function readImage(
  root: RootManifest,
  fetchBlob: FetchBlob,
  limits: Partial<ManifestLimits> = {},
): Promise<ImageReading> {
  const notes = new Notes({ ...MANIFEST_LIMITS, ...limits });
  const walk: Walk = { notes, fetchBlob, blobs: 0, visited: new Set([root.digest]) };
  if (!isDigest(root.digest)) throw new ImageError('digest.invalid', root.digest, `${root.digest} is no digest`);
  if (root.bytes.length > notes.limits.manifestBytes) {
    throw new ImageError(
      'limit.bytes',
      root.digest,
      `manifest of ${root.bytes.length} bytes, over ${notes.limits.manifestBytes}`,
    );
  }
  verifyBlob(root.bytes, { digest: root.digest, size: root.bytes.length });
  const document = readDocument(root.bytes, root.mediaType, notes.limits.jsonDepth, root.digest);
  const platforms = await readRoot(document, root.digest, walk);
  if (platforms.length === 0) throw nothingReadable(document, root.digest, notes);
  const labels = primaryPlatform(platforms)?.labels ?? [];
  const { mediaType } = document;
  return {
    observation: { kind: 'container', digest: root.digest, mediaType, platforms, labels, problems: notes.all() },
    blobs: walk.blobs,
  };
}

/**
 * Checks content against the descriptor that led to it.
 * @throws ImageError `size.mismatch` or `digest.mismatch`
 */
export function verifyBlob(bytes: Buffer, expected: Pick<Descriptor, 'digest' | 'size'>): void {
  if (bytes.length !== expected.size) {
    throw new ImageError(
      'size.mismatch',
      expected.digest,
      `${expected.digest} should have ${expected.size} bytes but has ${bytes.length}`,
    );
  }
  const algorithm = digestAlgorithm(expected.digest);
  const found = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
  if (found !== expected.digest) {
    throw new ImageError(
      'digest.mismatch',
      expected.digest,
      `content named ${expected.digest} has the digest ${found}`,
    );
  }
}

interface Walk {
  readonly notes: Notes;
  readonly fetchBlob: FetchBlob;
  blobs: number;
  /** Manifests already entered: a second mention, a circle included, adds nothing. */
  readonly visited: Set<string>;
}

async function readRoot(document: ManifestDocument, digest: string, walk: Walk): Promise<Platform[]> {
  try {
    return await readPlatforms(document, digest, null, 1, walk);
  } catch (error) {
    if (error instanceof StowageError || !(error instanceof Error) || isPassing(error)) throw error;
    throw new ImageError('image.unreadable', digest, `nothing of ${digest} can be read: ${error.message}`, error);
  }
}

async function readPlatforms(
  document: ManifestDocument,
  digest: string,
  hint: PlatformHint | null,
  depth: number,
  walk: Walk,
): Promise<Platform[]> {
  if (document.kind === 'manifest') return [await readManifest(document, digest, hint, walk)];
  const { notes } = walk;
  const entries = document.json['manifests'] as readonly unknown[];
  const lists = await mapBounded(children(entries, digest, walk), notes.limits.concurrency, async (child) => {
    try {
      const isIndex = documentKind(child.mediaType) === 'index';
      if (isIndex && depth >= notes.limits.indexDepth) {
        throw new ImageError('limit.depth', child.digest, `indexes are nested deeper than ${notes.limits.indexDepth}`);
      }
      const bytes = await fetchVerified({ ...child, role: 'manifest' }, notes.limits.manifestBytes, walk);
      const inner = readDocument(bytes, child.mediaType, notes.limits.jsonDepth, child.digest);
      if (inner.kind === 'index' && depth >= notes.limits.indexDepth) {
        throw new ImageError('limit.depth', child.digest, `indexes are nested deeper than ${notes.limits.indexDepth}`);
      }
      return await readPlatforms(inner, child.digest, inner.kind === 'index' ? null : child.hint, depth + 1, walk);
    } catch (error) {
      noteFailure(error, child.digest, child.hint, notes);
      return [];
    }
  });
  return lists.flat();
}

interface Child extends Descriptor {
  readonly hint: PlatformHint | null;
}

/** The entries of an index that may be platforms: attestations, artifacts and repetitions are left out. */
function children(entries: readonly unknown[], digest: string, walk: Walk): Child[] {
  const { notes } = walk;
  const result: Child[] = [];
  for (const entry of entries) {
    if (walk.visited.size > notes.limits.platforms) {
      notes.add('limit.platforms', digest, `more than ${notes.limits.platforms} manifests; the rest is not read`);
      break;
    }
    if (isObject(entry) && isNoPlatform(entry)) continue;
    try {
      const descriptor = readDescriptor(entry, digest);
      if (walk.visited.has(descriptor.digest)) continue;
      walk.visited.add(descriptor.digest);
      const platform = isObject(entry) ? entry['platform'] : undefined;
      result.push({ ...descriptor, hint: isObject(platform) ? readHint(platform, descriptor.digest, notes) : null });
    } catch (error) {
      noteFailure(error, digest, null, notes);
    }
  }
  return result;
}

async function readManifest(
  document: ManifestDocument,
  digest: string,
  hint: PlatformHint | null,
  walk: Walk,
): Promise<Platform> {
  const { notes } = walk;
  const config = readDescriptor(document.json['config'], digest);
  const layers = (document.json['layers'] as readonly unknown[]).map((layer) => readDescriptor(layer, digest));
  if (
    !isImageConfig(config.mediaType) ||
    (layers.length > 0 && !layers.some((layer) => isImageLayer(layer.mediaType)))
  ) {
    throw new ImageError(
      'manifest.artifact',
      digest,
      `${digest} is no image but an artifact of type ${artifactType(document, config)}`,
    );
  }
  const bytes = await fetchVerified({ ...config, role: 'config' }, notes.limits.configBytes, walk);
  const json = parseObject(bytes, notes.limits.jsonDepth, 'config.invalid', config.digest);
  return readPlatform(json, { manifestDigest: digest, config, layers, hint }, notes);
}

function artifactType(document: ManifestDocument, config: Descriptor): string {
  const own = document.json['artifactType'];
  return JSON.stringify(typeof own === 'string' && own !== '' ? own.slice(0, 255) : config.mediaType);
}

async function fetchVerified(request: BlobRequest, limit: number, walk: Walk): Promise<Buffer> {
  if (request.size > limit) {
    throw new ImageError(
      'limit.bytes',
      request.digest,
      `${request.role} ${request.digest} of ${request.size} bytes, over ${limit}`,
    );
  }
  walk.blobs += 1;
  const bytes = await walk.fetchBlob(request);
  verifyBlob(bytes, request);
  return bytes;
}

function noteFailure(error: unknown, digest: string, hint: PlatformHint | null, notes: Notes): void {
  if (error instanceof ImageError) {
    if (error.code === 'manifest.artifact') return;
  } else if (!(error instanceof Error) || isPassing(error)) {
    throw error;
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'image.unreadable';
  const platform = hint?.os && hint.architecture ? `${hint.os}/${hint.architecture}: ` : '';
  notes.add(code, digest, `${platform}${error.message.slice(0, 1_000)}`);
}

/** Whether an error will likely be gone at the next try, so that the image must not be stored without the part. */
function isPassing(error: Error): boolean {
  if (error instanceof StowageError) return error.kind === 'unavailable';
  return error.name === 'AbortError' || error.name === 'TimeoutError';
}

function nothingReadable(document: ManifestDocument, digest: string, notes: Notes): ImageError {
  const problems = notes.all();
  const { manifests } = document.json;
  if (Array.isArray(manifests) && manifests.length === 0) {
    return new ImageError('manifest.empty', digest, `${digest} is an index that lists nothing`);
  }
  if (problems.length === 0) return new ImageError('manifest.artifact', digest, `${digest} lists no runnable platform`);
  const reasons = problems.slice(0, 3).map((problem) => problem.message);
  return new ImageError('image.unreadable', digest, `nothing of ${digest} can be read: ${reasons.join('; ')}`);
}

async function mapBounded<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  async function run(): Promise<void> {
    while (next < items.length) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(items[index] as T);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, run));
  return results;
}
