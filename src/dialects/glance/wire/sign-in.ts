import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../../domain/credential.ts';
import type { DialectServices } from '../../dialect.ts';
import { type Caller, callerOfToken } from '../auth.ts';
import { fault } from '../errors.ts';
import { isDefaultDomain } from './keystone.ts';

/** Who signed in, how, and into what scope (contract 3.2). */
export interface SignIn {
  readonly principal: Principal;
  readonly methods: readonly string[];
  readonly scoped: boolean;
  /** Audit ids of the token it was done with. */
  readonly audits: readonly string[];
}

type Members = Readonly<Record<string, unknown>>;

/** What every refused sign-in says, whatever was wrong. */
export const NOT_AUTHENTICATED = 'The request you have made requires authentication.';

/**
 * Reads and checks the body of `POST /v3/auth/tokens`: methods `password`, `application_credential` and `token`.
 * @throws Fault 400 for a body that is none, 401 for everything that is not right
 */
export async function signIn(body: unknown, request: FastifyRequest, services: DialectServices): Promise<SignIn> {
  const auth = member(body, 'auth', 'request body');
  const identity = member(auth, 'identity', 'auth');
  const methods = (identity as Members)['methods'];
  if (!Array.isArray(methods)) throw missing('methods', 'identity');
  if (methods.length !== 1) throw refused(request, services, null, `${methods.length} methods at once`);
  const method = String(methods[0]);
  const proof = member(identity, method, 'identity');
  const { scope } = auth as Members;
  switch (method) {
    case 'password': {
      const user = member(proof, 'user', 'password');
      const principal = await byUser(user, text(user, 'password', 'user'), request, services);
      return { principal, methods: ['password'], scoped: scopedTo(scope, principal, request, services), audits: [] };
    }
    case 'application_credential': {
      if (scope !== undefined && scope !== null) {
        throw refused(request, services, null, 'application credential with a scope');
      }
      const principal = await byApplicationCredential(proof, request, services);
      return { principal, methods: ['application_credential'], scoped: true, audits: [] };
    }
    case 'token': {
      const caller = await callerOfToken(text(proof, 'id', 'token'), request, services);
      if (!caller) throw refused(request, services, null, 'token');
      const before = Array.isArray(caller.claims?.['methods']) ? caller.claims['methods'].map(String) : ['password'];
      return {
        principal: caller.principal,
        methods: [...new Set(['token', ...before])],
        scoped: scopedTo(scope, caller.principal, request, services),
        audits: Array.isArray(caller.claims?.['audits']) ? caller.claims['audits'].slice(-1).map(String) : [],
      };
    }
    default:
      throw refused(request, services, null, `method ${method}`);
  }
}

/** The token of a sign-in: the given proof's end where it has one, else as long as asked. */
export async function issue(entry: SignIn, audit: string, ttlSeconds: number, services: DialectServices) {
  const { principal, methods, scoped } = entry;
  const issued = await services.credentials.issueToken(principal, {
    ttlSeconds,
    claims: { methods, scoped, audits: [audit, ...entry.audits] },
  });
  const caller: Caller = {
    principal,
    projectId: scoped ? principal.project.id : null,
    admin: principal.role === 'admin',
    claims: issued.claims,
  };
  return { ...issued, caller };
}

async function byUser(user: object, secret: string, request: FastifyRequest, services: DialectServices) {
  const { id, name, domain } = user as Members;
  const who = id ?? name;
  if (typeof who !== 'string') throw missing('id or name', 'user');
  const known = id === undefined ? isDefaultDomain(domain) : true;
  const principal = known ? await services.credentials.verify(who, secret, request) : undefined;
  if (!principal) throw refused(request, services, who, known ? undefined : 'unknown domain');
  return principal;
}

async function byApplicationCredential(proof: object, request: FastifyRequest, services: DialectServices) {
  const { id, name, user } = proof as Members;
  const who = id ?? name;
  if (typeof who !== 'string') throw missing('id or name', 'application_credential');
  const secret = text(proof, 'secret', 'application_credential');
  // By name it belongs to a user, who here is the credential itself.
  const owner = (user ?? {}) as Members;
  const mine = id !== undefined || (isDefaultDomain(owner['domain']) && [owner['id'], owner['name']].includes(who));
  const principal = mine ? await services.credentials.verify(who, secret, request) : undefined;
  if (!principal) throw refused(request, services, who, mine ? undefined : 'application credential of another user');
  return principal;
}

function scopedTo(scope: unknown, principal: Principal, request: FastifyRequest, services: DialectServices): boolean {
  if (scope === undefined || scope === null || scope === 'unscoped') return false;
  const wanted = (scope as Members)['project'] ?? (scope as Members)['OS-TRUST:trust'];
  const { id, name, domain } = (wanted ?? {}) as Members;
  const { project } = principal;
  const right = id === undefined ? name === project.name && isDefaultDomain(domain) : sameProject(id, project.id);
  if (!wanted || !right) throw refused(request, services, principal.credentialId, 'no access to the scope');
  return true;
}

function sameProject(given: unknown, id: string): boolean {
  return typeof given === 'string' && given.replaceAll('-', '').toLowerCase() === id;
}

function refused(request: FastifyRequest, services: DialectServices, who: string | null, reason: string | undefined) {
  if (reason !== undefined) services.credentials.denied(request, who, `sign-in refused: ${reason}`);
  return fault(401, NOT_AUTHENTICATED);
}

function member(of: unknown, name: string, within: string): object {
  const value = typeof of === 'object' && of !== null ? (of as Members)[name] : undefined;
  if (typeof value !== 'object' || value === null) throw missing(name, within);
  return value;
}

function text(of: object, name: string, within: string): string {
  const value = (of as Members)[name];
  if (typeof value !== 'string') throw missing(name, within);
  return value;
}

function missing(what: string, within: string) {
  return fault(
    400,
    `Expecting to find ${what} in ${within}. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.`,
  );
}
