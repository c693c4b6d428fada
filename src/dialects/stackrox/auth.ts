import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../domain/credential.ts';
import { StowageError } from '../../domain/error.ts';
import type { Credentials } from '../dialect.ts';

const NONE = 'credentials not found';

/**
 * Who asks: `Authorization: Bearer <token>` (scheme in any case) or `Authorization: Basic base64(id:secret)` (scheme as
 * written here), in exactly one header.
 * @throws StowageError `unauthenticated`, with the vendor's text
 */
export async function authenticate(request: FastifyRequest, credentials: Credentials): Promise<Principal> {
  if (credentials.anonymous) return credentials.anonymous;
  const header = onlyAuthorization(request);
  if (header === undefined) {
    credentials.denied(request, null, 'no credentials');
    throw refused(NONE);
  }
  const bearer = /^bearer +(?<token>\S+)$/i.exec(header)?.groups?.['token'];
  if (bearer !== undefined) {
    const found = await credentials.verifyToken(bearer, request);
    if ('principal' in found) return found.principal;
    throw refused(`${NONE}: token-based: cannot extract identity: token validation failed`);
  }
  if (!header.startsWith('Basic ')) {
    credentials.denied(request, null, 'unknown authorization scheme');
    throw refused(NONE);
  }
  const decoded = Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) {
    credentials.denied(request, null, 'malformed basic credentials');
    throw refused(NONE);
  }
  const id = decoded.slice(0, colon);
  const principal = await credentials.verify(id, decoded.slice(colon + 1), request);
  if (principal) return principal;
  throw refused(`${NONE}: basic: cannot extract identity: failed to identify user with username ${JSON.stringify(id)}`);
}

/** The Authorization header, if there is one and only one: Node itself would keep the first of several. */
function onlyAuthorization(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const { rawHeaders } = request.raw;
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === 'authorization') count += 1;
  }
  return count > 1 ? undefined : authorization;
}

function refused(message: string): StowageError {
  return new StowageError('unauthenticated', 'credentials.refused', message);
}
