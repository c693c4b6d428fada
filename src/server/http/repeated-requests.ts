import { hash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
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

/** How much is remembered: requests, and bytes with what an entry costs besides its texts; of a connection, characters. */
const MOST = { requests: 5_000, bytes: 2 << 20, each: 400, text: 4_096 };

/**
 * Requests are remembered by a salted hash, since their headers carry secrets; the latest of a connection, if it was let
 * in, also in full: as long as the connection lasts, comparing with it takes less time than hashing.
 */
export function createRepeatedRequests(): RepeatedRequests {
  const salt = randomBytes(32).toString('base64');
  const known = new LruMap<string, LetIn & { readonly access: number }>(MOST.requests, {
    most: MOST.bytes,
    of: ({ page, ifNoneMatch = '' }) => page.length + ifNoneMatch.length + MOST.each,
  });
  const arrived = new WeakMap<FastifyRequest, number>();
  const latest = new WeakMap<Socket, RequestText & { readonly fingerprint: string }>();

  return {
    note(request, access) {
      const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
      if (request.method === 'GET' && length === undefined && encoding === undefined) arrived.set(request, access);
    },

    remember(request, letIn) {
      const access = arrived.get(request);
      if (access !== undefined) known.set(fingerprint(textOf(request.raw)), { ...letIn, access });
    },

    find(request) {
      const { method, socket, url, rawHeaders } = request;
      if (method !== 'GET') return undefined;
      const last = latest.get(socket);
      if (last && isSame(last, request)) return known.get(last.fingerprint);
      const text = textOf(request);
      const print = fingerprint(text);
      const found = known.get(print);
      if (found && text.length <= MOST.text) latest.set(socket, { url, rawHeaders, fingerprint: print });
      return found;
    },
  };

  function fingerprint(text: string): string {
    return hash('sha256', `${salt}${text}`, 'base64');
  }
}

type RequestText = Pick<IncomingMessage, 'url' | 'rawHeaders'>;

function isSame(a: RequestText, b: RequestText): boolean {
  if (a.url !== b.url || a.rawHeaders.length !== b.rawHeaders.length) return false;
  for (let at = 0; at < a.rawHeaders.length; at += 1) if (a.rawHeaders[at] !== b.rawHeaders[at]) return false;
  return true;
}

// Neither a URL nor a header can hold a line feed, so equal texts are equal requests.
function textOf({ url, rawHeaders }: RequestText): string {
  let text = `${url}`;
  for (const part of rawHeaders) text += `\n${part}`;
  return text;
}
