import type { FastifyReply } from 'fastify';
import type { OnRepeat, RateLimits } from '../../dialect.ts';

/** How many requests one credential may make in one window. */
export interface Allowance {
  readonly requests: number;
  readonly windowSeconds: number;
}

/** High enough that no honest client meets it; windows are minutes of the clock. */
export const DEFAULT_ALLOWANCE: Allowance = { requests: 6_000_000, windowSeconds: 60 };

/** Counts a request of somebody in one of the dialect's buckets. */
export function take(limits: RateLimits, bucket: string, who: string, { requests, windowSeconds }: Allowance) {
  return limits.take(`datadog ${bucket}`, who, requests, windowSeconds);
}

/** Counts the repetitions of a request that was let in. */
export function countRepeats(limits: RateLimits, bucket: string, who: string, allowance: Allowance): OnRepeat {
  return () => {
    const state = take(limits, bucket, who, allowance);
    return state.allowed ? rateHeaders(bucket, state) : undefined;
  };
}

/** Sets the vendor's five headers. */
export function setRateHeaders(reply: FastifyReply, bucket: string, state: ReturnType<RateLimits['take']>): void {
  const headers = rateHeaders(bucket, state);
  for (let at = 0; at < headers.length; at += 2) reply.header(headers[at]!, headers[at + 1]!);
}

// Names and values in turn. `X-RateLimit-Reset` is whole seconds from now, as the vendor's clients' retries expect.
function rateHeaders(bucket: string, state: ReturnType<RateLimits['take']>): readonly string[] {
  return [
    'x-ratelimit-limit',
    String(state.limit),
    'x-ratelimit-period',
    String(state.windowSeconds),
    'x-ratelimit-remaining',
    String(Math.max(0, state.remaining)),
    'x-ratelimit-reset',
    String(Math.max(0, Math.ceil(state.resetSeconds))),
    'x-ratelimit-name',
    bucket,
  ];
}
