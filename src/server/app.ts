import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Dialect, DialectServices } from '../dialects/dialect.ts';
import { DIALECTS } from '../dialects/registry.ts';
import type { Principal } from '../domain/credential.ts';
import { type Micros, now as wallClock } from '../domain/time.ts';
import { CursorCodec } from '../query/cursor.ts';
import type { Store } from '../store/store.ts';
import { type CredentialService, createCredentialService } from './access/credentials.ts';
import { registerApi } from './api/routes.ts';
import type { ApiServices } from './api/services.ts';
import { answerRepeatedFirst } from './http/answer-first.ts';
import { AuditLog } from './http/audit-log.ts';
import { registerHealth } from './http/health.ts';
import { createMetrics } from './http/metrics.ts';
import { createPageCache } from './http/page-cache.ts';
import { createPrintedRows } from './http/printed-rows.ts';
import { createRateLimits } from './http/rate-limits.ts';
import { registerRoot } from './http/root.ts';

export interface AppOptions {
  readonly store: Store;
  /** 32-byte server key: tokens, cursors and sealed secrets depend on it. */
  readonly key: Buffer;
  readonly now?: () => Micros;
  readonly dialects?: readonly Dialect[];
  /** Address clients reach us by, without trailing slash; default: what each request says. */
  readonly publicUrl?: string;
  /** Whether `X-Forwarded-*` headers are believed. */
  readonly trustProxy?: boolean;
  /** Stands in for everybody (`--insecure-no-auth`, loopback only). */
  readonly anonymous?: Principal;
  /** Where errors of the server's own making are told. */
  readonly onError?: (error: unknown, context: string) => void;
  /** What only a running server has: sources and jobs to act on. */
  readonly control?: ApiServices['control'];
}

export interface App {
  readonly http: FastifyInstance;
  readonly credentials: CredentialService;
  close(): Promise<void>;
}

/** Bytes of a request's head: room for a filter of a thousand digests in the URL, percent-encoded. */
const MOST_HEADER = 128 << 10;

/** Puts the one port together: every dialect in a room of its own, the native API, health and metrics. */
export async function buildApp(options: AppOptions): Promise<App> {
  const { store, key, now = wallClock, dialects = DIALECTS, onError = () => {} } = options;
  const http = Fastify({
    http: { maxHeaderSize: MOST_HEADER },
    bodyLimit: 1 << 20,
    trustProxy: options.trustProxy ?? false,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    // An answer may be that long under way: longer than PostgreSQL lets a statement take, whose error is to be told.
    connectionTimeout: 120_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 2_048 },
    exposeHeadRoutes: false,
    // A path that is no valid percent-encoding reaches no dialect, so it is refused here.
    frameworkErrors: (error, request, reply) => {
      const path = (request.raw.url ?? '').split('?', 1)[0]?.slice(0, 200);
      reply.raw.writeHead(400, { 'content-type': 'application/json' });
      reply.raw.end(JSON.stringify({ error: `${path} is not a valid path: ${error.message}` }));
      return reply.hijack();
    },
  });
  const audit = new AuditLog(store, (error) => onError(error, 'audit'));
  const credentials = createCredentialService({
    store,
    key,
    now,
    audit: (entry) => audit.add(entry),
    anonymous: options.anonymous,
  });
  const pages = createPageCache({
    generationOf: (project) => store.generation(project),
    accessGeneration: () => store.accessGeneration(),
    now,
  });
  const services: DialectServices = {
    store,
    credentials,
    cursors: new CursorCodec(key),
    pages,
    rows: createPrintedRows(store),
    limits: createRateLimits(now),
    now,
    baseUrl: (request) => options.publicUrl ?? ownUrl(request),
    audit: (entry, request) => audit.add({ ...entry, at: now(), remote: request.ip }),
  };
  const metrics = createMetrics(http, store);
  answerRepeatedFirst(http, pages, metrics);
  if (options.anonymous) refuseForeignHosts(http);
  for (const dialect of dialects) {
    await http.register(async (room) => dialect.register(room, services));
  }
  await http.register(async (room) => registerApi(room, { ...services, store, dialects, control: options.control }));
  registerHealth(http, store, metrics);
  registerRoot(http, { dialects, services });
  return {
    http,
    credentials,
    async close() {
      await http.close();
      await audit.flush();
    },
  };
}

function ownUrl(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

/** Without credentials a rebound name would read everything: only requests that name a loopback host are answered. */
function refuseForeignHosts(http: FastifyInstance): void {
  http.addHook('onRequest', async (request, reply) => {
    const host = request.hostname.replace(/^\[|\]$/g, '');
    if (host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)) return;
    return reply
      .code(403)
      .send({ error: 'Without authentication only requests to a loopback host name are answered.' });
  });
}
