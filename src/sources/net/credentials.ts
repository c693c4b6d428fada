import type { SourceSettings } from '../source.ts';
import { askHelper, type Credential } from './credential-helper.ts';
import { readDockerConfig } from './docker-config.ts';
import { canonicalHost } from './hosts.ts';

export type { Credential } from './credential-helper.ts';

/** What was found for a host, and why a place that should know did not answer. Notes contain no secrets. */
export interface FoundCredential {
  readonly credential: Credential | null;
  readonly notes: readonly string[];
}

/** Milliseconds a credential helper may take. */
const HELPER_TIMEOUT = 10_000;

/** What Docker Hub's credentials are filed under with helpers. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

/**
 * The credential given for a registry host: from Stowage's settings, else from Docker's config file (a helper named
 * for the host, the file's own entry, the store for all). Bound to exactly this `host[:port]`.
 * @throws StowageError when a config file named by the operator cannot be read
 */
export async function findCredential(
  registry: string,
  settings: Pick<SourceSettings, 'registryCredentials' | 'dockerConfig'>,
  signal: AbortSignal,
): Promise<FoundCredential> {
  const host = canonicalHost(registry);
  const own = Object.entries(settings.registryCredentials).find(([key]) => canonicalHost(key) === host)?.[1];
  if (own) return { credential: { kind: 'basic', ...own }, notes: [] };
  const config = await readDockerConfig(settings.dockerConfig);
  const named = config.helpers.get(host);
  if (named) return await fromHelper(named.helper, named.server, signal);
  const filed = config.auths.get(host) ?? null;
  if (filed || config.store === null) return { credential: filed, notes: [] };
  return await fromHelper(config.store, host === 'docker.io' ? DOCKER_HUB_KEY : registry, signal);
}

async function fromHelper(helper: string, server: string, signal: AbortSignal): Promise<FoundCredential> {
  try {
    return { credential: await askHelper(helper, server, { timeout: HELPER_TIMEOUT, signal }), notes: [] };
  } catch (error) {
    signal.throwIfAborted();
    return { credential: null, notes: [error instanceof Error ? error.message : 'the credential helper failed'] };
  }
}
