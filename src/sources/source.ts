import type { Container } from '../domain/container.ts';
import type { Digest } from '../domain/digest.ts';
import type { ImageObservation, RunProblem, RunProgress } from '../store/store.ts';

/** A kind of source: where images are learned of. One folder each; its name is its id, one line registers it. */
export interface SourceKind {
  readonly id: string;
  /** URI schemes it answers to, e.g. `['registry']`. */
  readonly schemes: readonly string[];
  /** Whether it reaches over the network; only such a source may be added by an API call. */
  readonly remote: boolean;
  /** Whether a bare path is this kind (looked at by content). */
  recognises?(path: string): Promise<boolean>;
  /**
   * Checks a URI and takes secrets out of it.
   * @throws StowageError kind `invalid` that names what is wrong
   */
  parse(uri: string): { readonly uri: string; readonly secrets?: Readonly<Record<string, string>> };
  /** One complete collection. */
  collect(uri: string, context: CollectContext): Promise<void>;
  /** Follows changes until the signal aborts (engines that tell events); sources without it are collected on a timer. */
  follow?(uri: string, context: CollectContext): Promise<void>;
  /** One line for the documentation. */
  readonly about: string;
}

/** What a collection may use; everything it learns goes through here. */
export interface CollectContext {
  readonly settings: SourceSettings;
  /** Ends the collection soon when aborted. */
  readonly signal: AbortSignal;
  /** Hands images over. Resolves when they are stored: await it, it is the back-pressure. */
  images(observations: readonly Omit<ImageObservation, 'seenAt'>[]): Promise<void>;
  /** References seen again that lead to digests already known (nothing fetched). */
  touch(seen: readonly { registry: string; repository: string; tag: string | null; digest: Digest }[]): Promise<void>;
  /** Which of these digests are stored and complete, so need no fetch. */
  known(digests: readonly Digest[]): Promise<ReadonlySet<Digest>>;
  containers(containers: readonly Omit<Container, 'source' | 'firstSeenAt' | 'lastSeenAt'>[]): Promise<void>;
  /** The complete set of containers a host has now; others of this source on that host are closed. */
  containersPresent(hostId: string, ids: ReadonlySet<string>): Promise<void>;
  /** Says that everything there is was reported: references not seen in this run may be closed. Without it nothing is. */
  complete(): void;
  /** A thing that could not be read; the collection goes on. */
  problem(problem: Pick<RunProblem, 'code' | 'message' | 'part'>): void;
  /** How far this run is. Numbers are its totals so far, not differences; what is left out stays as it was. */
  progress(change: Partial<RunProgress>): void;
  readonly log: (message: string, details?: Readonly<Record<string, unknown>>) => void;
}

/** What an operator set for sources: all of it can come from flags, file or environment. */
export interface SourceSettings {
  /** PEM files trusted beside the system's, for registries (`--registry-ca`). */
  readonly registryCa: readonly string[];
  /** Hosts that may be spoken to over plain http (`--registry-http`); loopback always may. */
  readonly registryHttp: readonly string[];
  /** User and password per registry host (`host[:port]`), beside Docker's own config file. */
  readonly registryCredentials: Readonly<Record<string, { readonly username: string; readonly password: string }>>;
  /** Token servers (`host[:port]`) on other hosts that may be sent the credentials of a registry, by registry host. */
  readonly trustedRealms?: Readonly<Record<string, readonly string[]>>;
  /** Docker config file with `auths`, `credHelpers`, `credsStore`; default `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`. */
  readonly dockerConfig: string | null;
  /** Requests at once per host. */
  readonly concurrency: number;
  /** Private and loopback ranges that answers (redirects, realms, links) may lead to. Addresses the operator named are trusted. */
  readonly allowNetworks: readonly string[];
  /** Seconds between reconciliations of an engine that is followed. */
  readonly reconcileSeconds: number;
  /** True when the address came in through an API call, not from the operator: then even it is checked at connect time. */
  readonly untrustedAddress: boolean;
}

export const DEFAULT_SOURCE_SETTINGS: SourceSettings = {
  registryCa: [],
  registryHttp: [],
  registryCredentials: {},
  dockerConfig: null,
  concurrency: 8,
  allowNetworks: [],
  reconcileSeconds: 30,
  untrustedAddress: false,
};
