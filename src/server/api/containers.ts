import type { FastifyInstance } from 'fastify';
import { NOTHING_ON_REPEAT } from '../../dialects/dialect.ts';
import { StowageError } from '../../domain/error.ts';
import type { CursorScope } from '../../query/cursor.ts';
import { mentionsNow } from '../../query/dates.ts';
import { and, dependsOnNow, eq, not, some } from '../../query/predicate.ts';
import { authenticate } from './authenticate.ts';
import { cursorFilter, imageQuestion } from './question.ts';
import { containerItem, listDocument } from './render.ts';
import { AnyObject, IdParams, ListQuery, Problem } from './schemas.ts';
import type { ApiServices } from './services.ts';

const ORDER = [
  { field: 'host_name', direction: 'asc' },
  { field: 'name', direction: 'asc' },
] as const;

/** `containers` (those that exist; `state=gone` or `all` shows the others) and one container. */
export function registerContainers(app: FastifyInstance, services: ApiServices): void {
  const { store } = services;

  app.get<{ Querystring: ListQuery & { state?: string } }>(
    '/stowage/v1/containers',
    {
      onRequest: services.pages.arrive,
      schema: {
        summary: 'Containers of the images that match, by pages',
        querystring: {
          ...ListQuery,
          properties: {
            ...ListQuery.properties,
            state: { type: 'string', description: 'A state, or `all`; those that exist when left out' },
          },
        },
        response: { 200: AnyObject, default: Problem },
      },
    },
    async (request, reply) => {
      const principal = await authenticate(request, services, 'reader');
      const { query } = request;
      const { project } = principal;
      return services.pages.send(
        request,
        reply,
        principal,
        `api ${request.url}`,
        async () => {
          const image = imageQuestion(services, query);
          const state =
            query.state === 'all'
              ? []
              : [query.state === undefined ? not(eq('state', 'gone')) : eq('state', query.state)];
          const where = and(image.kind === 'all' ? image : some('image', image), ...state);
          const bound = cursorFilter(query, where, query.state);
          const scope: CursorScope = { project: project.id, entity: 'container', sort: ORDER, ...bound };
          const after = query.after === undefined ? undefined : services.cursors.decode(query.after, scope);
          const generation = await store.generation(project);
          const limit = query.limit ?? 100;
          const asked = { entity: 'container', where, sort: ORDER, limit, after, now: services.now() } as const;
          const found = await services.rows.list(project, asked, 'api container', (row) =>
            JSON.stringify(containerItem(row)),
          );
          const next = found.more ? services.cursors.encode(found.last!.position, scope) : null;
          return {
            body: listDocument(found.texts, { next, generation }),
            keep: !dependsOnNow(where) && !mentionsNow(query.q ?? ''),
          };
        },
        { etag: true, onRepeat: NOTHING_ON_REPEAT },
      );
    },
  );

  app.get<{ Params: IdParams }>(
    '/stowage/v1/containers/:id',
    { schema: { summary: 'One container', params: IdParams, response: { 200: AnyObject, default: Problem } } },
    async (request, reply) => {
      const { project } = await authenticate(request, services, 'reader');
      const container = await store.container(project, request.params.id);
      if (!container)
        throw new StowageError(
          'not-found',
          'container.unknown',
          `There is no container ${request.params.id} in this project.`,
        );
      return reply.send(containerItem(container));
    },
  );
}
