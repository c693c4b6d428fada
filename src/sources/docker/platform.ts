/** An engine's `inspect` and `history` of an image as a platform. It knows diff ids but neither blobs nor their sizes. */
import { isDigest } from '../../domain/digest.ts';
import type { Platform } from '../../domain/image.ts';
import { formatRfc3339, SECOND } from '../../domain/time.ts';
import { readPlatform } from '../manifest/config.ts';
import type { JsonObject } from '../manifest/json.ts';
import { MANIFEST_LIMITS } from '../manifest/limits.ts';
import { documentKind } from '../manifest/media-type.ts';
import { Notes } from '../manifest/notes.ts';
import type { EngineImage } from './images.ts';
import { objectOf, objectsOf, textOf, textsOf } from './json.ts';

/** What an engine can tell of one image. */
export interface LocalContent {
  readonly platform: Platform;
  /** Bytes unpacked, the only size an engine knows; null when it says none. */
  readonly size: number | null;
}

/** Joins the two answers. */
export function readLocalContent(image: EngineImage, inspected: unknown, history: unknown): LocalContent {
  const json = objectOf(inspected);
  const os = textOf(json['Os']);
  const diffIds = textsOf(objectOf(json['RootFS'])['Layers']).filter(isDigest);
  const config: JsonObject = {
    created: json['Created'],
    author: json['Author'],
    architecture: json['Architecture'],
    variant: json['Variant'],
    os,
    // Only Windows has one; podman puts the builder's version there.
    ...(os === 'windows' ? { 'os.version': json['OsVersion'] } : {}),
    docker_version: json['DockerVersion'],
    config: json['Config'],
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: readHistory(history, diffIds.length),
  };
  const layers = diffIds.map(() => ({ digest: '', size: 0, mediaType: '' }));
  const isManifest = image.manifest !== undefined && documentKind(image.manifest.mediaType) === 'manifest';
  const parts = { manifestDigest: null, config: { digest: image.id, size: 0 }, layers, hint: null };
  const platform = readPlatform(config, parts, new Notes(MANIFEST_LIMITS));
  const size = json['Size'];
  return {
    size: typeof size === 'number' && Number.isSafeInteger(size) && size > 0 ? size : null,
    platform: {
      ...platform,
      manifestDigest: isManifest ? (image.manifest?.digest ?? null) : null,
      configDigest: image.manifest ? null : image.id,
      size: null,
      layers: platform.layers.map((layer) => ({ ...layer, size: null })),
    },
  };
}

/**
 * The history, oldest first, in the form of a config's. Engines do not say which entries are empty: those that added
 * nothing, if that leaves as many as there are layers; else those whose instruction never adds anything.
 */
function readHistory(history: unknown, layers: number): readonly JsonObject[] {
  const entries = objectsOf(history).toReversed();
  const rules: ((entry: JsonObject) => boolean)[] = [
    (entry) => entry['Size'] === 0,
    (entry) => ONLY_METADATA.test(textOf(entry['CreatedBy'])),
  ];
  const isEmpty = rules.find((rule) => entries.filter((entry) => !rule(entry)).length === layers);
  if (!isEmpty) return [];
  return entries.map((entry) => ({
    created: typeof entry['Created'] === 'number' && entry['Created'] > 0 ? timeText(entry['Created']) : null,
    created_by: entry['CreatedBy'],
    comment: entry['Comment'],
    empty_layer: isEmpty(entry),
  }));
}

const ONLY_METADATA =
  /^(?:\/bin\/sh -c #\(nop\)\s+)?(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b/;

function timeText(seconds: number): string | null {
  const time = seconds * SECOND;
  return Number.isSafeInteger(time) ? formatRfc3339(time) : null;
}
