import type { Digest } from '../../domain/digest.ts';
import { documentKind } from '../manifest/media-type.ts';
import { type BlobRequest, ImageError, type ImageReading, readImage } from '../manifest.ts';
import { readWhole } from '../net/body.ts';
import type { Pace } from '../net/pace.ts';
import { streamBlob } from './blobs.ts';
import type { RegistryClient } from './client.ts';
import type { ContentCache } from './content-cache.ts';
import { getManifest } from './manifests.ts';
import type { Tally } from './tally.ts';

/** What reading images of a registry needs. */
export interface ImageReader {
  readonly client: RegistryClient;
  readonly cache: ContentCache;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly tally: Tally;
}

/**
 * Reads one image of a registry by its digest: manifest or index, the manifests below it and their configs. What
 * several images share is fetched once. Layers are not fetched.
 * @throws ImageError when it is no image that can be read; NetError and RegistryError when it cannot be had
 */
export async function readRegistryImage(
  reader: ImageReader,
  repository: string,
  digest: Digest,
  mediaType: string,
): Promise<ImageReading> {
  if (documentKind(mediaType) === 'schema1') {
    const message = `${digest} is a Docker schema 1 manifest; push the image again with a current client`;
    throw new ImageError('manifest.unsupported', digest, message);
  }
  let announced = mediaType;
  const bytes = await reader.cache.get(digest, async () => {
    const manifest = await getManifest(reader.client, repository, digest);
    announced = manifest.mediaType;
    reader.tally.bytes += manifest.bytes.length;
    return manifest.bytes;
  });
  return await readImage({ digest, mediaType: announced, bytes }, (request) => fetchPart(reader, repository, request));
}

function fetchPart(reader: ImageReader, repository: string, request: BlobRequest): Promise<Buffer> {
  const { client, tally } = reader;
  return reader.cache.get(request.digest, async () => {
    if (request.role === 'manifest') {
      const { bytes } = await getManifest(client, repository, request.digest);
      tally.bytes += bytes.length;
      return bytes;
    }
    tally.blobs += 1;
    const blob = { repository, digest: request.digest, size: request.size };
    const bytes = await readWhole(streamBlob(client, blob, reader.pace, reader.signal));
    tally.bytes += bytes.length;
    return bytes;
  });
}
