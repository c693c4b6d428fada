/** The paths, what each takes, and in which order a call is checked: parameters, credentials, permission. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { StowageError } from '../../domain/error.ts';
import type { DialectServices } from '../dialect.ts';
import { authenticate } from './auth.ts';
import { METHOD_NOT_ALLOWED, NOT_FOUND, RpcError, sendError } from './errors.ts';
import { authStatus, type CallServices, countImages, getImage, listImages } from './wire/calls.ts';
import { type Call, isPretty, searchOf, withinTimeout } from './wire/context.ts';
import { EMPTY, GET_IMAGE, RAW_QUERY, readParameters, splitParameters } from './wire/parameters.ts';
import { createRanks } from './wire/ranks.ts';

const FORM = 'application/x-www-form-urlencoded';
/** Bytes of a form: room for a query of 70,000 values. */
const MOST_FORM = 4 << 20;

type Run = (services: CallServices, call: Call, request: FastifyRequest) => Promise<FastifyReply>;

interface Path {
  readonly url: string;
  readonly message: typeof RAW_QUERY;
  readonly run: Run;
}

const PATHS: readonly Path[] = [
  { url: '/v1/images', message: RAW_QUERY, run: listImages },
  { url: '/v1/imagescount', message: RAW_QUERY, run: countImages },
  { url: '/v1/images/', message: GET_IMAGE, run: (services, call) => getImage(services, call, '') },
  {
    url: '/v1/images/:id',
    message: GET_IMAGE,
    run: (services, call, request) => getImage(services, call, idOf(request)),
  },
  { url: '/v1/auth/status', message: EMPTY, run: authStatus },
];

/** Registers the paths. All of them are asked with GET; a form that is posted counts as that. */
export function registerRoutes(app: FastifyInstance, lent: DialectServices): void {
  const services: CallServices = { ...lent, ranks: createRanks(lent.store) };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: MOST_FORM }, (_request, body, done) =>
    done(null, body),
  );
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setErrorHandler(sendError);
  for (const path of PATHS) {
    app.all(path.url, { onRequest: services.pages.arrive }, async (request, reply) =>
      answer(services, path, request, reply),
    );
  }
  for (const url of ['/v1', '/v1/*']) {
    app.all(url, async () => {
      throw NOT_FOUND;
    });
  }
}

async function answer(
  services: CallServices,
  { message, run }: Path,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (request.url.split('?', 1)[0]?.toLowerCase().includes('%2f')) throw NOT_FOUND;
  const form = postedForm(request);
  if (request.method !== 'GET' && form === undefined) throw METHOD_NOT_ALLOWED;
  const given = [...splitParameters(form ?? ''), ...splitParameters(searchOf(request))];
  const parameters = readParameters(message, given);
  const principal = await authenticate(request, services.credentials);
  if (!services.credentials.allows(principal, 'reader')) {
    throw new RpcError(7, 'not authorized: "READ_ACCESS" for "Image"');
  }
  const call: Call = { request, reply, principal, parameters, pretty: isPretty(request) };
  return withinTimeout(request, () => run(services, call, request));
}

/** The form of a POST that stands for a GET: long queries do not fit into a URL. */
function postedForm(request: FastifyRequest): string | undefined {
  if (request.method !== 'POST' || request.headers['content-type'] !== FORM) return undefined;
  const override = request.headers['x-http-method-override'];
  if (typeof override === 'string' && override !== '' && override.toUpperCase() !== 'GET') return undefined;
  return typeof request.body === 'string' ? request.body : '';
}

function idOf(request: FastifyRequest): string {
  const { id } = request.params as { id: string };
  if (id.includes('\0')) throw new StowageError('invalid', 'image.id', 'id has a NUL character: invalid arguments');
  return id;
}
