/** The few calls of the Docker Engine API that are needed, over a unix socket; podman answers the same. */
import { type Dispatcher, Pool } from 'undici';
import { StowageError } from '../../domain/error.ts';
import { isObject, type JsonObject } from '../manifest/json.ts';

/** Newest API version spoken; an older engine is spoken to in its own. */
const NEWEST: ApiVersion = [1, 50];
/** Bytes of one answer. */
const ANSWER = 64 * 1024 * 1024;
const TIMEOUT = 30_000;
const CONNECTIONS = 6;

type ApiVersion = readonly [major: number, minor: number];

/** An engine that answered. */
export interface Engine {
  readonly socket: string;
  readonly isPodman: boolean;
  /** A JSON answer; `undefined` for 404. Throws StowageError `docker.unreachable`, `docker.answer`. */
  get(path: string, signal: AbortSignal): Promise<unknown>;
  /** An endless answer, as it comes in. */
  stream(path: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
  close(): Promise<void>;
}

/**
 * Connects and agrees on an API version.
 * @throws StowageError kind `unavailable`, code `docker.unreachable`, which says what to do
 */
export async function connectEngine(socket: string, signal: AbortSignal): Promise<Engine> {
  const pool = new Pool('http://localhost', {
    socketPath: socket,
    connections: CONNECTIONS,
    headersTimeout: TIMEOUT,
    bodyTimeout: TIMEOUT,
    connect: { timeout: 5_000 },
  });
  try {
    const ping = await request(pool, socket, '/_ping', signal);
    const text = await readText(ping, socket);
    const version = text === 'OK' ? spoken(header(ping, 'api-version')) : undefined;
    if (!version)
      throw new StowageError('unavailable', 'docker.answer', `${socket} answers, but not like a Docker engine`);
    const isPodman = header(ping, 'libpod-api-version') !== '';
    return engineOver(pool, socket, `/v${version.join('.')}`, isPodman);
  } catch (error) {
    await pool.destroy();
    throw error;
  }
}

function engineOver(pool: Pool, socket: string, prefix: string, isPodman: boolean): Engine {
  return {
    socket,
    isPodman,

    async get(path, signal) {
      const response = await request(pool, socket, prefix + path, signal);
      const text = await readText(response, socket);
      if (response.statusCode === 404) return undefined;
      if (response.statusCode !== 200) throw refused(socket, path, response.statusCode, text);
      try {
        return JSON.parse(text);
      } catch (cause) {
        throw new StowageError(
          'unavailable',
          'docker.answer',
          `${socket} answered ${path} with something that is no JSON`,
          { cause },
        );
      }
    },

    async stream(path, signal) {
      const response = await request(pool, socket, prefix + path, signal, true);
      if (response.statusCode !== 200)
        throw refused(socket, path, response.statusCode, await readText(response, socket));
      return response.body;
    },

    close: () => pool.destroy(),
  };
}

async function request(
  pool: Pool,
  socket: string,
  path: string,
  signal: AbortSignal,
  endless = false,
): Promise<Dispatcher.ResponseData> {
  try {
    return await pool.request({
      path,
      method: 'GET',
      signal,
      ...(endless ? { headersTimeout: 0, bodyTimeout: 0 } : {}),
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw unreachable(socket, cause);
  }
}

async function readText(response: Dispatcher.ResponseData, socket: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > ANSWER)
        throw new StowageError('unavailable', 'docker.answer', `${socket} answered with more than ${ANSWER} bytes`);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw cause instanceof StowageError ? cause : unreachable(socket, cause);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function header(response: Dispatcher.ResponseData, name: string): string {
  const value = response.headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** The older of what the engine speaks and what is spoken here. */
function spoken(text: string): ApiVersion | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  const theirs: ApiVersion = [Number(match[1]), Number(match[2])];
  const isNewer = theirs[0] > NEWEST[0] || (theirs[0] === NEWEST[0] && theirs[1] > NEWEST[1]);
  return isNewer ? NEWEST : theirs;
}

function refused(socket: string, path: string, status: number, text: string): StowageError {
  let said = text.slice(0, 300).trim();
  try {
    const json: unknown = JSON.parse(text);
    if (isObject(json)) said = messageOf(json) ?? said;
  } catch {
    // a proxy's plain text
  }
  return new StowageError(
    'unavailable',
    'docker.answer',
    `${socket} refused ${path.slice(0, 200)} with ${status}: ${said}`,
  );
}

function messageOf(json: JsonObject): string | undefined {
  return typeof json['message'] === 'string' ? json['message'].slice(0, 300) : undefined;
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket; is the engine running?',
  ECONNREFUSED: 'nobody listens there; is the engine running?',
  EACCES: 'not allowed; add this user to the group of the socket',
};

function unreachable(socket: string, cause: unknown): StowageError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = ADVICE[code ?? ''] ?? message;
  return new StowageError('unavailable', 'docker.unreachable', `no answer from the engine at ${socket}: ${why}`, {
    cause,
  });
}
