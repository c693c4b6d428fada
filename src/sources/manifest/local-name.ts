/** What an image in a local folder or file is called. */
import { basename } from 'node:path';
import { isRepository, isTag, parseImageName } from '../../domain/reference.ts';

/** A reference as sources report it. */
export interface FoundReference {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | null;
}

/** Registry of names that say of themselves only where they lie: not a host, never asked. */
export const LOCAL_REGISTRY = 'localhost';

/**
 * The repository an image without a full name gets: the last part of the path without archive suffix, in the alphabet
 * of repositories. `/srv/Images/My App 1.2.tar.gz` is `my-app-1.2`.
 */
export function localRepository(path: string): string {
  const name = basename(path)
    .toLowerCase()
    .replace(/\.(?:tgz|tzst|tar(?:\.(?:gz|zst|zstd))?)$/, '')
    .replace(/[^a-z0-9]+/g, (marks) => (marks === '.' || marks === '_' ? marks : '-'))
    .slice(0, 128)
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return isRepository(name) ? name : 'image';
}

/**
 * Reads the name an OCI layout gives (`org.opencontainers.image.ref.name`): a full reference is taken as it is, a bare
 * tag belongs to `localhost/<local>`, a name without registry stands below `localhost`.
 * @returns `undefined` when it is neither
 */
export function layoutReference(name: string, local: string): FoundReference | undefined {
  if (isTag(name)) return { registry: LOCAL_REGISTRY, repository: local, tag: name };
  const parsed = parseImageName(name);
  if (!parsed) return undefined;
  const { registry, repository, tag } = parsed;
  if (name.startsWith(`${registry}/`) || name.startsWith('index.docker.io/')) return { registry, repository, tag };
  return {
    registry: LOCAL_REGISTRY,
    repository: repository.replace(/^library\//, name.startsWith('library/') ? 'library/' : ''),
    tag,
  };
}

/** Reads a name as Docker writes it: without registry it is `docker.io`, without tag `latest` is not assumed. */
export function dockerReference(name: string): FoundReference | undefined {
  const parsed = parseImageName(name);
  return parsed && { registry: parsed.registry, repository: parsed.repository, tag: parsed.tag };
}

/** A reference as text, for messages and as a key. */
export function referenceText(reference: FoundReference): string {
  return `${reference.registry}/${reference.repository}${reference.tag === null ? '' : `:${reference.tag}`}`;
}
