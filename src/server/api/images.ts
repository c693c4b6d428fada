import type { FastifyInstance } from 'fastify';
import { NOTHING_ON_REPEAT } from '../../dialects/dialect.ts';
import type { Principal } from '../../domain/credential.ts';
import { isDigest } from '../../domain/digest.ts';
import { invalid, StowageError } from '../../domain/error.ts';
import { parseId } from '../../domain/id.ts';
import type { Image } from '../../domain/image.ts';
import type { CursorScope } from '../../query/cursor.ts';
import { mentionsNow } from '../../query/dates.ts';
import { NATIVE_FIELDS } from '../../query/native/fields.ts';
import { dependsOnNow, eq, type Predicate } from '../../query/predicate.ts';
import type { GroupKey } from '../../store/store.ts';
import { authenticate } from './authenticate.ts';
import { cursorFilter, imageOrder, imageQuestion } from './question.ts';
import {
  configItem,
  containerItem,
  imageDocument,
  imageItem,
  layerItem,
  listDocument,
  platformItem,
  referenceItem,
} from './render.ts';
import { AnyObject, CountQuery, DigestParams, ImageListQuery, Problem } from './schemas.ts';
import type { ApiServices } from './services.ts';

const ANSWERS = { 200: AnyObject, default: Problem };

/** `images`, `images/count`, `images/{digest}` and what hangs below one image. */
export function registerImages(app: FastifyInstance, services: ApiServices): void {
  const { store } = services;

  app.get<{ Querystring: ImageListQuery }>(
    '/stowage/v1/images',
    {
      onRequest: services.pages.arrive,
      schema: { summary: 'Images, filtered, ordered, by pages', querystring: ImageListQuery, response: ANSWERS },
    },
    async (request, reply) => {
      const principal = await authenticate(request, services, 'reader');
      const query = request.query;
      return services.pages.send(
        request,
        reply,
        principal,
        `api ${request.url}`,
        async () => {
          const where = imageQuestion(services, query);
          const body = query.group
            ? JSON.stringify(await groups(principal, query, where))
            : await page(principal, query, where);
          return { body, keep: !dependsOnNow(where) && !mentionsNow(query.q ?? '') };
        },
        { etag: true, onRepeat: NOTHING_ON_REPEAT },
      );
    },
  );

  async function page(principal: Principal, query: ImageListQuery, where: Predicate): Promise<string> {
    const { project } = principal;
    const sort = imageOrder(query.sort);
    const scope: CursorScope = { project: project.id, entity: 'image', sort, ...cursorFilter(query, where) };
    const after = query.after === undefined ? undefined : services.cursors.decode(query.after, scope);
    const generation = await store.generation(project);
    const asked = { entity: 'image', where, sort, limit: query.limit ?? 100, after, now: services.now() } as const;
    const fields = query.fields?.split(',');
    const found = await services.rows.list(project, asked, `api image ${query.fields ?? ''}`, (row) =>
      JSON.stringify(fields ? pick(imageItem(row), fields) : imageItem(row)),
    );
    const next = found.more ? services.cursors.encode(found.last!.position, scope) : null;
    return listDocument(found.texts, { next, generation });
  }

  async function groups(principal: Principal, query: ImageListQuery, where: Predicate) {
    const { project } = principal;
    const words = query.group!.split(',');
    const by = words.map(groupKey);
    const bound = cursorFilter(query, where, `group ${query.group}`);
    const scope: CursorScope = { project: project.id, entity: 'image', sort: [], ...bound };
    const after = query.after === undefined ? undefined : services.cursors.decode(query.after, scope);
    const generation = await store.generation(project);
    const found = await store.group(project, {
      entity: 'image',
      where,
      by,
      order: 'count-desc',
      limit: query.limit ?? 100,
      after,
      now: services.now(),
    });
    const items = found.groups.map((group) => ({
      values: Object.fromEntries(words.map((word, index) => [word, group.values[index]])),
      count: group.count,
    }));
    const next = found.more ? services.cursors.encode(found.positions.at(-1)!, scope) : null;
    return { items, next, generation, groups: found.total };
  }

  app.get<{ Querystring: CountQuery }>(
    '/stowage/v1/images/count',
    { schema: { summary: 'How many images match, exactly or at least', querystring: CountQuery, response: ANSWERS } },
    async (request, reply) => {
      const { project } = await authenticate(request, services, 'reader');
      const where = imageQuestion(services, request.query);
      return reply.send(await store.count(project, 'image', where, { cap: 100_000, now: services.now() }));
    },
  );

  app.get<{ Params: DigestParams }>('/stowage/v1/images/:digest', one('One image'), async (request, reply) => {
    const { principal, image } = await find(request);
    const row = await store.imageRow(principal.project, image.id);
    return reply.send(imageDocument(image, row!));
  });

  app.get<{ Params: DigestParams }>(
    '/stowage/v1/images/:digest/layers',
    one('Its layers, by platform'),
    async (request, reply) => {
      const { image } = await find(request);
      return reply.send({
        items: image.platforms.map((platform) => ({
          platform: platformItem(platform),
          layers: platform.layers.map(layerItem),
        })),
      });
    },
  );

  app.get<{ Params: DigestParams }>(
    '/stowage/v1/images/:digest/config',
    one('Its run settings, by platform'),
    async (request, reply) => {
      const { image } = await find(request);
      return reply.send({ items: image.platforms.map(configItem) });
    },
  );

  app.get<{ Params: DigestParams }>(
    '/stowage/v1/images/:digest/references',
    one('Its current names'),
    async (request, reply) => {
      const { image } = await find(request);
      return reply.send({ items: image.references.map(referenceItem) });
    },
  );

  app.get<{ Params: DigestParams }>(
    '/stowage/v1/images/:digest/containers',
    one('What runs it (first 1,000)'),
    async (request, reply) => {
      const { principal, image } = await find(request);
      const found = await store.list(principal.project, {
        entity: 'container',
        where: eq('image_id', image.id),
        sort: [
          { field: 'host_name', direction: 'asc' },
          { field: 'name', direction: 'asc' },
        ],
        limit: 1000,
      });
      return reply.send({ items: found.rows.map(containerItem), more: found.more });
    },
  );

  function one(summary: string) {
    return { schema: { summary, params: DigestParams, response: ANSWERS } };
  }

  async function find(request: Parameters<typeof authenticate>[0]): Promise<{ principal: Principal; image: Image }> {
    const principal = await authenticate(request, services, 'reader');
    const text = decodeURIComponent((request.params as DigestParams).digest);
    const id = parseId(text);
    if (!id && !isDigest(text))
      throw invalid('digest.malformed', `"${text}" is neither a digest (sha256:...) nor an id.`, 'digest');
    const image = id ? await store.image(principal.project, id) : await store.imageByDigest(principal.project, text);
    if (!image) throw new StowageError('not-found', 'image.unknown', `There is no image ${text} in this project.`);
    return { principal, image };
  }
}

/** `label.KEY`, or a word of the native language that lists can be grouped by. */
function groupKey(word: string): GroupKey {
  const label = /^label\.(?<key>.+)$/.exec(word)?.groups?.['key'];
  if (label !== undefined) return { label };
  const field = NATIVE_FIELDS.get(word);
  const relation = field?.at.relation;
  if (field && relation === undefined) return { field: field.at.field };
  if (field && (relation === 'reference' || relation === 'platform' || relation === 'source' || relation === 'tag')) {
    return { relation, field: field.at.field };
  }
  throw invalid(
    'group.unknown',
    `Images cannot be grouped by "${word}"; use label.KEY, registry, repository, os, arch, kind, status or source.`,
    'group',
  );
}

function pick(item: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([key]) => fields.includes(key)));
}
