import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../domain/credential.ts';
import { StowageError } from '../../domain/error.ts';
import type { DialectServices } from '../dialect.ts';
import { refused, TEXT } from './errors.ts';
import { type Allowance, setRateHeaders, take } from './wire/rate-limit.ts';

/**
 * Lets a request in: key pair, else bearer token (contract 5.2), counted against the credential's allowance, or against
 * the peer's address when there is none. The rate headers are on the reply whatever comes out.
 * @throws StowageError `unauthenticated`, `too-many`
 */
export async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  services: DialectServices,
  bucket: string,
  allowance: Allowance,
): Promise<Principal> {
  const outcome = await authenticate(request, services);
  const who = typeof outcome === 'string' ? `address ${request.ip}` : outcome.credentialId;
  count(reply, services, bucket, who, allowance);
  if (typeof outcome === 'string') throw refused(outcome);
  return outcome;
}

/**
 * The check of an API key alone, as agents and tools make it before anything else (`/api/v1/validate`).
 * @throws StowageError `unauthenticated`, `too-many`
 */
export async function admitApiKey(
  request: FastifyRequest,
  reply: FastifyReply,
  services: DialectServices,
  bucket: string,
  allowance: Allowance,
): Promise<void> {
  const { credentials } = services;
  const key = header(request, 'dd-api-key');
  const known = credentials.anonymous !== undefined || (key !== '' && (await credentials.exists(key)));
  count(reply, services, bucket, known && key !== '' ? key : `address ${request.ip}`, allowance);
  if (known) return;
  credentials.denied(request, key === '' ? null : key, key === '' ? 'no API key' : 'unknown API key');
  throw refused(key === '' ? TEXT.noApiKey : TEXT.forbidden);
}

/** Who asks, or the text of the refusal. Empty header values count as absent: some clients always send them. */
async function authenticate(request: FastifyRequest, services: DialectServices): Promise<Principal | string> {
  const { credentials } = services;
  const id = header(request, 'dd-api-key');
  const secret = header(request, 'dd-application-key');
  if (id !== '' && secret !== '') {
    const principal = await credentials.verify(id, secret, request);
    if (principal) return principal;
  }
  const token = bearer(request);
  if (token !== '') {
    const outcome = await credentials.verifyToken(token, request);
    if ('principal' in outcome) return outcome.principal;
  }
  if (credentials.anonymous) return credentials.anonymous;
  if (token !== '' || (id !== '' && secret !== '')) return TEXT.forbidden;
  credentials.denied(request, id === '' ? null : id, id === '' ? 'no API key' : 'no application key');
  return id === '' ? TEXT.noApiKey : TEXT.noApplicationKey;
}

/** Whether a credential is presented in one way only: then none was refused before one was accepted. */
export function presentsOnce(request: FastifyRequest): boolean {
  return header(request, 'dd-application-key') === '' || header(request, 'authorization') === '';
}

function count(
  reply: FastifyReply,
  services: DialectServices,
  bucket: string,
  who: string,
  allowance: Allowance,
): void {
  const state = take(services.limits, bucket, who, allowance);
  setRateHeaders(reply, bucket, state);
  if (!state.allowed) throw new StowageError('too-many', 'rate.limit', TEXT.tooMany);
}

function header(request: FastifyRequest, name: string): string {
  const value = request.headers[name];
  return (Array.isArray(value) ? (value[0] ?? '') : (value ?? '')).trim();
}

function bearer(request: FastifyRequest): string {
  return /^bearer\s+(?<token>\S.*)$/i.exec(header(request, 'authorization'))?.groups?.['token'] ?? '';
}
