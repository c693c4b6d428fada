import { canonicalHost, hostAndPort } from '../net/hosts.ts';
import { RegistryError } from './error.ts';

/** Token servers that belong to a registry although they stand on another host. */
const WELL_KNOWN: ReadonlyMap<string, string> = new Map([['docker.io', 'auth.docker.io']]);

/** A token server and whether it may be sent the registry's credential. */
export interface Realm {
  readonly url: URL;
  readonly trusted: boolean;
}

/**
 * Reads the realm a registry names. Its credential may go there only if it is the registry's own host and port, a
 * well-known pair, or a pair the operator listed.
 * @throws RegistryError `registry.realm` when it is no http address or less protected than the registry
 */
export function readRealm(
  text: string | undefined,
  registry: string,
  base: URL,
  listed: Readonly<Record<string, readonly string[]>>,
): Realm {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') {
    throw refused(`${registry} names a token server that is no http address`);
  }
  if (base.protocol === 'https:' && url.protocol === 'http:') {
    throw refused(
      `${registry} is asked over https but names a token server on plain http (${url.host}), which is not used`,
    );
  }
  const trusted =
    hostAndPort(url) === hostAndPort(base) ||
    url.host === WELL_KNOWN.get(registry) ||
    realmsOf(registry, listed).some((host) => host === url.host || host === hostAndPort(url));
  return { url, trusted };
}

/** The token servers the operator listed for a registry, lower case. */
export function realmsOf(registry: string, listed: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.entries(listed)
    .filter(([key]) => canonicalHost(key) === registry)
    .flatMap(([, hosts]) => hosts.map((host) => host.toLowerCase()));
}

function refused(message: string): RegistryError {
  return new RegistryError('invalid', 'registry.realm', message);
}
