import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../domain/credential.ts';
import { mentionsNow } from '../../query/dates.ts';
import { dependsOnNow } from '../../query/predicate.ts';
import type { DialectServices, OnRepeat } from '../dialect.ts';
import { authenticate, login } from './auth.ts';
import { ERRORS, sendError } from './errors.ts';
import { readPage, readSort } from './paging.ts';
import { parse } from './parse.ts';
import { imageItem } from './rows.ts';

/** Requests a minute from one credential. The vendor's is 5,000; a self-hosted server needs only a stop for runaways. */
export const REQUESTS = { limit: 3_000_000, windowSeconds: 60 };

type Taken = ReturnType<DialectServices['limits']['take']>;

const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' };

/** Registers `POST /auth` and `/csapi`. */
export function registerRoutes(app: FastifyInstance, services: DialectServices): void {
  const { store, now } = services;
  app.setErrorHandler((error, _request, reply) => sendError(error, now(), reply));
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 65_536 },
    (_request, body, done) => done(null, body),
  );

  app.post('/auth', async (request, reply) => {
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
    const token = await login(request, form, services);
    return reply.code(201).type('text/plain;charset=UTF-8').send(token);
  });

  for (const version of ['v1.3', 'v1.2', 'v1.1']) {
    app.get(`/csapi/${version}/images`, { onRequest: services.pages.arrive }, async (request, reply) => {
      const principal = await authenticate(request, services);
      limit(principal, reply);
      return listImages(request, reply, principal);
    });
  }

  app.all('/csapi/*', async (request) => {
    await authenticate(request, services);
    throw ERRORS.unknownPath(request.url.split('?', 1)[0]!);
  });

  async function listImages(request: FastifyRequest, reply: FastifyReply, principal: Principal): Promise<FastifyReply> {
    const url = request.raw.url ?? '';
    const parameters = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
    const page = readPage(parameters);
    const sort = readSort(parameters.get('sort'));
    const render = async () => {
      const at = now();
      const { project } = principal;
      const filter = parameters.get('filter') ?? '';
      const where = parse(filter, { now: at });
      const [found, count] = await Promise.all([
        services.rows.list(project, { entity: 'content', where, sort, ...page, now: at }, 'qualys', (row) =>
          JSON.stringify(imageItem(row)),
        ),
        store.count(project, 'content', where, { now: at }),
      ]);
      const keep = !dependsOnNow(where) && !mentionsNow(filter);
      if (found.texts.length === 0) return { status: 204, body: '', headers: {}, keep: false };
      return {
        body: `{"data":[${found.texts.join(',')}],"count":${count.value}}`,
        headers: JSON_TYPE,
        keep,
      };
    };
    const onRepeat = countRepeats(principal.credentialId);
    return services.pages.send(request, reply, principal, `qualys ${url}`, render, { onRepeat });
  }

  function countRepeats(credentialId: string): OnRepeat {
    return () => {
      const taken = take(credentialId);
      return taken.allowed ? rateHeaders(taken) : undefined;
    };
  }

  function take(credentialId: string): Taken {
    return services.limits.take('qualys images', credentialId, REQUESTS.limit, REQUESTS.windowSeconds);
  }

  function limit(principal: Principal, reply: FastifyReply): void {
    const taken = take(principal.credentialId);
    const headers = rateHeaders(taken);
    for (let at = 0; at < headers.length; at += 2) reply.header(headers[at]!, headers[at + 1]!);
    if (taken.allowed) return;
    reply.headers({ 'x-ratelimit-towait-sec': taken.resetSeconds, 'retry-after': taken.resetSeconds });
    throw ERRORS.tooMany();
  }
}

/** Names and values in turn. */
function rateHeaders({ limit, windowSeconds, remaining }: Taken): readonly string[] {
  return [
    'x-ratelimit-limit',
    String(limit),
    'x-ratelimit-window-sec',
    String(windowSeconds),
    'x-ratelimit-remaining',
    String(remaining),
  ];
}
