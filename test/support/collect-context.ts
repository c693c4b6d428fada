import { join } from 'node:path';
import type { Container } from '../../src/domain/container.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { type CollectContext, DEFAULT_SOURCE_SETTINGS, type SourceSettings } from '../../src/sources/source.ts';
import type { ImageObservation, RunProblem, RunProgress } from '../../src/store/store.ts';

type Observation = Omit<ImageObservation, 'seenAt'>;
type Seen = Parameters<CollectContext['touch']>[0][number];
type ReportedContainer = Parameters<CollectContext['containers']>[0][number];

/** A collect context that keeps what it is given in memory, over several collections, and shows it. */
export interface MemoryContext extends CollectContext {
  /** Everything handed over as an image, in order. */
  readonly observed: Observation[];
  readonly touched: Seen[];
  readonly problems: Pick<RunProblem, 'code' | 'message' | 'part'>[];
  readonly reported: Pick<Container, 'id'>[];
  readonly present: Map<string, ReadonlySet<string>>;
  readonly totals: Partial<RunProgress>;
  readonly logged: string[];
  completed: boolean;
  /** Digests of images handed over with platforms and without problems. */
  readonly stored: Set<Digest>;
  /** Names of the current run, `registry/repository:tag` or `...@digest`, with what they lead to. */
  names(): Map<string, Digest | null>;
  /** Forgets the run but not what is stored. */
  nextRun(): void;
}

const NO_CREDENTIALS = join(import.meta.dirname, 'empty-docker-config.json');

/** Makes one. Settings default to the product's, but without the user's own Docker config file. */
export function memoryContext(settings: Partial<SourceSettings> = {}, signal?: AbortSignal): MemoryContext {
  const observed: Observation[] = [];
  const touched: Seen[] = [];
  const problems: MemoryContext['problems'] = [];
  const reported: ReportedContainer[] = [];
  const present = new Map<string, ReadonlySet<string>>();
  const stored = new Set<Digest>();
  const logged: string[] = [];
  let totals: Partial<RunProgress> = {};

  const context: MemoryContext = {
    settings: { ...DEFAULT_SOURCE_SETTINGS, dockerConfig: NO_CREDENTIALS, ...settings },
    signal: signal ?? new AbortController().signal,
    observed,
    touched,
    problems,
    reported,
    present,
    stored,
    logged,
    completed: false,
    get totals() {
      return totals;
    },
    async images(observations) {
      await Promise.resolve();
      observed.push(...observations);
      for (const { digest, platforms, problems: wrong = [] } of observations) {
        if (digest && platforms && wrong.length === 0) stored.add(digest);
      }
    },
    async touch(seen) {
      touched.push(...seen);
    },
    async known(digests) {
      return new Set(digests.filter((digest) => stored.has(digest)));
    },
    async containers(containers) {
      reported.push(...containers);
    },
    async containersPresent(hostId, ids) {
      present.set(hostId, ids);
    },
    complete() {
      context.completed = true;
    },
    problem(problem) {
      problems.push(problem);
      totals = { ...totals, failed: (totals.failed ?? 0) + 1 };
    },
    progress(change) {
      totals = { ...totals, ...change };
    },
    log(message) {
      logged.push(message);
    },
    names() {
      const names = new Map<string, Digest | null>();
      const seen = observed.flatMap(({ digest, references = [] }) => references.map((one) => ({ ...one, digest })));
      for (const { registry, repository, tag, digest } of [...seen, ...touched]) {
        names.set(`${registry}/${repository}${tag === null ? `@${digest}` : `:${tag}`}`, digest);
      }
      return names;
    },
    nextRun() {
      observed.length = touched.length = problems.length = reported.length = logged.length = 0;
      present.clear();
      totals = {};
      context.completed = false;
    },
  };
  return context;
}
