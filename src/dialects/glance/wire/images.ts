import type { FastifyReply } from 'fastify';
import { dashed, type Id } from '../../../domain/id.ts';
import type { Position, SortKey } from '../../../query/page.ts';
import { eq } from '../../../query/predicate.ts';
import type { ListRequest } from '../../../store/store.ts';
import { visibilityClass } from '../auth.ts';
import { fault } from '../errors.ts';
import { links, type Paging, parsePaging } from '../paging.ts';
import { parseFilters, readId } from '../parse.ts';
import { imageDocument, listDocument } from '../rows.ts';
import type { Call } from './call.ts';
import type { Marked } from './markers.ts';
import { parseQueryString, queryOf } from './query-string.ts';
import { nameRepeats } from './request-id.ts';
import { listCondition, mayShow } from './visibility.ts';

/** Longest id the image API knows; longer ones have an answer of their own. */
const LONGEST_ID = 36;

/** `GET /v2/images` (contract 1). */
export function listImages(call: Call): Promise<FastifyReply> {
  return sendKept(call, async () => {
    const parameters = parseQueryString(queryOf(call.request.url));
    const paging = parsePaging(parameters, call.flavour);
    const where = listCondition(parseFilters(parameters), call.caller);
    const after = await positionOf(paging, call);
    const request: ListRequest<'image'> = { entity: 'image', where, sort: paging.sort, limit: paging.limit, after };
    const { texts, last } = await imagesOf(request, call);
    const full = texts.length > 0 && texts.length === paging.limit;
    return listDocument(texts, links(parameters, full ? dashed(last) : undefined), call.flavour);
  });
}

/** `GET /v2/images/{id}`. An image that the caller may not see does not exist for it. */
export function showImage(call: Call): Promise<FastifyReply> {
  return sendKept(call, async () => {
    const id = readId(call.name);
    const image = id === undefined ? undefined : await call.services.store.imageRow(projectOf(call), id);
    if (!image || !mayShow(image, call.caller)) throw fault(404, `No image found with ID ${call.name}`);
    return imageDocument(image, call.flavour);
  });
}

/** The documents of a page, and the id of its last image. */
async function imagesOf(request: ListRequest<'image'>, call: Call): Promise<{ texts: readonly string[]; last: Id }> {
  if (request.limit === 0) return { texts: [], last: '' };
  const { services, flavour, markers } = call;
  const generation = await services.store.generation(projectOf(call));
  const page = await services.rows.list(projectOf(call), request, `glance ${flavour.id}`, (image) =>
    imageDocument(image, flavour),
  );
  const { texts, last } = page;
  if (last) markers.note(marked(call, generation, request.sort, last.id), last.position);
  return { texts, last: last?.id ?? '' };
}

/** Where the page after the marker begins: the marker's place in this order, whether or not it passes the filters. */
async function positionOf(paging: Paging, call: Call): Promise<Position | undefined> {
  const { marker, sort } = paging;
  if (marker === undefined) return undefined;
  if (marker.length > LONGEST_ID) throw fault(400, `Image with the given id ${marker} was not found`);
  const id = readId(marker);
  const generation = await call.services.store.generation(projectOf(call));
  const known = id === undefined ? undefined : call.markers.find(marked(call, generation, sort, id));
  if (known) return known;
  const found =
    id && (await call.services.store.list(projectOf(call), { entity: 'image', where: eq('id', id), sort, limit: 1 }));
  const image = found ? found.rows[0] : undefined;
  if (!found || !image) throw fault(400, `No image found with ID ${marker}`);
  if (!mayShow(image, call.caller)) throw fault(403, `Forbidding request, image ${marker} not visible`);
  const position = found.positions[0]!;
  call.markers.note(marked(call, generation, sort, image.id), position);
  return position;
}

function marked(call: Call, generation: number, sort: readonly SortKey[], id: Id): Marked {
  return { project: projectOf(call).id, generation, audience: visibilityClass(call.caller), sort, id };
}

function sendKept(call: Call, render: () => Promise<string>): Promise<FastifyReply> {
  const { request, reply, caller, services, flavour } = call;
  const key = `glance ${flavour.id} ${visibilityClass(caller)} ${request.url}`;
  const page = async () => ({ body: await render() });
  return services.pages.send(request, reply, caller.principal, key, page, { onRepeat: nameRepeats(request) });
}

function projectOf(call: Call) {
  return call.caller.principal.project;
}
