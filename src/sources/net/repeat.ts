import { NetError, PassingStatus } from './errors.ts';
import type { HostGate } from './host-gate.ts';
import type { Pace } from './pace.ts';
import { backOff, sleep } from './retry.ts';

/** What a repetition goes by. */
export interface Repetition {
  readonly pace: Pace;
  /** Tries after the first; the pace's when left out. */
  readonly retries: number | undefined;
  readonly signal: AbortSignal;
  readonly gateOf: (host: string) => HostGate;
}

/**
 * Does `work` until it succeeds, fails for good, or the tries are used up. A host that answers nothing but 429 all the
 * while is given up, so that a long list of requests does not wait its turn to be told the same.
 */
export async function repeatedly<T>(work: () => Promise<T>, repetition: Repetition): Promise<T> {
  const { pace, signal } = repetition;
  let answered: number | undefined;
  for (let tried = 0; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NetError) || error.kind !== 'unavailable' || error.code === 'net.host-down') throw error;
      const gate = repetition.gateOf(error.host);
      const retries = repetition.retries ?? (error.status === 500 ? pace.retriesOnServerError : pace.retries);
      if (tried >= retries) {
        if (error.status === 429 && gate.answered() === answered) gate.giveUp(error);
        throw error;
      }
      if (error.status === 429) answered ??= gate.answered();
      const asked = error instanceof PassingStatus ? error.wait : undefined;
      const wait = asked ? Math.min(pace.retryAfterMax, asked) + backOff(1, pace) : backOff(tried + 1, pace);
      if (error.status === 429) gate.pause(wait);
      await sleep(wait, signal);
    }
  }
}
