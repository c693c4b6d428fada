import type { FastifyInstance } from 'fastify';
import type { Dialect, DialectServices } from '../../dialects/dialect.ts';
import { landingPage } from './landing-page.ts';

/**
 * `/` and everything no room owns: a browser gets the page that says what this is, everything else Glance's version
 * list (status 300, as that API answers any unknown path), or a plain 404 where Glance is switched off.
 */
export function registerRoot(
  http: FastifyInstance,
  context: { dialects: readonly Dialect[]; services: DialectServices },
): void {
  const { dialects, services } = context;
  const versions = dialects.map((dialect) => dialect.rootDocument).find((document) => document !== undefined);

  http.get('/', async (request, reply) => {
    const baseUrl = services.baseUrl(request);
    if (request.headers.accept?.includes('text/html')) {
      return reply
        .type('text/html; charset=utf-8')
        .header(
          'content-security-policy',
          "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        )
        .header('x-content-type-options', 'nosniff')
        .header('referrer-policy', 'no-referrer')
        .send(landingPage(baseUrl, dialects));
    }
    if (!versions)
      return reply.send({ name: 'stowage', api: `${baseUrl}/stowage/v1`, openapi: `${baseUrl}/stowage/openapi.json` });
    return reply.code(300).type('application/json').send(versions(baseUrl));
  });

  http.setNotFoundHandler(async (request, reply) => {
    if (versions && request.method === 'GET') {
      return reply
        .code(300)
        .type('application/json')
        .send(versions(services.baseUrl(request)));
    }
    return reply
      .code(404)
      .send({ error: `${request.method} ${request.url.split('?', 1)[0]} does not exist here; GET / lists what does.` });
  });
}
