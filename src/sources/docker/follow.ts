/**
 * Follows an engine: looks at everything at every (re)connection and on a timer, and in between at what its events
 * name. Events only say where to look, so one lost, doubled or late costs nothing but time.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { StowageError } from '../../domain/error.ts';
import type { CollectContext } from '../source.ts';
import { connectEngine } from './client.ts';
import { type EngineEvent, readEvents } from './events.ts';
import { engineSocket } from './socket.ts';
import { EngineSync } from './sync.ts';

/** Milliseconds. Events come in bursts (a `stop` is four): one look for all of them. */
const SETTLE = 100;
/** Between two tries to connect: from the first to the most, doubling, with jitter. */
const RETRY_FIRST = 250;
const RETRY_MOST = 5_000;
/** How often to look where an engine tells no events. */
const POLL = 2_000;
/** Every so many reconciliations every container is asked about anew. */
const FRESH_EVERY = 10;

/** Follows until the signal aborts; an engine that goes away is waited for. */
export async function followEngine(uri: string, context: CollectContext): Promise<void> {
  const { signal } = context;
  let tries = 0;
  let told = '';
  while (!signal.aborted) {
    try {
      await followOnce(uri, context, () => {
        tries = 0;
        told = '';
      });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof StowageError) || error.kind !== 'unavailable') throw error;
      if (told !== error.message) {
        context.problem({ code: error.code, message: error.message, part: uri });
        context.log('engine lost, waiting for it', { uri, reason: error.message });
        told = error.message;
      }
    }
    const pause = Math.min(RETRY_MOST, RETRY_FIRST * 2 ** tries);
    tries += 1;
    await wait(pause / 2 + Math.random() * (pause / 2), undefined, { signal }).catch(() => undefined);
  }
}

/** One connection, until it breaks. */
async function followOnce(uri: string, context: CollectContext, connected: () => void): Promise<void> {
  const ending = new AbortController();
  const signal = AbortSignal.any([context.signal, ending.signal]);
  const engine = await connectEngine(await engineSocket(uri, context), signal);
  try {
    const sync = await EngineSync.begin(engine, { ...context, signal });
    const look = new Look(sync, context.settings.reconcileSeconds * 1_000, signal);
    // From the engine's own clock before the first look on: what happens meanwhile is told, too.
    const events = listen(`/events?since=${sync.host.clock}`, sync, look, signal, context);
    await Promise.race([look.run(connected), events]);
  } finally {
    ending.abort();
    await engine.close();
  }
}

/** Passes events on; ends when the stream does. An engine without events is looked at often instead. */
async function listen(
  path: string,
  sync: EngineSync,
  look: Look,
  signal: AbortSignal,
  context: CollectContext,
): Promise<void> {
  let stream: AsyncIterable<Buffer>;
  try {
    stream = await sync.engine.stream(path, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof StowageError) || error.code !== 'docker.answer') throw error;
    context.log('engine tells no events, looking every few seconds instead', { reason: error.message });
    look.every(POLL);
    return new Promise(() => undefined);
  }
  try {
    for await (const event of readEvents(stream)) look.at(event);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StowageError) throw error;
    throw new StowageError(
      'unavailable',
      'docker.events',
      `the event stream of ${sync.engine.socket} broke: ${(error as Error).message}`,
      { cause: error },
    );
  }
  throw new StowageError('unavailable', 'docker.events', `the event stream of ${sync.engine.socket} ended`);
}

/** Decides when to look at what, one look at a time. */
class Look {
  readonly #sync: EngineSync;
  readonly #signal: AbortSignal;
  #interval: number;
  #containers = new Set<string>();
  #images = false;
  #wake: () => void = () => undefined;

  constructor(sync: EngineSync, interval: number, signal: AbortSignal) {
    this.#sync = sync;
    this.#interval = interval;
    this.#signal = signal;
  }

  /** Notes an event. */
  at(event: EngineEvent): void {
    if (event.about === 'image') this.#images = true;
    else this.#containers.add(event.id);
    this.#wake();
  }

  /** Looks at everything every so many milliseconds. */
  every(interval: number): void {
    this.#interval = Math.min(this.#interval, interval);
    this.#wake();
  }

  /** Looks until something breaks or the signal aborts. */
  async run(connected: () => void): Promise<never> {
    for (let round = 0; ; round += 1) {
      await this.#sync.everything(round % FRESH_EVERY === 0);
      connected();
      const due = Date.now() + this.#interval;
      while (Date.now() < due) {
        await this.#rest(due - Date.now());
        if (this.#images || this.#containers.size > 0) await this.#follow();
      }
    }
  }

  async #follow(): Promise<void> {
    await wait(SETTLE, undefined, { signal: this.#signal });
    const containers = this.#containers;
    const images = this.#images;
    this.#containers = new Set();
    this.#images = false;
    // A name that is gone can only be closed after a look at all of them.
    if (images) await this.#sync.everything(false);
    if (containers.size > 0) await this.#sync.containers(containers, false);
  }

  /** Waits for an event, at most so many milliseconds. */
  async #rest(most: number): Promise<void> {
    if (this.#images || this.#containers.size > 0) return;
    const until = new AbortController();
    this.#wake = () => until.abort();
    await wait(Math.max(0, most), undefined, { signal: AbortSignal.any([this.#signal, until.signal]) }).catch(
      () => undefined,
    );
    this.#wake = () => undefined;
    this.#signal.throwIfAborted();
  }
}
