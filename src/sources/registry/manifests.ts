import { createHash } from 'node:crypto';
import { type Digest, digestAlgorithm, isDigest } from '../../domain/digest.ts';
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from '../manifest/media-type.ts';
import { ImageError, MANIFEST_LIMITS, type RootManifest } from '../manifest.ts';
import type { HttpHead } from '../net/client.ts';
import { type RegistryClient, type RegistryRequest, repositoryScope } from './client.ts';
import { RegistryError } from './error.ts';

const ACCEPT = [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST].join(', ');

/** What a tag or digest leads to, as far as a HEAD tells. */
export interface ManifestHead {
  readonly digest: Digest;
  /** '' when not said. */
  readonly mediaType: string;
  /** The manifest itself, when it had to be fetched to learn its digest. */
  readonly manifest: RootManifest | null;
}

/**
 * Asks what a tag or digest leads to: by HEAD; by GET where a registry has no HEAD or gives no digest with it.
 * @throws RegistryError `registry.not-found`, `registry.denied`, `registry.protocol`; ImageError; NetError
 */
export async function headManifest(
  client: RegistryClient,
  repository: string,
  reference: string,
): Promise<ManifestHead> {
  const answer = await client.ask({ ...manifestRequest(repository, reference), method: 'HEAD' });
  const digest = answer.status === 200 ? announcedDigest(answer) : undefined;
  if (digest !== undefined) return { digest, mediaType: answer.headers.get('content-type') ?? '', manifest: null };
  if (answer.status !== 200 && answer.status !== 405 && answer.status !== 501 && answer.status !== 400) {
    throw RegistryError.fromAnswer(answer, `${client.name}/${repository}, ${reference}`);
  }
  const manifest = await getManifest(client, repository, reference);
  return { digest: manifest.digest, mediaType: manifest.mediaType, manifest };
}

/**
 * Fetches a manifest or index. Its digest is the one it was asked by, else the one announced with it, else sha256; in
 * every case the content has been hashed and is what the digest says.
 * @throws ImageError `digest.mismatch`, `blob.missing`; RegistryError; NetError
 */
export async function getManifest(
  client: RegistryClient,
  repository: string,
  reference: string,
): Promise<RootManifest> {
  const answer = await client.ask(manifestRequest(repository, reference));
  if (answer.status !== 200) throw RegistryError.fromAnswer(answer, `${client.name}/${repository}, ${reference}`);
  const digest = isDigest(reference) ? reference : (announcedDigest(answer) ?? hash('sha256', answer.body));
  const found = hash(digestAlgorithm(digest), answer.body);
  if (found !== digest) {
    throw new ImageError('digest.mismatch', digest, `the manifest named ${digest} has the digest ${found}`);
  }
  return { digest, mediaType: answer.headers.get('content-type') ?? '', bytes: answer.body };
}

function manifestRequest(repository: string, reference: string): RegistryRequest {
  return {
    method: 'GET',
    path: `/v2/${repository}/manifests/${reference}`,
    headers: { accept: ACCEPT },
    scope: repositoryScope(repository),
    limit: MANIFEST_LIMITS.manifestBytes,
  };
}

function announcedDigest(answer: HttpHead): Digest | undefined {
  const text = answer.headers.get('docker-content-digest')?.trim();
  return text !== undefined && isDigest(text) ? text : undefined;
}

function hash(algorithm: string, bytes: Buffer): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
