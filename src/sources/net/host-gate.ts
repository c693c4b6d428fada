import { NetError } from './errors.ts';
import type { Pace } from './pace.ts';
import { sleep } from './retry.ts';
import { semaphore } from './semaphore.ts';

/** Leave to send one request to a host. Exactly one of the three must be called, and only the first call counts. */
export interface Ticket {
  /** The host answered. */
  succeeded(): void;
  /** The host could not be reached or says that it cannot answer now. */
  failed(error: NetError): void;
  /** Neither: aborted, or an answer that says nothing about the host. */
  left(): void;
}

/** The way to one host: so many requests at once, none while it asked for a pause, and none while it is broken. */
export interface HostGate {
  /** Waits for leave to send. @throws NetError `net.host-down` when the host is given up */
  enter(signal: AbortSignal): Promise<Ticket>;
  /** No request for this many milliseconds: the host said it is too many. */
  pause(milliseconds: number): void;
  /** Gives the host up for the rest of the collection. */
  giveUp(error: NetError): void;
  /** How many requests were answered so far. */
  answered(): number;
}

/**
 * A gate with a breaker: after `breakerAfter` failures in a row the host is left alone for a while, then one request
 * is the probe the others wait for; after `coolDowns` fruitless whiles it is given up.
 */
export function hostGate(host: string, concurrency: number, pace: Pace): HostGate {
  const places = semaphore(concurrency);
  let failures = 0;
  let openings = 0;
  let notBefore = 0;
  let answers = 0;
  let open = false;
  let probe: PromiseWithResolvers<void> | undefined;
  let down: NetError | undefined;

  function close(): void {
    answers += 1;
    failures = 0;
    openings = 0;
    open = false;
  }

  function fail(error: NetError, isProbe: boolean): void {
    failures += 1;
    if (open ? !isProbe : failures < pace.breakerAfter) return;
    openings += 1;
    open = true;
    pause(Math.min(pace.backOffMax, pace.coolDown * 2 ** (openings - 1)));
    if (openings <= pace.coolDowns) return;
    giveUp(error);
  }

  function giveUp(error: NetError): void {
    const message = `${host} cannot be worked with and is left alone for now: ${error.message}`;
    down ??= new NetError('unavailable', 'net.host-down', host, message, { cause: error });
  }

  function pause(milliseconds: number): void {
    notBefore = Math.max(notBefore, performance.now() + milliseconds);
  }

  function ticket(release: () => void, isProbe: boolean): Ticket {
    let settled = false;
    function settle(outcome: () => void): void {
      if (settled) return;
      settled = true;
      outcome();
      if (isProbe) {
        probe?.resolve();
        probe = undefined;
      }
      release();
    }
    return {
      succeeded: () => settle(close),
      failed: (error) => settle(() => fail(error, isProbe)),
      left: () => settle(() => {}),
    };
  }

  async function enter(signal: AbortSignal): Promise<Ticket> {
    const release = await places.acquire(signal);
    try {
      for (;;) {
        if (down) throw down;
        const wait = notBefore - performance.now();
        if (wait > 0) await sleep(wait, signal);
        else if (probe) await probe.promise;
        else break;
      }
    } catch (error) {
      release();
      throw error;
    }
    if (open) probe = Promise.withResolvers();
    return ticket(release, open);
  }

  return { enter, pause, giveUp, answered: () => answers };
}
