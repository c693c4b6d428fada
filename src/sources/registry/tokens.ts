import type { HttpClient } from '../net/client.ts';
import type { Credential } from '../net/credentials.ts';
import { asObject, parseJsonObject } from '../net/json.ts';
import { RegistryError, statusText } from './error.ts';

/** What a token is asked for with. */
export interface TokenRequest {
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  /** Null: asked for anonymously. */
  readonly credential: Credential | null;
  readonly signal: AbortSignal;
}

/** A bearer token and when to fetch the next one, on the clock of `performance.now()`. */
export interface Token {
  readonly value: string;
  readonly refreshAt: number;
}

const ANSWER_LIMIT = 256 * 1024;
const CLIENT_ID = 'stowage';
/** Seconds. The specification's default and least lifetime, and the longest one believed. */
const SHORTEST = 60;
const LONGEST = 24 * 3_600;

/**
 * Fetches a bearer token: by GET (distribution, "Token Authentication Specification"), or with an identity token by
 * POST ("OAuth2 Token Authentication").
 * @throws RegistryError `registry.denied` when the server refuses, `registry.protocol` when it gives no token
 */
export async function fetchToken(client: HttpClient, request: TokenRequest): Promise<Token> {
  const { realm, credential } = request;
  const answer = await (credential?.kind === 'identity-token'
    ? postForToken(client, request, credential.token)
    : getToken(client, request));
  if (answer.status === 401 || answer.status === 403) {
    const who = credential === null ? 'without a credential' : 'with the credential given for the registry';
    throw new RegistryError('forbidden', 'registry.denied', `token server ${realm.host} gives no token ${who}`);
  }
  if (answer.status !== 200) {
    const message = `token server ${realm.host} answers ${statusText(answer)} instead of a token`;
    throw new RegistryError('invalid', 'registry.protocol', message);
  }
  const json = asObject(parseJsonObject(answer.body.toString('utf8')));
  const value = [json?.['token'], json?.['access_token']].find(isToken);
  if (value === undefined) {
    throw new RegistryError(
      'invalid',
      'registry.protocol',
      `the answer of token server ${realm.host} has no usable token`,
    );
  }
  const said = json?.['expires_in'];
  const seconds = typeof said === 'number' && said > 0 ? Math.min(LONGEST, Math.max(SHORTEST, said)) : SHORTEST;
  return { value, refreshAt: performance.now() + seconds * 1_000 * 0.8 };
}

function getToken(client: HttpClient, { realm, service, scopes, credential, signal }: TokenRequest) {
  const url = new URL(realm);
  url.hash = '';
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credential?.kind !== 'basic') return client.fetch({ method: 'GET', url, limit: ANSWER_LIMIT, signal });
  url.searchParams.set('account', credential.username);
  url.searchParams.set('client_id', CLIENT_ID);
  return client.fetch({ method: 'GET', url, authorization: basic(credential), limit: ANSWER_LIMIT, signal });
}

function postForToken(client: HttpClient, { realm, service, scopes, signal }: TokenRequest, identityToken: string) {
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT_ID, refresh_token: identityToken });
  if (service !== undefined) form.set('service', service);
  form.set('scope', scopes.join(' '));
  return client.fetch({
    method: 'POST',
    url: realm,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    limit: ANSWER_LIMIT,
    signal,
  });
}

/** The `Authorization` value of a user and password (RFC 7617). */
export function basic({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 16 * 1024 && /^[\x21-\x7e]+$/.test(value);
}
