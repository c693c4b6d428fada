/** Image config to platform (image-spec 1.1 config.md; Docker image spec v1.2 for `docker_version`). */
import { isDigest } from '../../domain/digest.ts';
import type { Layer, Platform } from '../../domain/image.ts';
import type { Descriptor } from './document.ts';
import { keys, pairs, textOrNull, texts, timeOrNull } from './fields.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Notes } from './notes.ts';

/** What an index says about the platform of an entry. */
export interface PlatformHint {
  readonly os: string | null;
  readonly architecture: string | null;
  readonly variant: string | null;
  readonly osVersion: string | null;
}

/** Reads `platform` of an index entry or the same members of a config. */
export function readHint(value: unknown, part: string, notes: Notes): PlatformHint {
  const json: JsonObject = isObject(value) ? value : {};
  return {
    os: textOrNull(json['os'], `os of ${part}`, notes),
    architecture: textOrNull(json['architecture'], `architecture of ${part}`, notes),
    variant: textOrNull(json['variant'], `variant of ${part}`, notes),
    osVersion: textOrNull(json['os.version'], `os.version of ${part}`, notes),
  };
}

/** What is known of a platform besides its config. */
export interface PlatformParts {
  readonly manifestDigest: string | null;
  readonly config: Pick<Descriptor, 'digest' | 'size'>;
  /** A digest may be '' where it is not known (a layer missing from an archive). */
  readonly layers: readonly Descriptor[];
  /** What the index says, when the manifest stands in one. */
  readonly hint: PlatformHint | null;
}

/** Builds a platform. Whatever of the config has the wrong form is noted and left out. */
export function readPlatform(json: JsonObject, parts: PlatformParts, notes: Notes): Platform {
  const part = parts.manifestDigest ?? parts.config.digest;
  const own = readHint(json, part, notes);
  for (const field of ['os', 'architecture'] as const) {
    if (parts.hint?.[field] && own[field] && parts.hint[field] !== own[field]) {
      notes.add(
        'platform.mismatch',
        part,
        `the index says ${field} ${parts.hint[field]}, the config ${own[field]}; the index is followed`,
      );
    }
  }
  const run: JsonObject = isObject(json['config']) ? json['config'] : {};
  return {
    manifestDigest: parts.manifestDigest,
    configDigest: parts.config.digest,
    os: parts.hint?.os ?? own.os,
    architecture: parts.hint?.architecture ?? own.architecture,
    variant: parts.hint?.variant ?? own.variant,
    osVersion: parts.hint?.osVersion ?? own.osVersion,
    size: parts.layers.reduce((sum, layer) => sum + layer.size, parts.config.size),
    builtAt: timeOrNull(json['created'], `created of ${part}`, notes),
    author: textOrNull(json['author'], `author of ${part}`, notes),
    user: textOrNull(run['User'], `User of ${part}`, notes),
    workingDir: textOrNull(run['WorkingDir'], `WorkingDir of ${part}`, notes),
    command: texts(run['Cmd'], `Cmd of ${part}`, notes),
    entrypoint: texts(run['Entrypoint'], `Entrypoint of ${part}`, notes),
    volumes: keys(run['Volumes'], `Volumes of ${part}`, notes),
    exposedPorts: keys(run['ExposedPorts'], `ExposedPorts of ${part}`, notes),
    env: texts(run['Env'], `Env of ${part}`, notes),
    dockerVersion: textOrNull(json['docker_version'], `docker_version of ${part}`, notes),
    labels: pairs(run['Labels'], `Labels of ${part}`, notes),
    layers: readLayers(json, parts.layers, part, notes),
  };
}

/**
 * Joins blobs, diff ids and history. The n-th history entry that is not `empty_layer` made the n-th layer; when the
 * counts differ nobody can say which made which, so the instructions are left out and the mismatch is noted.
 */
export function readLayers(json: JsonObject, blobs: readonly Descriptor[], part: string, notes: Notes): Layer[] {
  const rootfs: JsonObject = isObject(json['rootfs']) ? json['rootfs'] : {};
  const diffIds: readonly unknown[] = Array.isArray(rootfs['diff_ids']) ? rootfs['diff_ids'] : [];
  if (diffIds.length !== blobs.length) {
    notes.add(
      'layers.mismatch',
      part,
      `the manifest has ${blobs.length} layers, the config ${diffIds.length} diff ids`,
    );
  }
  const kept = cut(blobs, notes.limits.layers, 'layers', part, notes);
  const layers = kept.map((blob, i): Layer => {
    const diffId = diffIds.length === blobs.length ? diffIds[i] : undefined;
    const good = typeof diffId === 'string' && isDigest(diffId);
    if (diffId !== undefined && !good) notes.add('digest.invalid', part, `diff id ${i} is no digest`);
    return {
      ...BARE,
      digest: blob.digest === '' ? null : blob.digest,
      diffId: good ? diffId : null,
      size: blob.size,
      mediaType: blob.mediaType || null,
    };
  });
  const raw = Array.isArray(json['history']) ? json['history'] : [];
  if (raw.length === 0) return layers;
  const history = raw.map((entry) => (isObject(entry) ? entry : {}));
  const filled = history.filter((entry) => entry['empty_layer'] !== true).length;
  if (filled !== blobs.length) {
    notes.add(
      'history.mismatch',
      part,
      `the history has ${filled} entries with content, the manifest ${blobs.length} layers`,
    );
    return layers;
  }
  const joined: Layer[] = [];
  let next = 0;
  for (const entry of cut(history, notes.limits.history, 'history', part, notes)) {
    const made = {
      createdBy: textOrNull(entry['created_by'], `created_by of ${part}`, notes),
      builtAt: timeOrNull(entry['created'], `history of ${part}`, notes),
      author: textOrNull(entry['author'], `author of ${part}`, notes),
      comment: textOrNull(entry['comment'], `comment of ${part}`, notes),
    };
    if (entry['empty_layer'] === true) {
      joined.push({ ...BARE, ...made, empty: true });
      continue;
    }
    const layer = layers[next];
    next += 1;
    if (layer) joined.push({ ...layer, ...made });
  }
  // What a cut history does not reach is still part of the image.
  return [...joined, ...layers.slice(next)];
}

const BARE: Layer = {
  digest: null,
  diffId: null,
  size: null,
  mediaType: null,
  createdBy: null,
  builtAt: null,
  author: null,
  comment: null,
  empty: false,
};

function cut<T>(list: readonly T[], most: number, what: string, part: string, notes: Notes): readonly T[] {
  if (list.length <= most) return list;
  notes.add('limit.entries', `${what} of ${part}`, `${list.length} entries; the first ${most} are kept`);
  return list.slice(0, most);
}
