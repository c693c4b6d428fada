/** What a manifest document is, whichever of the two vocabularies it uses. */
export type DocumentKind = 'index' | 'manifest' | 'schema1';

// image-spec 1.1, media-types.md; distribution, manifest-v2-2.md and manifest-v2-1.md.
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';
export const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar';

const DOCUMENTS: ReadonlyMap<string, DocumentKind> = new Map([
  [OCI_INDEX, 'index'],
  [DOCKER_LIST, 'index'],
  [OCI_MANIFEST, 'manifest'],
  [DOCKER_MANIFEST, 'manifest'],
  ['application/vnd.docker.distribution.manifest.v1+json', 'schema1'],
  ['application/vnd.docker.distribution.manifest.v1+prettyjws', 'schema1'],
]);

/** The media type without parameters, in lower case: `Application/JSON; charset=utf-8` is `application/json`. */
export function bareMediaType(text: string): string {
  const end = text.indexOf(';');
  return (end < 0 ? text : text.slice(0, end)).trim().toLowerCase();
}

/** What kind of manifest document a media type announces; `undefined` for anything else, `application/json` included. */
export function documentKind(mediaType: string): DocumentKind | undefined {
  return DOCUMENTS.get(bareMediaType(mediaType));
}

/** Whether a config of this type describes a runnable image. Docker before 1.10 wrote `application/octet-stream`. */
export function isImageConfig(mediaType: string): boolean {
  const bare = bareMediaType(mediaType);
  return bare === OCI_CONFIG || bare === DOCKER_CONFIG || bare === 'application/octet-stream';
}

/** Whether a layer of this type is part of a file system; signatures and attestations carry other types. */
export function isImageLayer(mediaType: string): boolean {
  return (
    mediaType.startsWith('application/vnd.oci.image.layer.') ||
    mediaType.startsWith('application/vnd.docker.image.rootfs.')
  );
}
