import { hash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { OnRepeat } from '../../dialects/dialect.ts';
import type { Principal } from '../../domain/credential.ts';
import { LruMap } from './lru-map.ts';

/** What is known of a request that was let in and answered from a kept page. */
export interface LetIn {
  readonly principal: Principal;
  /** Its route, for the metrics. */
  readonly route: string;
  /** The key of its page. */
  readonly page: string;
  /** `If-None-Match`, which is the same whenever the request is. */
  readonly ifNoneMatch: string | undefined;
  readonly onRepeat: OnRepeat;
}

/** Recognises requests that came before, equal in every byte of their line and headers. */
export interface RepeatedRequests {
  /** Notes, before anything is checked, under which generation of access a request arrived. */
  note(request: FastifyRequest, access: number): void;
  /** Remembers what a noted request led to. */
  remember(request: FastifyRequest, letIn: LetIn): void;
  /** What an equal request led to, and under which generation of access. */
  find(request: IncomingMessage): (LetIn & { readonly access: number }) | undefined;
}

/** How much is remembered: requests, and bytes with what an entry costs besides its texts. */
const MOST = { requests: 5_000, bytes: 2 << 20, each: 400 };

/** Requests are remembered by a salted hash, since their headers carry secrets. */
export function createRepeatedRequests(): RepeatedRequests {
  const salt = randomBytes(32).toString('base64');
  const known = new LruMap<string, LetIn & { readonly access: number }>(MOST.requests, {
    most: MOST.bytes,
    of: ({ page, ifNoneMatch = '' }) => page.length + ifNoneMatch.length + MOST.each,
  });
  const arrived = new WeakMap<FastifyRequest, number>();

  return {
    note(request, access) {
      const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
      if (request.method === 'GET' && length === undefined && encoding === undefined) arrived.set(request, access);
    },

    remember(request, letIn) {
      const access = arrived.get(request);
      if (access !== undefined) known.set(fingerprint(request.raw, salt), { ...letIn, access });
    },

    find(request) {
      return request.method === 'GET' ? known.get(fingerprint(request, salt)) : undefined;
    },
  };
}

// Neither a URL nor a header can hold a line feed, so equal texts are equal requests.
function fingerprint({ url, rawHeaders }: IncomingMessage, salt: string): string {
  let text = `${salt}${url}`;
  for (const part of rawHeaders) text += `\n${part}`;
  return hash('sha256', text, 'base64');
}
