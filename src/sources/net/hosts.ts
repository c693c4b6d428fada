import { literalAddress } from './addresses.ts';

const DOCKER_HUB = 'docker.io';
const DOCKER_HUB_NAMES: ReadonlySet<string> = new Set([DOCKER_HUB, 'index.docker.io', 'registry-1.docker.io']);

/** The one name of a registry that has several: Docker Hub's are all `docker.io`. Lower case, default https port dropped. */
export function canonicalHost(host: string): string {
  const plain = host.toLowerCase().replace(/:443$/, '');
  return DOCKER_HUB_NAMES.has(plain) ? DOCKER_HUB : plain;
}

/** The host that answers the registry API for a canonical registry name. */
export function apiHost(registry: string): string {
  return canonicalHost(registry) === DOCKER_HUB ? 'registry-1.docker.io' : registry;
}

/** Host and port of a URL with the default port written out, the form trust is given in. */
export function hostAndPort(url: URL): string {
  return `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port}`;
}

/** Whether a host name or literal is this machine itself. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return literalAddress(name)?.range() === 'loopback';
}

/** Whether plain http may be spoken with this host: loopback always, others when the operator lists `host` or `host:port`. */
export function mayUsePlainHttp(url: URL, listed: readonly string[]): boolean {
  if (isLoopback(url.hostname)) return true;
  const withPort = hostAndPort(url);
  return listed.some((entry) => {
    const name = entry.toLowerCase();
    return name === url.hostname || name === url.host || name === withPort;
  });
}
