import type { FastifyRequest } from 'fastify';
import type { Principal, Role } from '../../domain/credential.ts';
import type { Id } from '../../domain/id.ts';
import type { DialectServices, TokenClaims } from '../dialect.ts';
import { unauthorized } from './errors.ts';

/** Who asks, in this vendor's words. */
export interface Caller {
  readonly principal: Principal;
  /** The OpenStack project the caller acts in; null with a token that has no scope. */
  readonly projectId: Id | null;
  readonly admin: boolean;
  /** What the token says of itself; absent when a credential came directly. */
  readonly claims?: TokenClaims;
}

/** OpenStack roles of a credential's role, as tokens list them. */
export const ROLES: Readonly<Record<Role, readonly string[]>> = {
  reader: ['reader'],
  operator: ['member', 'reader'],
  admin: ['admin', 'member', 'reader'],
};

/**
 * Finds out who asks: a token in `X-Auth-Token`, a credential in the same header as `id:secret` (for clients that can
 * only send one fixed token), or a credential as HTTP Basic (contract 3.1, 3.3).
 * @throws Fault 401
 */
export async function authenticate(request: FastifyRequest, services: DialectServices): Promise<Caller> {
  const { credentials } = services;
  if (credentials.anonymous) return scoped(credentials.anonymous);
  const token = request.headers['x-auth-token'];
  const pair = typeof token === 'string' ? token : basicPair(request.headers.authorization);
  if (pair !== undefined) {
    const caller = pair.includes(':') ? await byPair(pair) : await callerOfToken(pair, request, services);
    if (caller) return caller;
  } else {
    credentials.denied(request, null, 'no credential');
  }
  throw unauthorized(services.baseUrl(request));

  async function byPair(text: string): Promise<Caller | undefined> {
    const colon = text.indexOf(':');
    const principal = await credentials.verify(text.slice(0, colon), text.slice(colon + 1), request);
    return principal && scoped(principal);
  }
}

/** The caller a token stands for; `undefined` when it is none of ours, expired or taken back. */
export async function callerOfToken(
  token: string,
  request: FastifyRequest,
  services: DialectServices,
): Promise<Caller | undefined> {
  const checked = await services.credentials.verifyToken(token, request);
  if ('reason' in checked) return undefined;
  const { principal, claims } = checked;
  const caller = scoped(principal);
  return { ...caller, claims, projectId: claims['scoped'] === false ? null : caller.projectId };
}

/** What of the answer depends on who asks: callers of one class see the same bytes. */
export function visibilityClass(caller: Caller): string {
  return `${caller.admin ? 'admin' : 'user'} ${caller.projectId === null ? 'unscoped' : 'scoped'}`;
}

function scoped(principal: Principal): Caller {
  return { principal, projectId: principal.project.id, admin: principal.role === 'admin' };
}

function basicPair(header: string | undefined): string | undefined {
  const encoded = /^basic +(?<encoded>[A-Za-z0-9+/=_-]+) *$/i.exec(header ?? '')?.groups?.['encoded'];
  const pair = encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
  return pair?.includes(':') ? pair : undefined;
}
