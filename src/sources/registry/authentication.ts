import { type Challenge, parseChallenges } from '../net/challenge.ts';
import type { HttpClient } from '../net/client.ts';
import type { FoundCredential } from '../net/credentials.ts';
import { RegistryError } from './error.ts';
import { type Realm, readRealm } from './realm.ts';
import { basic, fetchToken } from './tokens.ts';

/** How requests to one registry are authorised. */
export interface Authentication {
  /** The `Authorization` value for something in the registry, as far as it is known what it wants. */
  header(scope: string | null, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Learns from a 401. Returns when another try with a new header makes sense.
   * @throws RegistryError when there is nothing more to try, saying what to do
   */
  refused(refusal: Refusal): Promise<void>;
}

/** A request that was answered with 401. */
export interface Refusal {
  /** The `WWW-Authenticate` header. */
  readonly challenges: string | undefined;
  readonly scope: string | null;
  /** The `Authorization` the request carried. */
  readonly sent: string | undefined;
  /** How often this request was refused before. */
  readonly tries: number;
}

export interface AuthenticationOptions {
  /** Canonical registry name. */
  readonly registry: string;
  /** Where its API is. */
  readonly base: URL;
  readonly client: HttpClient;
  readonly found: FoundCredential;
  readonly trustedRealms: Readonly<Record<string, readonly string[]>>;
}

interface Bearer {
  readonly kind: 'bearer';
  readonly realm: Realm;
  readonly service: string | undefined;
}

type Mode = { readonly kind: 'none' } | { readonly kind: 'basic' } | Bearer;

/** A token that is here or on its way. */
interface Entry {
  readonly value: Promise<string>;
  /** On the clock of `performance.now()`. */
  refreshAt: number;
}

/** Tokens kept; more scopes than this and the oldest are fetched again when needed. */
const TOKENS = 1_000;

/** A registry that asks for yet another scope each time is not followed further than this. */
const MAX_TRIES = 3;

/**
 * Basic and bearer authentication. Tokens are kept per scope and fetched again before they end; requests that need the
 * same one at the same time share it. Only read rights are ever asked for.
 */
export function authentication(options: AuthenticationOptions): Authentication {
  const { registry, found } = options;
  const tokens = new Map<string, Entry>();
  /** What a registry wants beyond the usual scope, by usual scope. */
  const more = new Map<string, string>();
  let mode: Mode = { kind: 'none' };

  async function header(scope: string | null, signal: AbortSignal): Promise<string | undefined> {
    if (mode.kind === 'none') return undefined;
    if (mode.kind === 'basic') return found.credential?.kind === 'basic' ? basic(found.credential) : undefined;
    const key = scope ?? '';
    const kept = tokens.get(key);
    if (kept && kept.refreshAt > performance.now()) return `Bearer ${await kept.value}`;
    if (tokens.size >= TOKENS) tokens.delete(tokens.keys().next().value ?? '');
    const entry: Entry = { refreshAt: Number.POSITIVE_INFINITY, value: fetchInto(mode, key, signal) };
    entry.value.catch(() => forget(key, entry));
    tokens.set(key, entry);
    return `Bearer ${await entry.value}`;
  }

  async function fetchInto({ realm, service }: Bearer, key: string, signal: AbortSignal): Promise<string> {
    const scopes = new Set([key, ...(more.get(key) ?? '').split(' ')].filter((scope) => scope !== ''));
    const credential = realm.trusted ? found.credential : null;
    try {
      const request = { realm: realm.url, service, scopes: [...scopes], credential, signal };
      const token = await fetchToken(options.client, request);
      const entry = tokens.get(key);
      if (entry) entry.refreshAt = token.refreshAt;
      return token.value;
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== 'registry.denied') throw error;
      throw refusedToken(error.message, realm);
    }
  }

  function forget(key: string, entry: Entry): void {
    if (tokens.get(key) === entry) tokens.delete(key);
  }

  async function refused(refusal: Refusal): Promise<void> {
    const { scope, sent } = refusal;
    const offered = parseChallenges(refusal.challenges ?? '');
    const bearer = offered.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
    if (bearer) return await refusedBearer(bearer, refusal);
    if (!offered.some(({ scheme }) => scheme === 'basic')) {
      throw denied(`asks for a kind of authentication that is not known here${scope === null ? '' : ` (${scope})`}`);
    }
    if (sent?.startsWith('Basic ')) throw denied('does not accept the user and password given for it');
    if (found.credential?.kind !== 'basic') throw denied('wants a user and password');
    mode = { kind: 'basic' };
  }

  async function refusedBearer({ parameters }: Challenge, { scope, sent, tries }: Refusal): Promise<void> {
    const realm = readRealm(parameters.get('realm'), registry, options.base, options.trustedRealms);
    const key = scope ?? '';
    const wanted = readOnly(parameters.get('scope'));
    const isNews = wanted !== undefined && wanted !== scope && wanted !== more.get(key);
    mode = { kind: 'bearer', realm, service: parameters.get('service') };
    const kept = tokens.get(key);
    if (kept && sent === `Bearer ${await kept.value.catch(() => '')}`) forget(key, kept);
    if (wanted !== undefined && isNews) more.set(key, wanted);
    if (tries < MAX_TRIES && (sent === undefined || isNews || tries === 0)) return;
    throw refusedToken(`${registry} does not accept the token for ${scope ?? 'this'}`, realm);
  }

  /** A token was refused, or there is none to be had: says what would help. */
  function refusedToken(what: string, { url, trusted }: Realm): RegistryError {
    if (!found.credential || trusted) return denied(what);
    const hint = `its credential was not sent there because ${url.host} is another host; to allow it, add it to trustedRealms`;
    return new RegistryError('forbidden', 'registry.denied', `${what}; ${hint} of ${registry}`);
  }

  function denied(what: string): RegistryError {
    const hint = found.credential ? '' : `; give one with "docker login ${registry}" or in registryCredentials`;
    const notes = found.notes.length === 0 ? '' : ` (${found.notes.join('; ')})`;
    const subject = what.startsWith(registry) || what.startsWith('token server') ? what : `${registry} ${what}`;
    return new RegistryError('forbidden', 'registry.denied', `${subject}${hint}${notes}`);
  }

  return { header, refused };
}

/** A scope with nothing but read actions left; `undefined` when none remains. Several are separated by blanks. */
function readOnly(scope: string | undefined): string | undefined {
  if (scope === undefined || scope.length > 2_048) return undefined;
  const kept = scope.split(' ').flatMap((one) => {
    const colon = one.lastIndexOf(':');
    const actions = one.slice(colon + 1).split(',');
    const reading = one.startsWith('registry:catalog:')
      ? actions
      : actions.filter((action) => action === 'pull' || action === 'metadata_read');
    return colon > 0 && reading.length > 0 ? [`${one.slice(0, colon)}:${reading.join(',')}`] : [];
  });
  return kept.length === 0 ? undefined : kept.join(' ');
}
