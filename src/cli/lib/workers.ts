import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { now } from '../../domain/time.ts';
import { COLLECT_QUEUE, collectHandler, collectJob } from '../../jobs/collect-job.ts';
import { Keeper } from '../../jobs/keeper.ts';
import { JobRunner } from '../../jobs/runner.ts';
import type { SourceSettings } from '../../sources/source.ts';
import type { SourceRecord } from '../../store/store.ts';
import { type Session, sourceSettings } from './session.ts';
import type { Settings } from './settings.ts';

export interface Workers {
  /** Collects sources and waits until each was looked at once, or gave up; at most `patience` milliseconds. */
  settle(sources: readonly SourceRecord[], signal: AbortSignal, patience?: number): Promise<void>;
  /** Looks for work at once. */
  wake(): void;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  readonly session: Session;
  readonly settings: Settings;
  /** User and password that stood in source URIs, by URI and host. */
  readonly secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly log: Logger;
}

/** Starts what works in the background: the queue's runner and the keeper of sources. */
export function startWorkers({ session, settings, secrets, log }: WorkerOptions): Workers {
  const { store } = session;
  const settingsFor = (source: SourceRecord): SourceSettings => ({
    ...sourceSettings(settings, secrets.get(source.uri)),
    untrustedAddress: source.settings['untrusted'] === true,
  });
  const say = (message: string, details: Readonly<Record<string, unknown>> = {}) => log.info(details, message);
  const runner = new JobRunner({
    store,
    now,
    log: (message, details) => log.warn(details, message),
    handlers: { [COLLECT_QUEUE]: collectHandler({ store, now, settingsFor, log: say }) },
  });
  const keeper = new Keeper({ store, now, holder: runner.worker, interval: settings.interval, settingsFor, log: say });
  runner.start();
  keeper.start();

  return {
    wake: () => runner.wake(),

    async settle(sources, signal, patience = 15_000) {
      const startedAt = now();
      await store.enqueue(
        sources.map((source) => collectJob(source, 10)),
        startedAt,
      );
      runner.wake();
      const until = Date.now() + patience;
      while (!signal.aborted && Date.now() < until) {
        const open = await store.jobs({ queue: COLLECT_QUEUE, limit: 1000 });
        const waiting = open.filter(
          (job) => (job.state === 'waiting' && job.attempts === 0) || job.state === 'running',
        );
        if (!waiting.some((job) => sources.some((source) => job.payload['source'] === source.id))) return;
        await sleep(50);
      }
    },

    async stop() {
      await Promise.all([keeper.stop(), runner.stop()]);
    },
  };
}
