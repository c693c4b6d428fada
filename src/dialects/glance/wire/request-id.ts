import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

const GIVEN = /^[\x21-\x7e]{1,64}$/;

/** The id of a request as `X-Openstack-Request-Id` carries it: the client's own where it sent a sound one. */
export function requestId(request: FastifyRequest): string {
  const given = request.headers['x-openstack-request-id'];
  return typeof given === 'string' && GIVEN.test(given) ? given : `req-${randomUUID()}`;
}
