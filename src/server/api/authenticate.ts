import type { FastifyRequest } from 'fastify';
import type { Principal, Role } from '../../domain/credential.ts';
import { StowageError } from '../../domain/error.ts';
import type { ApiServices } from './services.ts';

/**
 * Who asks the native API: `Authorization: Basic id:secret` or `Bearer` with a token issued here.
 * @throws StowageError `unauthenticated` or `forbidden`
 */
export async function authenticate(request: FastifyRequest, services: ApiServices, needed: Role): Promise<Principal> {
  const principal = services.credentials.anonymous ?? (await presented(request, services));
  if (services.credentials.allows(principal, needed)) return principal;
  services.credentials.denied(request, principal.credentialId, `role ${needed} needed`);
  throw new StowageError(
    'forbidden',
    'access.role',
    `This needs the role ${needed}; the credential has ${principal.role}.`,
  );
}

async function presented(request: FastifyRequest, services: ApiServices): Promise<Principal> {
  const header = request.headers.authorization ?? '';
  const [scheme = '', value = ''] = header.split(/ +(.*)/s);
  if (scheme.toLowerCase() === 'bearer' && value !== '') {
    const found = await services.credentials.verifyToken(value.trim(), request);
    if ('principal' in found) return found.principal;
    throw new StowageError(
      'unauthenticated',
      `token.${found.reason}`,
      found.reason === 'expired' ? 'The token has expired; get a new one.' : 'The token is not valid.',
    );
  }
  if (scheme.toLowerCase() === 'basic') {
    const text = Buffer.from(value, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const principal =
      colon > 0 ? await services.credentials.verify(text.slice(0, colon), text.slice(colon + 1), request) : undefined;
    if (principal) return principal;
    throw new StowageError(
      'unauthenticated',
      'credential.wrong',
      'The credential id or secret is wrong, or it was revoked.',
    );
  }
  services.credentials.denied(request, null, 'no credential');
  throw new StowageError(
    'unauthenticated',
    'credential.missing',
    'A credential is needed: Authorization: Basic id:secret, or Bearer with a token.',
  );
}
