import type { Digest } from './digest.ts';

/** Where an image is named: registry, repository path, and tag or digest. */
export interface ImageName {
  /** Host with optional port, e.g. `docker.io`; never empty. */
  readonly registry: string;
  /** Path inside the registry, e.g. `library/nginx`. */
  readonly repository: string;
  /** The tag, or null when named by digest only. */
  readonly tag: string | null;
  /** The digest, when the name carries one. */
  readonly digest: Digest | null;
}

// The grammar of github.com/distribution/reference: [domain/]path[:tag][@digest].
const DOMAIN =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** Whether a text is a legal tag. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Whether a text is a legal repository path, at most 255 characters. */
export function isRepository(text: string): boolean {
  return text.length <= 255 && PATH.test(text);
}

/**
 * Reads a Docker-style image name. Without a registry it is `docker.io`, a single segment there is below `library/`.
 * A missing tag stays missing; the caller decides whether that means `latest`.
 * @returns `undefined` when the text is no legal name
 */
export function parseImageName(text: string): ImageName | undefined {
  let rest = text;
  let digest: string | null = null;
  const at = rest.indexOf('@');
  if (at >= 0) {
    digest = rest.slice(at + 1);
    rest = rest.slice(0, at);
    if (!DIGEST.test(digest)) return undefined;
  }
  let tag: string | null = null;
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
    if (!TAG.test(tag)) return undefined;
  }
  let registry = 'docker.io';
  const slash = rest.indexOf('/');
  const head = rest.slice(0, slash);
  if (slash > 0 && (/[.:]/.test(head) || head === 'localhost' || head !== head.toLowerCase())) {
    registry = head === 'index.docker.io' ? 'docker.io' : head;
    rest = rest.slice(slash + 1);
    if (!DOMAIN.test(registry)) return undefined;
  }
  if (!isRepository(rest)) return undefined;
  if (registry === 'docker.io' && !rest.includes('/')) rest = `library/${rest}`;
  return { registry, repository: rest, tag, digest };
}

/** The full text of a name: `registry/repository[:tag][@digest]`. */
export function formatImageName(name: ImageName): string {
  return `${name.registry}/${name.repository}${name.tag === null ? '' : `:${name.tag}`}${name.digest === null ? '' : `@${name.digest}`}`;
}
