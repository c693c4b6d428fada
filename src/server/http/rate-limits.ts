import type { RateLimits } from '../../dialects/dialect.ts';
import type { Micros } from '../../domain/time.ts';

/** Fixed windows aligned to the clock, counted in this process. At most 50,000 counters are held. */
export function createRateLimits(now: () => Micros): RateLimits {
  const counters = new Map<string, { window: number; used: number }>();
  return {
    take(bucket, who, limit, windowSeconds) {
      const seconds = now() / 1_000_000;
      const window = Math.floor(seconds / windowSeconds);
      const key = `${bucket} ${who}`;
      let counter = counters.get(key);
      if (counter?.window !== window) {
        if (counters.size > 50_000) counters.clear();
        counter = { window, used: 0 };
        counters.set(key, counter);
      }
      const allowed = counter.used < limit;
      if (allowed) counter.used += 1;
      const resetSeconds = Math.max(0, Math.ceil((window + 1) * windowSeconds - seconds));
      return { allowed, limit, remaining: limit - counter.used, resetSeconds, windowSeconds };
    },
  };
}
