/** A collection without a store: keeps everything a source says, and what it asked. */
import type { Container } from '../../src/domain/container.ts';
import {
  type CollectContext,
  DEFAULT_SOURCE_SETTINGS,
  type SourceKind,
  type SourceSettings,
} from '../../src/sources/source.ts';
import type { ImageObservation, RunProblem, RunProgress } from '../../src/store/store.ts';

export interface Collected {
  readonly images: Omit<ImageObservation, 'seenAt'>[];
  readonly touched: { registry: string; repository: string; tag: string | null; digest: string }[];
  readonly containers: Omit<Container, 'source' | 'firstSeenAt' | 'lastSeenAt'>[];
  /** Every report of the containers a host has, in order. */
  readonly present: { hostId: string; ids: ReadonlySet<string> }[];
  readonly problems: Pick<RunProblem, 'code' | 'message' | 'part'>[];
  progress: Partial<RunProgress>;
  completions: number;
}

/** Makes a context and the record of what was said to it. */
export function recordingContext(
  options: { settings?: Partial<SourceSettings>; signal?: AbortSignal; known?: ReadonlySet<string> } = {},
): { context: CollectContext; collected: Collected } {
  const collected: Collected = {
    images: [],
    touched: [],
    containers: [],
    present: [],
    problems: [],
    progress: {},
    completions: 0,
  };
  const context: CollectContext = {
    settings: { ...DEFAULT_SOURCE_SETTINGS, ...options.settings },
    signal: options.signal ?? new AbortController().signal,
    images: async (observations) => void collected.images.push(...observations),
    touch: async (seen) => void collected.touched.push(...seen),
    known: async (digests) => new Set(digests.filter((digest) => options.known?.has(digest))),
    containers: async (containers) => void collected.containers.push(...containers),
    containersPresent: async (hostId, ids) => void collected.present.push({ hostId, ids }),
    complete: () => {
      collected.completions += 1;
    },
    problem: (problem) => void collected.problems.push(problem),
    progress: (change) => Object.assign(collected.progress, change),
    log: () => {},
  };
  return { context, collected };
}

/** Runs one collection of a source from a URI. */
export async function collectAll(
  kind: SourceKind,
  uri: string,
  options: Parameters<typeof recordingContext>[0] = {},
): Promise<Collected> {
  const { context, collected } = recordingContext(options);
  await kind.collect(kind.parse(uri).uri, context);
  return collected;
}
