import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../domain/credential.ts';
import type { DialectServices } from '../dialect.ts';
import { ERRORS } from './errors.ts';

/** How long a token is good for: four hours (contract 4.1). */
const TOKEN_SECONDS = 4 * 3600;

/**
 * Who asks: Bearer token; HTTP Basic too, which the oldest clients use.
 * @throws QualysError 401
 */
export async function authenticate(request: FastifyRequest, services: DialectServices): Promise<Principal> {
  const { credentials } = services;
  if (credentials.anonymous) return credentials.anonymous;
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(/ +(.*)/s);
  if (scheme.toLowerCase() === 'bearer' && value.trim() !== '') {
    const found = await credentials.verifyToken(value.trim(), request);
    if ('principal' in found) return found.principal;
    throw found.reason === 'expired' ? ERRORS.expiredToken() : ERRORS.badToken();
  }
  if (scheme.toLowerCase() === 'basic') {
    const [id = '', secret = ''] = Buffer.from(value, 'base64').toString('utf8').split(/:(.*)/s);
    const principal = id === '' ? undefined : await credentials.verify(id, secret, request);
    if (principal) return principal;
    throw ERRORS.badLogin();
  }
  credentials.denied(request, null, 'no credential');
  throw ERRORS.noToken();
}

/**
 * Trades user name and password for a token. Its claims are what clients look into: `modulesAllowed` must hold `CS`.
 * @throws QualysError 401
 */
export async function login(
  request: FastifyRequest,
  form: URLSearchParams,
  services: DialectServices,
): Promise<string> {
  const { credentials } = services;
  const username = form.get('username') ?? '';
  const principal = credentials.anonymous ?? (await credentials.verify(username, form.get('password') ?? '', request));
  if (!principal) throw ERRORS.badLogin();
  const permissions = principal.role === 'reader' ? ['CS.IMAGE.VIEW'] : ['CS.IMAGE.VIEW', 'CS.IMAGE.DELETE'];
  const { token } = await credentials.issueToken(principal, {
    ttlSeconds: TOKEN_SECONDS,
    claims: {
      iss: 'qas',
      aud: 'qas',
      loginResponse: 'SUCCESSFUL',
      successfulAuthenticationHandlers: ['UsernamePasswordAuthenticationHandler'],
      ipAddress: request.ip,
      usertype: 'Stowage',
      credentialType: 'UsernamePasswordCredential',
      modulesAllowed: ['CS', 'GATEWAY'],
      ...(form.get('permissions') === 'true' ? { permissions } : {}),
    },
  });
  return token;
}
