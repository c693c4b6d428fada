import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorKind, StowageError } from '../../domain/error.ts';

/** gRPC codes in use, with the HTTP status each is sent as (google.rpc.Code). */
const STATUS: Readonly<Record<number, number>> = {
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  12: 501,
  13: 500,
  14: 503,
  16: 401,
};

const CODES: Readonly<Record<ErrorKind, number>> = {
  invalid: 3,
  unauthenticated: 16,
  forbidden: 7,
  'not-found': 5,
  conflict: 6,
  'too-many': 8,
  unavailable: 14,
  internal: 13,
};

/** An error that only this API has a code for. */
export class RpcError extends Error {
  /** gRPC code. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
  }
}

/** The answer of a path that does not exist. */
export const NOT_FOUND = new RpcError(5, 'Not Found');
/** The answer of a path that does not take the method. */
export const METHOD_NOT_ALLOWED = new RpcError(12, 'Method Not Allowed');

/** Turns any error into the unary error body, its status and headers. The one place where that happens. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, message } = describe(error);
  if (code === 13) request.log.error({ err: error }, 'request failed');
  if (code === 16) reply.header('www-authenticate', message);
  return reply
    .code(STATUS[code] ?? 500)
    .headers(HEADERS)
    .send(JSON.stringify({ code, message, details: [], error: message }));
}

/** Headers of every answer. */
export const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  'cache-control': 'no-store, no-cache',
  'grpc-metadata-content-type': 'application/grpc',
};

function describe(error: unknown): { readonly code: number; readonly message: string } {
  if (error instanceof RpcError) return { code: error.code, message: error.message };
  if (error instanceof StowageError && error.kind !== 'internal') {
    return { code: CODES[error.kind], message: error.message };
  }
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { code: status === 429 ? 8 : 3, message: error instanceof Error ? error.message : 'The request is wrong.' };
  }
  return { code: 13, message: 'Internal error. The server log says more.' };
}
