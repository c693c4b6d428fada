import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorKind, StowageError } from '../../domain/error.ts';

/** Status of each kind of error; the call's documentation knows only 400, 403 and 429 of them. */
const STATUS: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 403,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-many': 429,
  unavailable: 503,
  internal: 500,
};

/** The texts clients know by heart (contract 5.1). */
export const TEXT = {
  noApiKey: 'API key required',
  noApplicationKey: 'Application key required: send DD-APPLICATION-KEY beside DD-API-KEY',
  forbidden: 'Forbidden',
  tooMany: 'Too many requests',
  notFound: 'Not found',
} as const;

/** A refusal in the vendor's words. */
export function refused(text: string): StowageError {
  return new StowageError('unauthenticated', 'auth.refused', text);
}

/** Every error of the dialect becomes bytes here: `{"errors":["text"]}`, never HTML. */
export function sendError(error: FastifyError | StowageError | Error, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof StowageError) {
    if (error.kind === 'internal') request.log.error({ err: error }, 'request failed');
    return send(reply, STATUS[error.kind], error.message);
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status < 500) return send(reply, status, error.message);
  request.log.error({ err: error }, 'request failed');
  return send(reply, 500, 'Internal error; the request may be repeated. The server log has the details.');
}

/** The answer to every path and method the dialect does not have. */
export function sendNotFound(_request: FastifyRequest, reply: FastifyReply) {
  return send(reply, 404, TEXT.notFound);
}

function send(reply: FastifyReply, status: number, text: string) {
  return reply
    .code(status)
    .header('content-type', 'application/json')
    .send(JSON.stringify({ errors: [text] }));
}
