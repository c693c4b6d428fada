import { type Digest, isDigest } from '../../domain/digest.ts';
import { invalid, type StowageError } from '../../domain/error.ts';
import { isRepository, isTag } from '../../domain/reference.ts';
import { canonicalHost } from '../net/hosts.ts';

/** What a registry URI names: all of a registry, one repository, or one image in it. */
export interface RegistryTarget {
  /** Canonical `host[:port]`. */
  readonly registry: string;
  readonly repository: string | null;
  readonly tag: string | null;
  readonly digest: Digest | null;
}

/** A target with the credential that stood in the URI. */
export interface ParsedRegistryUri {
  readonly target: RegistryTarget;
  readonly secrets: { readonly username: string; readonly password: string } | null;
}

const FORM = 'registry://host[:port][/repository[:tag|@digest]]';
const URI = /^registry:\/\/(?:(?<user>[^/]*)@)?(?<host>[^/@?#]+)(?:\/(?<path>[^?#]*))?$/;
const PATH = /^(?<repository>[^:@]+)(?::(?<tag>[^@:]+)|@(?<digest>.+))?$/;

/**
 * Reads `registry://[user:password@]host[:port][/repository[:tag|@digest]]`.
 * @throws StowageError that says which part is wrong; it never repeats the user part
 */
export function parseRegistryUri(uri: string): ParsedRegistryUri {
  const groups = URI.exec(uri)?.groups;
  if (!groups) throw wrong(`a registry is written ${FORM}`);
  const registry = readHost(groups['host'] ?? '');
  const secrets = groups['user'] === undefined ? null : readUser(groups['user']);
  const path = (groups['path'] ?? '').replace(/\/$/, '');
  if (path === '') return { target: { registry, repository: null, tag: null, digest: null }, secrets };
  const parts = PATH.exec(path)?.groups;
  const { repository = '', tag = null, digest = null } = parts ?? {};
  if (!isRepository(repository)) throw wrong(`${JSON.stringify(path)} is no repository name with an optional tag`);
  if (tag !== null && !isTag(tag)) throw wrong(`${JSON.stringify(tag)} is no tag`);
  if (digest !== null && !isDigest(digest)) throw wrong(`${JSON.stringify(digest)} is no digest (sha256:...)`);
  const full = registry === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository;
  return { target: { registry, repository: full, tag, digest }, secrets };
}

/** The URI of a target, without any secret. */
export function formatRegistryUri({ registry, repository, tag, digest }: RegistryTarget): string {
  const path = repository === null ? '' : `/${repository}`;
  return `registry://${registry}${path}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
}

function readHost(text: string): string {
  const url = URL.canParse(`https://${text}`) ? new URL(`https://${text}`) : undefined;
  if (!url || url.hostname === '' || url.port === '0') throw wrong(`${JSON.stringify(text)} is no host[:port]`);
  return canonicalHost(url.host);
}

function readUser(text: string): { username: string; password: string } {
  const colon = text.indexOf(':');
  try {
    const username = decodeURIComponent(colon < 0 ? text : text.slice(0, colon));
    const password = decodeURIComponent(colon < 0 ? '' : text.slice(colon + 1));
    if (username !== '' && password !== '') return { username, password };
  } catch {
    // Falls through to the error below, which names no part of it.
  }
  throw wrong('the part before @ is user:password, percent-encoded');
}

function wrong(what: string): StowageError {
  return invalid('source.registry-uri', `${what}; the form is ${FORM}`, 'source');
}
