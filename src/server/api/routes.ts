import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { STOWAGE_VERSION } from '../../domain/version.ts';
import { registerContainers } from './containers.ts';
import { registerImages } from './images.ts';
import { sendProblem } from './problem.ts';
import { registerQueries } from './queries.ts';
import type { ApiServices } from './services.ts';
import { registerSources } from './sources.ts';

/** The native API under `/stowage/v1`, and its OpenAPI document. */
export async function registerApi(app: FastifyInstance, services: ApiServices): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Stowage',
        version: STOWAGE_VERSION,
        description: 'The native API: images, containers, sources, jobs and queries.',
      },
      components: {
        securitySchemes: {
          basic: { type: 'http', scheme: 'basic', description: 'Credential id and secret' },
          bearer: { type: 'http', scheme: 'bearer', description: 'A token issued here' },
        },
      },
      security: [{ basic: [] }, { bearer: [] }],
    },
    transform: ({ schema, url }) => ({ schema: url.startsWith('/stowage/') ? schema : { ...schema, hide: true }, url }),
  });
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  // Answers go out as they were made: a response schema would only cost time (it documents).
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.register(async (room) => {
    registerImages(room, services);
    registerContainers(room, services);
    registerQueries(room, services);
    registerSources(room, services);
    room.all('/stowage/v1/*', { schema: { hide: true } }, async (request, reply) =>
      reply
        .code(404)
        .type('application/problem+json')
        .send({
          type: 'about:blank',
          title: 'not-found',
          status: 404,
          detail: `${request.method} ${request.url.split('?', 1)[0]} does not exist; /stowage/openapi.json lists what does.`,
          code: 'route.unknown',
          request_id: request.id,
        }),
    );
    room.get('/stowage/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  });
}
