import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { parseId } from '../../../domain/id.ts';
import { SECOND } from '../../../domain/time.ts';
import type { DialectServices } from '../../dialect.ts';
import { authenticate, type Caller, callerOfToken } from '../auth.ts';
import { fault, methodNotAllowed, TEXT, toFault } from '../errors.ts';
import { catalog, errorDocument, projectDocument, tokenDocument, versionDocument } from './keystone.ts';
import { pythonJson } from './python.ts';
import { requestId } from './request-id.ts';
import { issue, NOT_AUTHENTICATED, signIn } from './sign-in.ts';

/** How long a token lives; the identity service's own default. */
const TOKEN_SECONDS = 3_600;

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> | FastifyReply;

/** Registers the identity calls that image clients need (contract 3.2); below `/v3`, always JSON. */
export function registerIdentity(app: FastifyInstance, services: DialectServices): void {
  const baseOf = services.baseUrl;

  const version: Handler = (request, reply) => send(request, reply, 200, versionDocument(baseOf(request)));

  const issueToken: Handler = async (request, reply) => {
    const entry = await signIn(bodyOf(request), request, services);
    const left = entry.methods.includes('token') ? secondsLeft(entry.principal.expiresAt) : TOKEN_SECONDS;
    const { token, claims, caller } = await issue(entry, auditId(), left, services);
    reply.header('x-subject-token', token);
    return send(request, reply, 201, tokenDocument(caller, claims, baseOf(request)));
  };

  const showToken: Handler = async (request, reply) => {
    const { subject, token } = await subjectOf(request);
    reply.header('x-subject-token', token);
    return send(request, reply, 200, tokenDocument(subject, subject.claims!, baseOf(request)));
  };

  const revokeToken: Handler = async (request, reply) => {
    const { caller, subject } = await subjectOf(request);
    await services.credentials.revokeToken(subject.claims!);
    services.audit(
      {
        projectId: caller.principal.project.id,
        actor: caller.principal.credentialId,
        action: 'token.revoke',
        outcome: 'done',
        object: subject.claims!.jti,
        detail: { of: subject.principal.credentialId },
      },
      request,
    );
    return reply.header('x-openstack-request-id', requestId(request)).code(204).send();
  };

  const showCatalog: Handler = async (request, reply) => {
    const caller = await authenticate(request, services);
    if (caller.projectId === null) throw fault(403, 'A project-scoped token is required to produce a service catalog.');
    const self = `${baseOf(request)}/v3/auth/catalog`;
    return send(request, reply, 200, { catalog: catalog(baseOf(request)), links: { self } });
  };

  const showProject: Handler = async (request, reply) => {
    const { project } = (await authenticate(request, services)).principal;
    const { id } = request.params as { id: string };
    if (parseId(id) !== project.id) throw fault(404, `Could not find project: ${id}.`);
    return send(request, reply, 200, projectDocument(project, baseOf(request)));
  };

  route('/v3', { GET: version, HEAD: version });
  route('/v3/', { GET: version, HEAD: version });
  route('/v3/auth/tokens', { GET: showToken, HEAD: showToken, POST: issueToken, DELETE: revokeToken });
  route('/v3/auth/catalog', { GET: showCatalog, HEAD: showCatalog });
  route('/v3/projects/:id', { GET: showProject, HEAD: showProject });
  app.all('/v3/*', { errorHandler: onError }, () => {
    throw fault(404, TEXT.notFound);
  });

  /** Registers a path with its methods; every other method gets 405. */
  function route(url: string, handlers: Partial<Record<HTTPMethods, Handler>>): void {
    for (const method of app.supportedMethods as HTTPMethods[]) {
      const handler: Handler = handlers[method] ?? refuse(Object.keys(handlers));
      app.route({ method, url, errorHandler: onError, handler });
    }
  }

  function refuse(allowed: readonly string[]): Handler {
    return (request) => {
      throw methodNotAllowed(request.method, allowed);
    };
  }

  async function subjectOf(request: FastifyRequest): Promise<{ caller: Caller; subject: Caller; token: string }> {
    const caller = await authenticate(request, services);
    const token = request.headers['x-subject-token'];
    if (typeof token !== 'string') {
      throw fault(400, 'The X-Subject-Token header is missing: it names the token that is asked about.');
    }
    const subject = token === '' ? undefined : await callerOfToken(token, request, services);
    if (!subject?.claims || subject.principal.project.id !== caller.principal.project.id) {
      throw fault(404, 'Could not find token.');
    }
    const own = subject.principal.credentialId === caller.principal.credentialId;
    if (!own && !caller.admin) {
      throw fault(
        403,
        'You are not authorized to perform the requested action: only your own tokens, or any as admin.',
      );
    }
    return { caller, subject, token };
  }

  function secondsLeft(expiresAt: number | null): number {
    if (expiresAt === null) return TOKEN_SECONDS;
    return Math.max(0, Math.floor(expiresAt / SECOND) - Math.floor(services.now() / SECOND));
  }

  function onError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const problem = toFault(error);
    if (problem.status >= 500) request.log.error(error);
    if (problem.status === 401) reply.header('www-authenticate', `Keystone uri="${baseOf(request)}/v3"`);
    const message = problem.status === 401 ? NOT_AUTHENTICATED : problem.message;
    for (const [name, value] of Object.entries(problem.headers)) {
      if (name !== 'www-authenticate') reply.header(name, value);
    }
    return send(request, reply, problem.status, errorDocument(problem.status, message));
  }
}

function send(request: FastifyRequest, reply: FastifyReply, status: number, document: object): FastifyReply {
  reply.code(status).header('vary', 'X-Auth-Token').header('x-openstack-request-id', requestId(request));
  const bytes = Buffer.from(pythonJson(document));
  return reply.type('application/json').send(bytes);
}

function bodyOf(request: FastifyRequest): unknown {
  const { body } = request;
  if (!Buffer.isBuffer(body) || body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw fault(400, 'The request body is no JSON. The server could not comply with the request.');
  }
}

function auditId(): string {
  return randomBytes(16).toString('base64url');
}
