/** The calls: what each does once it is read and allowed. */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { StowageError } from '../../../domain/error.ts';
import { and, dependsOnNow } from '../../../query/predicate.ts';
import type { DialectServices } from '../../dialect.ts';
import { HEADERS } from '../errors.ts';
import { type Paging, readOrder, readPaging } from '../paging.ts';
import { readQuery } from '../parse.ts';
import { renderImage, renderRow } from '../rows.ts';
import { type Call, sendMessage } from './context.ts';
import { quoteGo } from './go.ts';
import { stringify, timestamp } from './json.ts';
import { type Listing, listTexts, type Printer } from './orders.ts';
import type { Ranks } from './ranks.ts';
import { SHOWN } from './shown.ts';

/** What calls work with. */
export interface CallServices extends DialectServices {
  readonly ranks: (project: Call['principal']['project']) => Promise<Ranks>;
}

function readListing(services: CallServices, call: Call, paging: Paging): Listing | undefined {
  const question = readQuery(String(call.parameters.get('query') ?? ''));
  if (question.elsewhere) return undefined;
  return {
    project: call.principal.project,
    where: and(SHOWN, question.where),
    order: readOrder([paging.sort], question),
    now: services.now(),
  };
}

/** `GET /v1/images`. */
export async function listImages(services: CallServices, call: Call): Promise<FastifyReply> {
  const paging = readPaging(call.parameters);
  if (!Number.isFinite(paging.limit)) return streamImages(services, call, paging);
  return sendMessage(services, call, async () => {
    const listing = readListing(services, call, paging);
    if (!listing) return { text: emptyList(call) };
    const printer = printerOf(await services.ranks(listing.project), call);
    const texts: string[] = [];
    for await (const batch of listTexts(services, listing, printer, paging.offset, paging.limit)) texts.push(...batch);
    const [open, between, close] = FRAMES[call.pretty ? 'pretty' : 'plain'];
    const text = texts.length === 0 ? emptyList(call) : open + texts.join(between) + close;
    return { text, keep: !dependsOnNow(listing.where) };
  });
}

/** What stands before, between and behind the images of a list. */
const FRAMES = {
  plain: ['{"images":[', ',', ']}'],
  pretty: ['{\n  "images": [\n', ',\n', '\n  ]\n}'],
} as const;

function emptyList({ pretty }: Call): string {
  return stringify({ images: [] }, pretty);
}

function printerOf(ranks: Ranks, { pretty }: Call): Printer {
  return {
    form: `stackrox ${pretty} ${ranks.version}`,
    print(row) {
      const text = stringify(renderRow(row, ranks), pretty);
      return pretty ? text.replace(/^/gm, '    ') : text;
    },
  };
}

/** A list without a limit: sent as it is read, never held as a whole. */
async function streamImages(services: CallServices, call: Call, paging: Paging): Promise<FastifyReply> {
  const { reply, principal, pretty } = call;
  const listing = readListing(services, call, paging);
  const printer = printerOf(await services.ranks(principal.project), call);
  const batches = listing ? listTexts(services, listing, printer, paging.offset, paging.limit) : undefined;
  // The first batch is read before anything is sent, so that what is wrong is still an error answer.
  const first = await batches?.next();
  return reply.code(200).headers(HEADERS).send(Readable.from(write()));

  async function* write(): AsyncGenerator<string> {
    const [open, between, close] = FRAMES[pretty ? 'pretty' : 'plain'];
    let before: string = open;
    for (let batch = first; batch && !batch.done; batch = await batches?.next()) {
      if (batch.value.length === 0) continue;
      yield before + batch.value.join(between);
      before = between;
    }
    yield before === open ? emptyList(call) : close;
  }
}

/** `GET /v1/imagescount`: looks at the query only. */
export async function countImages(services: CallServices, call: Call): Promise<FastifyReply> {
  return sendMessage(services, call, async () => {
    const question = readQuery(String(call.parameters.get('query') ?? ''));
    if (question.elsewhere) return { text: stringify({ count: 0 }, call.pretty) };
    const where = and(SHOWN, question.where);
    const { value } = await services.store.count(call.principal.project, 'image', where, { now: services.now() });
    return { text: stringify({ count: value }, call.pretty), keep: !dependsOnNow(where) };
  });
}

/** `GET /v1/images/{id}`. Until vulnerabilities are collected there is nothing to leave out of it. */
export async function getImage(services: CallServices, call: Call, id: string): Promise<FastifyReply> {
  if (id === '') throw new StowageError('invalid', 'image.id', 'id must be specified: invalid arguments');
  return sendMessage(services, call, async () => {
    const { project } = call.principal;
    const image = await services.store.imageByDigest(project, id.includes(':') ? id : `sha256:${id}`);
    const row = image?.kind === 'container' ? await services.store.imageRow(project, image.id) : undefined;
    if (!image || !row) {
      throw new StowageError('not-found', 'image.unknown', `image with id ${quoteGo(id)} does not exist: not found`);
    }
    return { text: stringify(renderImage(image, row, await services.ranks(project)), call.pretty) };
  });
}

const ROLES = { reader: 'Analyst', operator: 'Continuous Integration', admin: 'Admin' } as const;

/** `GET /v1/auth/status`: who the caller is; clients test their connection with it. */
export async function authStatus(services: CallServices, { reply, principal, pretty }: Call): Promise<FastifyReply> {
  const access = services.credentials.allows(principal, 'operator') ? 'READ_WRITE_ACCESS' : 'READ_ACCESS';
  const resourceToAccess = { Image: access, WatchedImage: access };
  const message = {
    userId: principal.credentialId,
    expires: timestamp(principal.expiresAt),
    refreshUrl: '',
    authProvider: null,
    userInfo: {
      username: principal.credentialId,
      friendlyName: principal.credentialId,
      permissions: { resourceToAccess },
      roles: [{ name: ROLES[principal.role], resourceToAccess }],
    },
    userAttributes: [],
    idpToken: '',
  };
  return reply.code(200).headers(HEADERS).send(stringify(message, pretty));
}
