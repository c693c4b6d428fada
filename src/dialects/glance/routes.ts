import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DialectServices } from '../dialect.ts';
import { authenticate } from './auth.ts';
import { type Fault, fault, methodNotAllowed, TEXT, toFault } from './errors.ts';
import type { Call } from './wire/call.ts';
import { type Flavour, UPSTREAM } from './wire/flavour.ts';
import { frame } from './wire/framing.ts';
import { registerIdentity } from './wire/identity.ts';
import { listImages, showImage } from './wire/images.ts';
import { Markers } from './wire/markers.ts';
import { pythonJson } from './wire/python.ts';
import { requestId } from './wire/request-id.ts';
import { schemaDocument } from './wire/schemas.ts';
import { pathBelowVersion, versionsDocument } from './wire/versions.ts';

interface Resource {
  readonly path: RegExp;
  readonly get: (call: Call) => Promise<FastifyReply> | FastifyReply;
  /** Whether a request body is refused. */
  readonly bodyless?: boolean;
}

/** Every resource below `/v2` that exists, tried in order; each can only be read. */
const RESOURCES: readonly Resource[] = [
  { path: /^\/images$/, get: listImages },
  { path: /^\/images\/(?<name>[^/]+)$/, get: showImage, bodyless: true },
  {
    path: /^\/schemas\/(?<name>images?|members?|tasks?)$/,
    get: ({ reply, name }) => sendJson(reply, schemaDocument(name)!),
    bodyless: true,
  },
  {
    path: /^\/info\/import$/,
    get: ({ reply }) =>
      sendJson(
        reply,
        // No image data is taken in over this API, so no method of importing is offered.
        pythonJson({ 'import-methods': { description: 'Import methods available.', type: 'array', value: [] } }),
      ),
  },
  { path: /^\/info\/usage$/, get: ({ reply }) => sendJson(reply, pythonJson({ usage: {} })) },
  {
    path: /^\/info\/stores(?:\/detail)?$/,
    get: () => {
      throw fault(404, TEXT.singleStore);
    },
  },
];

const ROUTES = ['/v2/images', '/v2/images/:id', '/v2/schemas/:name', '/v2', '/v2/*', '/v2.*'] as const;

/** Registers everything this dialect answers. */
export function registerRoutes(app: FastifyInstance, services: DialectServices, flavour: Flavour = UPSTREAM): void {
  const markers = new Markers();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => sendFault(toFault(error), request, reply));
  const route = { onRequest: services.pages.arrive };
  for (const url of ROUTES) app.all(url, route, (request, reply) => dispatch(request, reply));
  for (const url of ['/versions', '/versions/*']) app.all(url, (request, reply) => sendVersions(200, request, reply));
  app.get('/healthcheck', (_request, reply) => reply.type('text/plain').send(Buffer.from('OK')));
  registerIdentity(app, services);

  async function dispatch(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const path = request.url.split(/[?#]/, 1)[0]!;
    const below = pathBelowVersion(path);
    if (below === undefined) return sendVersions(300, request, reply);
    if (request.method === 'OPTIONS') return reply.send();
    if (below === '' || below === '/') return sendVersions(200, request, reply);
    const caller = await authenticate(request, services);
    for (const resource of RESOURCES) {
      const match = resource.path.exec(below);
      if (!match) continue;
      if (request.method !== 'GET') throw methodNotAllowed(request.method, ['GET']);
      if (resource.bodyless && hasBody(request)) throw fault(400, TEXT.bodyNotExpected);
      reply.header('x-openstack-request-id', requestId(request));
      const name = decodeURIComponent(match.groups?.['name'] ?? '');
      return resource.get({ request, reply, caller, services, flavour, markers, name });
    }
    throw fault(404, TEXT.notFound);
  }

  function sendVersions(status: number, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return sendJson(reply.code(status), versionsDocument(services.baseUrl(request)));
  }
}

function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('application/json').send(Buffer.from(text));
}

/** The one place where an error becomes bytes (contract 1.7). */
function sendFault(problem: Fault, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (problem.status >= 500) request.log.error(problem);
  reply.code(problem.status).headers(problem.headers);
  // A request that was turned away at the door has no id.
  if (problem.status !== 401) reply.header('x-openstack-request-id', requestId(request));
  if (request.method === 'HEAD') return reply.type('text/html; charset=UTF-8').send(Buffer.alloc(0));
  const { contentType, body } = frame(problem, request.headers.accept);
  return reply.header('content-type', contentType).send(body);
}

function hasBody(request: FastifyRequest): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}
