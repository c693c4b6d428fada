import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Page, PageCache } from '../../dialects/dialect.ts';
import type { Principal, Project } from '../../domain/credential.ts';
import type { Micros } from '../../domain/time.ts';
import { LruMap } from './lru-map.ts';
import { createRepeatedRequests, type LetIn } from './repeated-requests.ts';

interface Kept {
  readonly generation: number;
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string | undefined;
  /** The headers once more, with the entity tag, as names and values in turn. */
  readonly head: readonly string[];
}

interface Options {
  /** The generation of a project's inventory. */
  readonly generationOf: (project: Project) => number | Promise<number>;
  /** The generation of credentials, tokens and projects. */
  readonly accessGeneration: () => number | Promise<number>;
  readonly now: () => Micros;
  /** Most bytes kept in all; a page larger than an eighth of it is not kept. */
  readonly bytes?: number;
}

export interface KeptPages extends PageCache {
  /**
   * Answers a request that equals an earlier one from its page: without its handler, if access, the inventory and the
   * credential are what they were and the dialect allows it.
   * @returns its route when it was answered; undefined when everything is still to be done
   */
  repeat(request: IncomingMessage, response: ServerResponse): string | undefined | Promise<string | undefined>;
}

/** Keeps rendered pages as bytes until the project's inventory changes. */
export function createPageCache({ generationOf, accessGeneration, now, bytes = 8 << 20 }: Options): KeptPages {
  const kept = new LruMap<string, Kept>(20_000, {
    most: bytes,
    // The URL in the key can be longer than the page.
    of: (page, key) => page.body.length + key.length + 500,
  });
  const requests = createRepeatedRequests();

  return {
    arrive(request, _reply, done) {
      const access = accessGeneration();
      if (typeof access === 'number') note(access);
      // What cannot be read now is told by the check of the credential.
      else access.then(note, () => done());

      function note(generation: number): void {
        requests.note(request, generation);
        done();
      }
    },

    async send(request, reply, principal, key, render, { etag = false, onRepeat } = {}) {
      const known = generationOf(principal.project);
      const generation = typeof known === 'number' ? known : await known;
      const full = `${principal.project.id} ${key}`;
      const ifNoneMatch = request.headers['if-none-match'];
      let page = kept.get(full);
      if (page?.generation === generation) {
        const { url: route = 'unknown' } = request.routeOptions;
        if (onRepeat) requests.remember(request, { principal, route, page: full, ifNoneMatch, onRepeat });
      } else {
        const fresh = await render();
        page = toKept(fresh, generation, etag);
        if (fresh.keep !== false && page.status === 200 && page.body.length <= bytes / 8) kept.set(full, page);
      }
      reply.code(page.status).headers(page.headers);
      if (page.etag !== undefined) {
        reply.header('etag', page.etag);
        if (matches(ifNoneMatch, page.etag)) return reply.code(304).send();
      }
      return reply.send(page.body);
    },

    repeat(request, response) {
      const found = requests.find(request);
      if (!found) return undefined;
      const access = accessGeneration();
      const generation = generationOf(found.principal.project);
      if (typeof access === 'number' && typeof generation === 'number') return answer(access, generation);
      return Promise.all([access, generation]).then(
        (known) => answer(...known),
        () => undefined,
      );

      function answer(accessNow: number, generationNow: number): string | undefined {
        if (found!.access !== accessNow || !isAlive(found!.principal, now())) return undefined;
        const page = kept.get(found!.page);
        return page?.generation === generationNow && write(response, page, found!) ? found!.route : undefined;
      }
    },
  };
}

function write(response: ServerResponse, page: Kept, { ifNoneMatch, onRepeat }: LetIn): boolean {
  const own = onRepeat();
  if (!own) return false;
  if (page.etag !== undefined && matches(ifNoneMatch, page.etag)) {
    response.writeHead(304, own.concat(page.head)).end();
    return true;
  }
  const headers = own.concat(page.head, 'content-length', String(page.body.length));
  response.writeHead(page.status, headers).end(page.body);
  return true;
}

function isAlive({ expiresAt }: Principal, at: Micros): boolean {
  return expiresAt === null || expiresAt > at;
}

function toKept(page: Page, generation: number, etag: boolean): Kept {
  const body = typeof page.body === 'string' ? Buffer.from(page.body) : page.body;
  const headers = body.length === 0 ? (page.headers ?? {}) : { 'content-type': 'application/json', ...page.headers };
  const tag = etag ? `"${hash('sha256', body, 'base64url').slice(0, 27)}"` : undefined;
  const head = Object.entries(headers).flat();
  if (tag !== undefined) head.push('etag', tag);
  return { generation, status: page.status ?? 200, body, headers, etag: tag, head };
}

// RFC 9110 section 13.1.2: a list of entity tags, compared weakly, or `*`.
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
