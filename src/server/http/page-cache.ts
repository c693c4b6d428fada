import { createHash } from 'node:crypto';
import type { Page, PageCache } from '../../dialects/dialect.ts';
import type { Project } from '../../domain/credential.ts';
import { LruMap } from './lru-map.ts';

interface Kept {
  readonly generation: number;
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string | undefined;
}

/**
 * Keeps rendered pages as bytes until the project's inventory changes.
 * @param bytes most bytes kept in all; a page larger than an eighth of it is not kept
 */
export function createPageCache(
  generationOf: (project: Project) => number | Promise<number>,
  bytes = 16 << 20,
): PageCache {
  const kept = new LruMap<string, Kept>(20_000, {
    most: bytes,
    // The URL in the key can be longer than the page.
    of: (page, key) => page.body.length + key.length + 500,
  });

  return {
    async send(request, reply, principal, key, render, { etag = false } = {}) {
      const known = generationOf(principal.project);
      const generation = typeof known === 'number' ? known : await known;
      const full = `${principal.project.id} ${key}`;
      let page = kept.get(full);
      if (page?.generation !== generation) {
        const fresh = await render();
        page = toKept(fresh, generation, etag);
        if (fresh.keep !== false && page.status === 200 && page.body.length <= bytes / 8) kept.set(full, page);
      }
      reply.code(page.status).headers(page.headers);
      if (page.etag !== undefined) {
        reply.header('etag', page.etag);
        if (matches(request.headers['if-none-match'], page.etag)) return reply.code(304).send();
      }
      return reply.send(page.body);
    },
  };
}

function toKept(page: Page, generation: number, etag: boolean): Kept {
  const body = typeof page.body === 'string' ? Buffer.from(page.body) : page.body;
  return {
    generation,
    status: page.status ?? 200,
    body,
    headers: body.length === 0 ? (page.headers ?? {}) : { 'content-type': 'application/json', ...page.headers },
    etag: etag ? `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"` : undefined,
  };
}

// RFC 9110 section 13.1.2: a list of entity tags, compared weakly, or `*`.
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
