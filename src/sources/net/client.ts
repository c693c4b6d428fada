import { Agent } from 'undici';
import { readWhole, tooLarge, watched } from './body.ts';
import { NetError, PassingStatus, toNetError } from './errors.ts';
import { type ConnectSettings, type GuardPolicy, guardedConnector } from './guard.ts';
import { type HostGate, hostGate, type Ticket } from './host-gate.ts';
import type { Pace } from './pace.ts';
import { checkPlainHttp, redirectTarget, tooManyRedirects } from './redirect.ts';
import { repeatedly } from './repeat.ts';
import { isPassingStatus, parseRetryAfter } from './retry.ts';
import { USER_AGENT } from './user-agent.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes only to the origin of `url`: a redirect anywhere else loses it for good. */
  readonly authorization?: string | undefined;
  readonly body?: string;
  /** The most bytes the answer's body may have. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Tries after the first; the pace's when left out. */
  readonly retries?: number | undefined;
}

export interface HttpHead {
  readonly status: number;
  /** Headers by lower-case name; several of one name are joined by commas (RFC 9110, 5.3). */
  readonly headers: ReadonlyMap<string, string>;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
}

export interface HttpAnswer extends HttpHead {
  readonly body: Buffer;
}

export interface HttpStream extends HttpHead {
  /** The body as it comes. Read it, to the end or to an early return, or discard it: a place at the host is taken until then. */
  readonly pieces: AsyncGenerator<Buffer>;
  /** Throws an unread body away. */
  discard(): Promise<void>;
}

export interface HttpClientOptions {
  readonly guard: GuardPolicy;
  readonly connect: ConnectSettings;
  readonly pace: Pace;
  /** Requests at once per host. */
  readonly concurrency: number;
  /** Hosts beside loopback that plain http may be spoken with. */
  readonly plainHttp: readonly string[];
}

/**
 * HTTP to hosts that are not trusted: guarded connections, redirects by our rules, time and size budgets, repetition
 * with back-off, a breaker per host. Answers of any status but the passing ones (408, 425, 429, 5xx) are given back;
 * those and everything else end in a NetError once the tries are used up.
 */
export interface HttpClient {
  /** Asks and reads the whole body. */
  fetch(request: HttpRequest): Promise<HttpAnswer>;
  /** Asks and gives the body as it comes; not repeated any more once the headers are here. */
  stream(request: HttpRequest): Promise<HttpStream>;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** An answer whose body is still to come. `end` must be called once, with what became of it. */
interface Opened extends HttpHead {
  readonly body: Awaited<ReturnType<Agent['request']>>['body'];
  end(error?: unknown): void;
}

/** Makes a client; close it when done. */
export function httpClient(options: HttpClientOptions): HttpClient {
  const { pace } = options;
  const gates = new Map<string, HostGate>();
  const agent = new Agent({
    connect: guardedConnector(options.guard, options.connect),
    connections: options.concurrency,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    maxHeaderSize: 32 * 1024,
  });

  function gateOf(host: string): HostGate {
    let gate = gates.get(host);
    if (!gate) {
      gate = hostGate(host, options.concurrency, pace);
      gates.set(host, gate);
    }
    return gate;
  }

  /** One request to one host, up to the answer's headers. */
  async function exchange(request: HttpRequest, url: URL, authorization: string | undefined): Promise<Opened> {
    checkPlainHttp(url, options.plainHttp);
    const ticket = await gateOf(url.host).enter(request.signal);
    const control = new AbortController();
    const onAbort = () => control.abort(request.signal.reason);
    const timer = setTimeout(() => control.abort(late(url, pace)), pace.headerTimeout);
    request.signal.addEventListener('abort', onAbort, { once: true });
    function end(error?: unknown): void {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', onAbort);
      settle(ticket, error);
    }
    try {
      request.signal.throwIfAborted();
      const answer = await agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: request.method,
        headers: {
          'user-agent': USER_AGENT,
          'accept-encoding': 'identity',
          ...request.headers,
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: request.body ?? null,
        signal: control.signal,
        // undici would close the connection after a HEAD, in case that a body follows; one would only break the next answer.
        reset: false,
      });
      clearTimeout(timer);
      return { status: answer.statusCode, headers: headerMap(answer.headers), url, body: answer.body, end };
    } catch (error) {
      const reason = request.signal.aborted ? request.signal.reason : toNetError(error, url.host);
      end(reason);
      throw reason;
    }
  }

  /** One try: the request and the redirects it leads through, to an answer that is neither redirect nor passing. */
  async function attempt(request: HttpRequest): Promise<Opened> {
    let { url, authorization } = request;
    for (let hop = 0; ; hop += 1) {
      const opened = await exchange(request, url, authorization);
      let next: URL | undefined;
      try {
        next = judge(opened, request, options.plainHttp);
        if (next && hop >= pace.redirects) throw tooManyRedirects(request.url, pace.redirects);
      } catch (error) {
        await discard(opened, error);
        throw error;
      }
      if (!next) return opened;
      await discard(opened);
      if (next.origin !== request.url.origin) authorization = undefined;
      url = next;
    }
  }

  async function* pieces(opened: Opened, { limit, signal }: HttpRequest): AsyncGenerator<Buffer> {
    let reason: unknown;
    try {
      yield* watched(opened.body, opened.url.host, limit, pace);
    } catch (error) {
      reason = signal.aborted ? signal.reason : error;
      throw reason;
    } finally {
      opened.end(reason);
    }
  }

  function repeat<T>(request: HttpRequest, work: () => Promise<T>): Promise<T> {
    return repeatedly(work, { pace, retries: request.retries, signal: request.signal, gateOf });
  }

  async function stream(request: HttpRequest): Promise<HttpStream> {
    const opened = await attempt(request);
    const { status, headers, url } = opened;
    return { status, headers, url, pieces: pieces(opened, request), discard: () => discard(opened) };
  }

  async function fetch(request: HttpRequest): Promise<HttpAnswer> {
    const { status, headers, url, pieces } = await stream(request);
    return { status, headers, url, body: await readWhole(pieces) };
  }

  return {
    fetch: (request) => repeat(request, () => fetch(request)),
    stream: (request) => repeat(request, () => stream(request)),
    close: () => agent.destroy(),
  };
}

/** Where the answer leads on to, or `undefined` when it is the last. @throws NetError when it is none to go by */
function judge(opened: Opened, request: HttpRequest, plainHttp: readonly string[]): URL | undefined {
  const { status, headers, url } = opened;
  if (isPassingStatus(status)) throw new PassingStatus(url.host, status, parseRetryAfter(headers.get('retry-after')));
  const next = redirectTarget({ method: request.method, url, status, location: headers.get('location') }, plainHttp);
  if (next || request.method === 'HEAD') return next;
  if ((headers.get('content-encoding') ?? 'identity') !== 'identity') {
    throw new NetError('invalid', 'net.encoding', url.host, `${url.host}: its answer is compressed though not asked`);
  }
  if (Number(headers.get('content-length') ?? 0) > request.limit) throw tooLarge(url.host, request.limit);
  return undefined;
}

/** Throws a body away: a short one is read so that the connection can be used again. */
async function discard(opened: Opened, error?: unknown): Promise<void> {
  try {
    await opened.body.dump({ limit: 16 * 1024 });
  } catch {
    opened.body.destroy();
  }
  opened.end(error);
}

/** What an outcome says about the host: any answer but "I cannot now" shows that it is there. */
function settle(ticket: Ticket, error: unknown): void {
  if (error === undefined) ticket.succeeded();
  else if (!(error instanceof NetError) || error.kind !== 'unavailable') ticket.left();
  else if (error.status === 500) ticket.succeeded();
  else if (error.status !== undefined && error.status < 500) ticket.left();
  else ticket.failed(error);
}

function headerMap(headers: Readonly<Record<string, string | string[] | undefined>>): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}

function late(url: URL, pace: Pace): NetError {
  const message = `${url.host}: no answer within ${pace.headerTimeout / 1_000} s`;
  return new NetError('unavailable', 'net.timeout', url.host, message);
}
