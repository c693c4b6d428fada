import { StowageError } from '../../domain/error.ts';

/** What can be wrong with an image as a whole or with one part of it. The codes are part of the interface. */
export type ImageErrorCode =
  | 'manifest.ambiguous' // index and manifest in one, or a media type that contradicts the content
  | 'manifest.artifact' // no image: an attestation, signature, chart or other artifact
  | 'manifest.empty' // an index that lists nothing
  | 'manifest.invalid' // not JSON, or not of the form the specification gives
  | 'manifest.unsupported' // a form that is not read, e.g. Docker schema 1
  | 'config.invalid'
  | 'digest.invalid' // no digest, or of an algorithm that cannot be verified
  | 'digest.mismatch' // the content is not what its name says
  | 'size.mismatch'
  | 'blob.missing'
  | 'archive.truncated' // the file ends before the archive does
  | 'archive.corrupt'
  | 'archive.unsupported' // neither an OCI nor a Docker archive, or compressed in a way that is not read
  | 'limit.entries'
  | 'limit.ratio'
  | 'limit.bytes'
  | 'limit.depth'
  | 'limit.platforms'
  | 'image.unreadable'; // nothing of it could be read

/** An image, or a part of one, that cannot be taken in. `manifest.artifact` is no fault: callers skip it. */
export class ImageError extends StowageError {
  declare readonly code: ImageErrorCode;
  /** The part it concerns: a digest, a file name. */
  readonly part: string;

  constructor(code: ImageErrorCode, part: string, message: string, cause?: unknown) {
    super('invalid', code, message, cause === undefined ? {} : { cause });
    this.name = 'ImageError';
    this.part = part;
  }
}

/** Whether an error only says that the manifest is no image (an attestation, a signature, a chart). */
export function isArtifact(error: unknown): boolean {
  return error instanceof ImageError && error.code === 'manifest.artifact';
}
