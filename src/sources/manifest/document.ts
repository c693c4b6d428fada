/** Reads a manifest document and says what it is (image-spec 1.1 manifest.md and image-index.md; CVE-2021-41190). */
import { isDigest } from '../../domain/digest.ts';
import { ImageError } from './error.ts';
import { isObject, type JsonObject, parseObject } from './json.ts';
import {
  bareMediaType,
  type DocumentKind,
  documentKind,
  isImageConfig,
  OCI_INDEX,
  OCI_MANIFEST,
} from './media-type.ts';

/** Points at content: what it is, how it is named, how long it is (image-spec descriptor.md). `urls` are never followed. */
export interface Descriptor {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly mediaType: string;
}

/** An index or a manifest, known to be only one of them. */
export interface ManifestDocument {
  readonly kind: 'index' | 'manifest';
  readonly mediaType: string;
  readonly json: JsonObject;
}

/**
 * Reads an index or manifest.
 * @param announced the media type it came with (Content-Type, descriptor); generic ones such as `application/json` do not count
 * @throws ImageError `manifest.ambiguous`, `manifest.invalid`, `manifest.unsupported`, `limit.depth`
 */
export function readDocument(bytes: Uint8Array, announced: string, depth: number, part: string): ManifestDocument {
  const json = parseObject(bytes, depth, 'manifest.invalid', part);
  const own = typeof json['mediaType'] === 'string' ? bareMediaType(json['mediaType']) : undefined;
  const came = documentKind(announced) === undefined ? undefined : bareMediaType(announced);
  const shape = shapeOf(json, part);
  if (own !== undefined && came !== undefined && own !== came) {
    throw ambiguous(part, `it calls itself ${JSON.stringify(own)} but was announced as ${came}`);
  }
  const mediaType = own ?? came ?? (shape === 'index' ? OCI_INDEX : OCI_MANIFEST);
  const said = documentKind(mediaType);
  if (said === 'schema1' || shape === 'schema1') {
    throw new ImageError(
      'manifest.unsupported',
      part,
      `${part} is a Docker schema 1 manifest; push the image again with a current client`,
    );
  }
  if (said === undefined) {
    throw new ImageError(
      'manifest.unsupported',
      part,
      `${part} is of type ${JSON.stringify(mediaType)}, which is no image manifest or index`,
    );
  }
  if (said !== shape) throw ambiguous(part, `its media type says ${said}, its content ${shape}`);
  return { kind: said, mediaType, json };
}

/**
 * Checks a descriptor.
 * @throws ImageError `manifest.invalid` or `digest.invalid`
 */
export function readDescriptor(value: unknown, part: string): Descriptor {
  if (!isObject(value)) throw new ImageError('manifest.invalid', part, `${part} has an entry that is no descriptor`);
  const { digest, size, mediaType } = value;
  if (typeof digest !== 'string' || !isDigest(digest)) {
    throw new ImageError(
      'digest.invalid',
      part,
      `${part} names a digest that cannot be verified: ${JSON.stringify(digest)?.slice(0, 100)}`,
    );
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new ImageError('manifest.invalid', part, `${part} gives no size for ${digest}`);
  }
  return { digest, size, mediaType: typeof mediaType === 'string' && MEDIA_TYPE.test(mediaType) ? mediaType : '' };
}

/**
 * Whether an index entry says of itself that it is no platform: BuildKit's attestations (an annotation and the platform
 * `unknown/unknown`) and artifacts.
 */
export function isNoPlatform(entry: JsonObject): boolean {
  const { annotations, platform, artifactType } = entry;
  if (typeof artifactType === 'string' && artifactType !== '' && !isImageConfig(artifactType)) return true;
  if (isObject(annotations) && annotations['vnd.docker.reference.type'] !== undefined) return true;
  return isObject(platform) && platform['os'] === 'unknown' && platform['architecture'] === 'unknown';
}

const MEDIA_TYPE = /^[\x21-\x7e][\x20-\x7e]{0,254}$/;
const DECISIVE = ['mediatype', 'manifests', 'layers', 'config', 'fslayers'];

// Keys are compared without case: other readers (Go's encoding/json) would take `Layers` for `layers`.
function shapeOf(json: JsonObject, part: string): DocumentKind {
  const names = Object.keys(json)
    .map((key) => key.toLowerCase())
    .filter((key) => DECISIVE.includes(key));
  const has = (name: string): boolean => names.includes(name);
  if (new Set(names).size < names.length) throw ambiguous(part, 'it has the same member twice in different case');
  if (has('manifests') && (has('layers') || has('config') || has('fslayers'))) {
    throw ambiguous(part, 'it has the members of an index and of a manifest');
  }
  if (has('layers') && has('fslayers')) throw ambiguous(part, 'it has the members of two versions of a manifest');
  if (Array.isArray(json['manifests'])) return 'index';
  if (isObject(json['config']) && Array.isArray(json['layers'])) return 'manifest';
  if (Array.isArray(json['fsLayers'])) return 'schema1';
  throw new ImageError(
    'manifest.invalid',
    part,
    `${part} is neither an index (manifests) nor a manifest (config and layers)`,
  );
}

function ambiguous(part: string, why: string): ImageError {
  return new ImageError('manifest.ambiguous', part, `${part} is refused as ambiguous: ${why}`);
}
