import type { FastifyReply } from 'fastify';
import { StowageError } from '../../domain/error.ts';
import { MILLISECOND, type Micros } from '../../domain/time.ts';

const NAMES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
};

/** An error in the vendor's form: status and text (contract 4.3). */
export class QualysError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'QualysError';
    this.status = status;
  }
}

/** The errors these calls give, by what happened. */
export const ERRORS = {
  noToken: () =>
    new QualysError(401, 'Authentication is required: send Authorization: Bearer with a token from POST /auth'),
  badToken: () => new QualysError(401, 'The token is not valid; get a new one from POST /auth'),
  expiredToken: () => new QualysError(401, 'JWT expired; get a new token from POST /auth'),
  badLogin: () => new QualysError(401, 'The user name or password is not right'),
  noPermission: (user: string, permission: string) =>
    new QualysError(
      403,
      `The ${user} user does not have the ${permission} permission to perform this operation. Ensure that required permissions are assigned to the user`,
    ),
  beyondWindow: () =>
    new QualysError(
      400,
      'At most the first 10,000 images can be paged through: pageNumber x pageSize must not exceed 10,000. Narrow the filter (for example by updated), or use the Bulk API, GET /csapi/v1.3/images/list',
    ),
  badNumber: (name: string, text: string, least: number, most: string) =>
    new QualysError(400, `${name} must be a whole number from ${least} to ${most}, not "${text.slice(0, 40)}"`),
  unknownPath: (path: string) => new QualysError(404, `${path} does not exist`),
  tooMany: () => new QualysError(429, 'Too many requests; wait for the next window'),
} as const;

/** Writes any error as `{errorCode, message, timestamp}`. */
export function sendError(error: unknown, now: Micros, reply: FastifyReply): FastifyReply {
  const known = error instanceof QualysError ? error : translate(error);
  return reply
    .code(known.status)
    .type('application/json;charset=UTF-8')
    .send({
      errorCode: `${known.status} ${NAMES[known.status] ?? 'ERROR'}`,
      message: known.message,
      timestamp: Math.floor(now / MILLISECOND),
    });
}

function translate(error: unknown): QualysError {
  if (error instanceof StowageError) {
    const place = typeof error.at === 'number' ? ` (at character ${error.at + 1} of the filter)` : '';
    if (error.kind === 'invalid') return new QualysError(400, `${error.message}${place}`);
    if (error.kind === 'too-many') return new QualysError(429, error.message);
    if (error.kind === 'unavailable') return new QualysError(503, error.message);
    return new QualysError(500, 'Internal error');
  }
  const status = (error as { statusCode?: number }).statusCode;
  return status !== undefined && status < 500
    ? new QualysError(status in NAMES ? status : 400, (error as Error).message)
    : new QualysError(500, 'Internal error');
}
