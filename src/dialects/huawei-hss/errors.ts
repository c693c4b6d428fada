import type { FastifyReply } from 'fastify';
import { StowageError } from '../../domain/error.ts';

/** Who answers with an error: the API gateway, the HSS service, or IAM. Each has a body of its own (contract 1.3). */
export type Speaker = 'gateway' | 'service' | 'iam';

/** An error in the vendor's words. */
export class HssError extends Error {
  readonly speaker: Speaker;
  readonly status: number;
  readonly code: string;

  constructor(speaker: Speaker, status: number, code: string, message: string) {
    super(message);
    this.name = 'HssError';
    this.speaker = speaker;
    this.status = status;
    this.code = code;
  }
}

const AUTH = 'Incorrect IAM authentication information';

/** The errors these calls give, by what happened. */
export const ERRORS = {
  unknownApi: () =>
    new HssError('gateway', 404, 'APIGW.0101', 'The API does not exist or has not been published in the environment'),
  missingHeader: (name: string) =>
    new HssError('gateway', 400, 'APIGW.0106', `Orchestration error: Invalid header parameter: ${name}, required`),
  noCredential: () => new HssError('gateway', 401, 'APIGW.0301', `${AUTH}: x-auth-token not found`),
  badToken: () => new HssError('gateway', 401, 'APIGW.0301', `${AUTH}: decrypt token fail`),
  expiredToken: () => new HssError('gateway', 401, 'APIGW.0301', `${AUTH}: token expires`),
  badSignature: () => new HssError('gateway', 401, 'APIGW.0301', `${AUTH}: verify aksk signature fail`),
  skewed: () =>
    new HssError(
      'gateway',
      401,
      'APIGW.0301',
      `${AUTH}: verify aksk signature fail, X-Sdk-Date is more than 15 minutes from the server's time`,
    ),
  unsupportedAlgorithm: (name: string) =>
    new HssError(
      'gateway',
      401,
      'APIGW.0301',
      `${AUTH}: algorithm ${name} is not supported, sign with SDK-HMAC-SHA256 or V11-HMAC-SHA256`,
    ),
  malformedSignature: () =>
    new HssError('gateway', 401, 'APIGW.0301', `${AUTH}: the Authorization header is not in a known form`),
  unknownKey: () => new HssError('gateway', 401, 'APIGW.0301', `${AUTH}: Get secretKey failed,ak:***,err:ak not exist`),
  locked: () => new HssError('gateway', 401, 'APIGW.0301', `${AUTH}: AK access failed to reach the limit,forbidden`),
  otherProject: () =>
    new HssError(
      'gateway',
      403,
      'APIGW.0302',
      'The IAM user is not authorized to access the API: the project in the path is not the project of the credential',
    ),
  throttled: () => new HssError('gateway', 429, 'APIGW.0308', 'The throttling threshold has been reached'),
  bodyTooLarge: () => new HssError('gateway', 413, 'APIGW.0201', 'The request body is too large'),
  badParameter: (message: string) => new HssError('service', 400, 'HSS.0003', message),
  internal: () => new HssError('gateway', 500, 'APIGW.0601', 'Internal server error'),
} as const;

/** Writes an error the way its speaker does. */
export function sendError(error: unknown, requestId: string, reply: FastifyReply): FastifyReply {
  const known = error instanceof HssError ? error : translate(error);
  reply.code(known.status).type('application/json;charset=UTF-8');
  switch (known.speaker) {
    case 'gateway':
      return reply.send({ error_msg: known.message, error_code: known.code, request_id: requestId });
    case 'service':
      return reply.send({ error_code: known.code, error_description: known.message, error_msg: known.message });
    default:
      return reply.send({ error: { code: known.status, message: known.message, title: known.code } });
  }
}

function translate(error: unknown): HssError {
  if (!(error instanceof StowageError)) {
    const status = (error as { statusCode?: number }).statusCode;
    if (status === 413) return ERRORS.bodyTooLarge();
    return status !== undefined && status < 500
      ? new HssError('gateway', 400, 'APIGW.0201', (error as Error).message)
      : ERRORS.internal();
  }
  switch (error.kind) {
    case 'invalid':
      return ERRORS.badParameter(error.message);
    case 'too-many':
      return ERRORS.throttled();
    case 'unavailable':
      return new HssError('gateway', 503, 'APIGW.0201', error.message);
    default:
      return ERRORS.internal();
  }
}
