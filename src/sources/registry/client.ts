import type { LookupFunction } from 'node:net';
import { parseNetworks } from '../net/addresses.ts';
import { type HttpAnswer, type HttpClient, type HttpStream, httpClient } from '../net/client.ts';
import { findCredential } from '../net/credentials.ts';
import { NetError } from '../net/errors.ts';
import { apiHost, mayUsePlainHttp } from '../net/hosts.ts';
import type { Pace } from '../net/pace.ts';
import { trustStore } from '../net/trust-store.ts';
import type { SourceSettings } from '../source.ts';
import { type Authentication, authentication } from './authentication.ts';
import { RegistryError, statusText } from './error.ts';
import { realmsOf } from './realm.ts';

/** A request below `/v2/`. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD';
  /** Starts with `/v2/`. */
  readonly path: string;
  /** Query with its question mark, or ''. */
  readonly search?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Token scope; null when none applies. */
  readonly scope: string | null;
  /** Bytes. */
  readonly limit: number;
}

/** One registry, connected and ready to be asked. A 401 never comes back: it is answered, or a RegistryError. */
export interface RegistryClient {
  /** Canonical name, as in references. */
  readonly name: string;
  /** Host that answers, as errors name it. */
  readonly host: string;
  ask(request: RegistryRequest): Promise<HttpAnswer>;
  /** The body comes as it is read; see HttpClient.stream. */
  askStream(request: RegistryRequest): Promise<HttpStream>;
  close(): Promise<void>;
}

export interface RegistryClientOptions {
  /** Canonical name. */
  readonly registry: string;
  readonly settings: SourceSettings;
  readonly signal: AbortSignal;
  readonly pace: Pace;
  /** Name resolution; the system's when left out. */
  readonly lookup?: LookupFunction;
}

/** The scope to read one repository. */
export function repositoryScope(repository: string): string {
  return `repository:${repository}:pull`;
}

/**
 * Connects to a registry: finds out whether it speaks https or (where allowed) plain http, and how it authenticates.
 * @throws StowageError when it cannot be reached, is no registry, or the settings are wrong
 */
export async function connectRegistry(options: RegistryClientOptions): Promise<RegistryClient> {
  const { registry, settings, signal, pace } = options;
  const https = new URL(`https://${apiHost(registry)}`);
  const http = new URL(`http://${apiHost(registry)}`);
  const mayBePlain = mayUsePlainHttp(http, settings.registryHttp);
  const client = httpClient({
    guard: {
      trusted: trustedHosts(options, https, http),
      allowed: parseNetworks(settings.allowNetworks),
      lookup: options.lookup,
    },
    connect: { secureContext: await trustStore(settings.registryCa), timeout: pace.connectTimeout },
    pace,
    concurrency: settings.concurrency,
    plainHttp: settings.registryHttp,
  });
  try {
    const found = await findCredential(registry, settings, signal);
    const base = await answeringBase(client, mayBePlain ? [https, http] : [https], signal);
    const trustedRealms = settings.trustedRealms ?? {};
    const access = authentication({ registry, base, client, found, trustedRealms });
    return registryClient(registry, base, client, access, signal);
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** Hosts whose addresses are not questioned: what the operator named, unless the name came from somewhere else. */
function trustedHosts({ registry, settings }: RegistryClientOptions, https: URL, http: URL): ReadonlySet<string> {
  const named = settings.untrustedAddress
    ? []
    : [`${https.hostname}:${https.port || '443'}`, `${http.hostname}:${http.port || '80'}`];
  const realms = realmsOf(registry, settings.trustedRealms ?? {}).map((host) => {
    return /:\d+$/.test(host) ? host : `${host}:443`;
  });
  return new Set([...named, ...realms]);
}

/** The first of the addresses that answers as a registry does. */
async function answeringBase(client: HttpClient, bases: readonly URL[], signal: AbortSignal): Promise<URL> {
  for (const base of bases) {
    const isLast = base === bases.at(-1);
    try {
      const url = new URL('/v2/', base);
      const answer = await client.fetch({ method: 'GET', url, limit: 64 * 1024, signal, retries: isLast ? 2 : 0 });
      if (answer.status === 200 || answer.status === 401) return base;
      throw new RegistryError(
        answer.status === 403 ? 'forbidden' : 'invalid',
        answer.status === 403 ? 'registry.denied' : 'registry.protocol',
        `${base.host} does not answer as a registry: ${url.href} gives ${statusText(answer)}`,
      );
    } catch (error) {
      const isOtherProtocol =
        error instanceof NetError && ['net.tls-protocol', 'net.connect', 'net.timeout'].includes(error.code);
      if (isLast || !isOtherProtocol) throw error;
    }
  }
  throw new RegistryError('invalid', 'registry.protocol', 'no address to ask');
}

function registryClient(
  name: string,
  base: URL,
  client: HttpClient,
  access: Authentication,
  signal: AbortSignal,
): RegistryClient {
  /** Asks with the authorisation known so far, and again with what a refusal teaches. */
  async function authorised<T extends HttpAnswer | HttpStream>(
    request: RegistryRequest,
    send: (url: URL, authorization: string | undefined) => Promise<T>,
  ): Promise<T> {
    const url = new URL(base);
    url.pathname = request.path;
    url.search = request.search ?? '';
    for (let tries = 0; ; tries += 1) {
      const authorization = await access.header(request.scope, signal);
      const answer = await send(url, authorization);
      if (answer.status !== 401) return answer;
      if ('discard' in answer) await answer.discard();
      if (answer.url.origin !== base.origin) {
        const message = `${name} leads to ${answer.url.host}, which wants a credential of its own`;
        throw new RegistryError('forbidden', 'registry.denied', message);
      }
      const challenges = answer.headers.get('www-authenticate');
      await access.refused({ challenges, scope: request.scope, sent: authorization, tries });
    }
  }

  return {
    name,
    host: base.host,
    ask: ({ method, headers, limit, ...request }) =>
      authorised({ method, headers, limit, ...request }, (url, authorization) =>
        client.fetch({ method, url, headers, authorization, limit, signal }),
      ),
    askStream: ({ method, headers, limit, ...request }) =>
      authorised({ method, headers, limit, ...request }, (url, authorization) =>
        client.stream({ method, url, headers, authorization, limit, signal }),
      ),
    close: () => client.close(),
  };
}
