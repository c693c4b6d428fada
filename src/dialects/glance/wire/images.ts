import type { FastifyReply } from 'fastify';
import { dashed } from '../../../domain/id.ts';
import type { Position } from '../../../query/page.ts';
import { eq } from '../../../query/predicate.ts';
import type { ListRequest } from '../../../store/store.ts';
import { visibilityClass } from '../auth.ts';
import { fault } from '../errors.ts';
import { links, type Paging, parsePaging } from '../paging.ts';
import { parseFilters, readId } from '../parse.ts';
import { imageDocument, listDocument } from '../rows.ts';
import type { Call } from './call.ts';
import { parseQueryString, queryOf } from './query-string.ts';
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
    const images = paging.limit === 0 ? [] : (await call.services.store.list(projectOf(call), request)).rows;
    const full = images.length > 0 && images.length === paging.limit;
    return listDocument(images, links(parameters, full ? dashed(images.at(-1)!.id) : undefined), call.flavour);
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

/** Where the page after the marker begins: the marker's place in this order, whether or not it passes the filters. */
async function positionOf(paging: Paging, call: Call): Promise<Position | undefined> {
  const { marker, sort } = paging;
  if (marker === undefined) return undefined;
  if (marker.length > LONGEST_ID) throw fault(400, `Image with the given id ${marker} was not found`);
  const id = readId(marker);
  const found =
    id && (await call.services.store.list(projectOf(call), { entity: 'image', where: eq('id', id), sort, limit: 1 }));
  const image = found ? found.rows[0] : undefined;
  if (!found || !image) throw fault(400, `No image found with ID ${marker}`);
  if (!mayShow(image, call.caller)) throw fault(403, `Forbidding request, image ${marker} not visible`);
  return found.positions[0];
}

function sendKept(call: Call, render: () => Promise<string>): Promise<FastifyReply> {
  const { request, reply, caller, services, flavour } = call;
  const key = `glance ${flavour.id} ${visibilityClass(caller)} ${request.url}`;
  return services.pages.send(request, reply, caller.principal, key, async () => ({ body: await render() }));
}

function projectOf(call: Call) {
  return call.caller.principal.project;
}
