import { setTimeout as sleep } from 'node:timers/promises';
import type { Project } from '../domain/credential.ts';
import type { Id } from '../domain/id.ts';
import { MILLISECOND, type Micros, SECOND } from '../domain/time.ts';
import { SOURCE_KINDS } from '../sources/registry.ts';
import type { CollectContext, SourceSettings } from '../sources/source.ts';
import type { SourceRecord, Store } from '../store/store.ts';
import { runCollection } from './collect.ts';
import { collectJob } from './collect-job.ts';

export interface KeeperOptions {
  readonly store: Store;
  readonly now: () => Micros;
  /** Name of this process among all that share the store. */
  readonly holder: string;
  /** Seconds between collections of a source that cannot be followed. */
  readonly interval: number;
  readonly settingsFor: (source: SourceRecord) => SourceSettings;
  readonly log: CollectContext['log'];
}

const LOOK_EVERY = 2_000;
const FOLLOW_LEASE = 20 * SECOND;

/**
 * Keeps sources up to date: those that tell of changes are followed (by one process at a time, under a lease), the
 * others collected again when their last run is older than the interval.
 */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #stop = new AbortController();
  readonly #following = new Map<Id, Promise<void>>();
  #loop: Promise<void> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Ends every follower and waits for them. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    await Promise.all(this.#following.values());
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        this.#options.log('looking after the sources failed', { error: String(error) });
      }
      await sleep(LOOK_EVERY, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    const { store, now, interval } = this.#options;
    for (const project of await store.projects()) {
      for (const source of await store.sources(project)) {
        if (source.removedAt !== null || source.settings['keep'] !== true || this.#stop.signal.aborted) continue;
        if (this.#canFollow(source)) await this.#follow(project, source);
        else if (isDue(source, now(), interval)) await store.enqueue([collectJob(source)], now());
      }
    }
  }

  #canFollow(source: SourceRecord): boolean {
    return SOURCE_KINDS.find((kind) => kind.id === source.kind)?.follow !== undefined;
  }

  async #follow(project: Project, source: SourceRecord): Promise<void> {
    if (this.#following.has(source.id)) return;
    const { store, now, holder } = this.#options;
    const lease = `follow ${source.id}`;
    if (!(await store.lease(lease, holder, now() + FOLLOW_LEASE, now()))) return;
    const following = this.#followUntilStopped(project, source, lease).finally(() => this.#following.delete(source.id));
    this.#following.set(source.id, following);
  }

  async #followUntilStopped(project: Project, source: SourceRecord, lease: string): Promise<void> {
    const { store, now, holder, settingsFor, log } = this.#options;
    const kind = SOURCE_KINDS.find((one) => one.id === source.kind)!;
    const ended = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, ended.signal]);
    const renew = setInterval(
      async () => {
        try {
          const held = await store.lease(lease, holder, now() + FOLLOW_LEASE, now());
          const known = await store.source(project, source.id);
          if (!held || known === undefined || known.removedAt !== null) ended.abort();
        } catch (error) {
          log('renewing the lease of a source failed', { source: source.uri, error: String(error) });
        }
      },
      FOLLOW_LEASE / MILLISECOND / 4,
    );
    try {
      for (let failures = 0; !signal.aborted; failures += 1) {
        const run = await runCollection({
          store,
          project,
          source,
          kind,
          settings: settingsFor(source),
          signal,
          now,
          log,
          mode: 'follow',
        });
        if (signal.aborted) return;
        log('following a source ended; trying again', { source: source.uri, error: run.error });
        await sleep(Math.min(30_000, 500 * 2 ** failures), undefined, { signal }).catch(() => {});
      }
    } catch (error) {
      log('following a source failed', { source: source.uri, error: String(error) });
    } finally {
      clearInterval(renew);
      await store.releaseLease(lease, holder).catch(() => {});
    }
  }
}

function isDue(source: SourceRecord, at: Micros, interval: number): boolean {
  const last = source.lastRun;
  return last === null || (last.finishedAt ?? last.startedAt) + interval * SECOND <= at;
}
