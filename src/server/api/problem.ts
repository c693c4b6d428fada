import type { FastifyReply, FastifyRequest } from 'fastify';
import { StowageError } from '../../domain/error.ts';

const STATUS: Readonly<Record<StowageError['kind'], number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-many': 429,
  unavailable: 503,
  internal: 500,
};

/** Turns whatever was thrown into `application/problem+json` (RFC 9457) with a code and the request's id. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = error instanceof StowageError ? error : fromHttp(error);
  const status = STATUS[known.kind];
  if (status === 401) reply.header('www-authenticate', 'Basic realm="stowage", charset="UTF-8"');
  return reply
    .code(status)
    .type('application/problem+json')
    .send({
      type: 'about:blank',
      title: known.kind,
      status,
      detail: known.message,
      code: known.code,
      ...(known.at === undefined ? {} : { at: known.at }),
      request_id: request.id,
    });
}

function fromHttp(error: unknown): StowageError {
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  const message = error instanceof Error ? error.message : String(error);
  if (status >= 400 && status < 500) return new StowageError('invalid', 'request.invalid', message, { cause: error });
  return new StowageError('internal', 'internal', 'Something went wrong inside; the log has more.', { cause: error });
}
