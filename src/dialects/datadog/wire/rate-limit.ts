import type { FastifyReply } from 'fastify';
import type { RateLimits } from '../../dialect.ts';

/** How many requests one credential may make in one window. */
export interface Allowance {
  readonly requests: number;
  readonly windowSeconds: number;
}

/** High enough that no honest client meets it; windows are minutes of the clock. */
export const DEFAULT_ALLOWANCE: Allowance = { requests: 6_000_000, windowSeconds: 60 };

/** Sets the vendor's five headers; `X-RateLimit-Reset` is whole seconds from now, as its clients' retries expect. */
export function setRateHeaders(reply: FastifyReply, bucket: string, state: ReturnType<RateLimits['take']>): void {
  reply.headers({
    'x-ratelimit-limit': String(state.limit),
    'x-ratelimit-period': String(state.windowSeconds),
    'x-ratelimit-remaining': String(Math.max(0, state.remaining)),
    'x-ratelimit-reset': String(Math.max(0, Math.ceil(state.resetSeconds))),
    'x-ratelimit-name': bucket,
  });
}
