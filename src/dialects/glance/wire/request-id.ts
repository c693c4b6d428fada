import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { OnRepeat } from '../../dialect.ts';

const GIVEN = /^[\x21-\x7e]{1,64}$/;

/** The id of a request as `X-Openstack-Request-Id` carries it: the client's own where it sent a sound one. */
export function requestId(request: FastifyRequest): string {
  return givenId(request) ?? `req-${randomUUID()}`;
}

/** The id on the answers to repetitions of a request: the client's own stays, others are new each time. */
export function nameRepeats(request: FastifyRequest): OnRepeat {
  return name(givenId(request));
}

function name(given: string | undefined): OnRepeat {
  return () => ['x-openstack-request-id', given ?? `req-${randomUUID()}`];
}

function givenId(request: FastifyRequest): string | undefined {
  const given = request.headers['x-openstack-request-id'];
  return typeof given === 'string' && GIVEN.test(given) ? given : undefined;
}
