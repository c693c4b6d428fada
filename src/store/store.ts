/**
 * What the rest of Stowage knows of the store. The only way to data: no SQL, table or driver is visible here.
 * Every call is inside one project.
 */
import type { Container } from '../domain/container.ts';
import type { Credential, Project, Role } from '../domain/credential.ts';
import type { Digest } from '../domain/digest.ts';
import type { Id } from '../domain/id.ts';
import type {
  HostSighting,
  Image,
  ImageKind,
  Platform,
  Problem,
  ScanSummary,
  ServiceAttributes,
  SourceRef,
} from '../domain/image.ts';
import type { ContentRow, ImageRow, PlacementRow } from '../domain/rows.ts';
import type { Micros } from '../domain/time.ts';
import type { EntityName } from '../query/catalogue.ts';
import type { Position, SortKey } from '../query/page.ts';
import type { Predicate } from '../query/predicate.ts';

/** What a row of each entity is. */
export interface EntityRows {
  readonly image: ImageRow;
  readonly placement: PlacementRow;
  readonly content: ContentRow;
  readonly container: Container;
}

export interface ListRequest<E extends EntityName> {
  readonly entity: E;
  readonly where: Predicate;
  /** The entity's tie-break is added by the store, in the direction of the last key. */
  readonly sort: readonly SortKey[];
  /** At least 0. */
  readonly limit: number;
  /** Rows after this position (keyset). */
  readonly after?: Position;
  /** Rows to skip (for vendors that page by offset); combined with nothing else than `where`, `sort`, `limit`. */
  readonly offset?: number;
  /** The moment of asking, for conditions relative to now. */
  readonly now?: Micros;
}

export interface ListPage<Row> {
  readonly rows: readonly Row[];
  /** Position of every row, same length. The last one is where the next page starts. */
  readonly positions: readonly Position[];
  /** Whether at least one more row follows. */
  readonly more: boolean;
}

/** How much of a page is read: what an index holds, what tells of a change, or whole rows. Each costs several times the one before. */
export type OutlineOf = 'keys' | 'stamps' | 'rows';

/** A page of a list that tells its rows apart without reading them. */
export interface Outline<Row> {
  /** What tells the rows of an entity apart. */
  readonly keys: readonly string[];
  /** Ids of the rows as the entity is known by them; empty of an outline of keys. */
  readonly ids: readonly string[];
  /**
   * One number a row, which is another one as soon as anything that a reader sees of the row changes; empty of an
   * outline of keys.
   */
  readonly stamps: readonly number[];
  readonly more: boolean;
  /** Position of the row at a place. */
  position(place: number): Position;
  /**
   * The row at a place.
   * @throws Error when the outline was asked for without rows
   */
  row(place: number): Row;
}

export interface Count {
  readonly value: number;
  /** `ge`: counting stopped at the cap. */
  readonly relation: 'eq' | 'ge';
}

export interface GroupRequest {
  readonly entity: EntityName;
  readonly where: Predicate;
  /**
   * What to group by: own fields, or values of a relation (`{label: key}` groups by the value of that label, compared
   * folded; `{relation, field}` by a relation's field). A row with several values is in several groups; one without is in none.
   */
  readonly by: readonly GroupKey[];
  readonly order: 'count-desc' | 'count-asc' | 'name-asc' | 'name-desc';
  readonly limit: number;
  /** Group values and count of the last group of the page before. */
  readonly after?: Position;
  readonly now?: Micros;
}

export type GroupKey =
  | { readonly field: string }
  | { readonly label: string }
  | { readonly relation: 'reference' | 'platform' | 'source' | 'tag'; readonly field: string };

export interface Group {
  /** One value per key, as text (times in microseconds, booleans `true`/`false`). */
  readonly values: readonly string[];
  readonly count: number;
}

export interface GroupPage {
  readonly groups: readonly Group[];
  readonly positions: readonly Position[];
  readonly more: boolean;
  /** Number of all groups. */
  readonly total: number;
}

/** An image as a source saw it. Merged into what is known; fields left out leave what is known alone. */
export interface ImageObservation {
  readonly kind: ImageKind;
  /** Null only for a VM image, which then needs `id`. */
  readonly digest: Digest | null;
  /** Own id of a VM image. Container images must not give one. */
  readonly id?: Id;
  readonly mediaType?: string | null;
  readonly platforms?: readonly Platform[];
  readonly references?: readonly {
    readonly registry: string;
    readonly repository: string;
    readonly tag: string | null;
  }[];
  readonly hosts?: readonly Pick<HostSighting, 'hostId' | 'hostName'>[];
  readonly labels?: readonly (readonly [key: string, value: string])[];
  readonly tags?: readonly string[];
  readonly service?: Partial<ServiceAttributes>;
  /** Bytes, for images without platforms. */
  readonly size?: number | null;
  readonly scan?: ScanSummary | null;
  readonly riskScore?: number;
  readonly signatureFetchedAt?: Micros | null;
  readonly problems?: readonly Problem[];
  readonly seenAt: Micros;
  /** Set by importers that carry another inventory's times over; else the store's clock decides. */
  readonly createdAt?: Micros;
  readonly updatedAt?: Micros;
}

/** Reads of the inventory. */
export interface InventoryReader {
  list<E extends EntityName>(project: Project, request: ListRequest<E>): Promise<ListPage<EntityRows[E]>>;
  /** The same page for callers that keep what they made of rows, which are read one by one if they are asked for. */
  outline<E extends EntityName>(
    project: Project,
    request: ListRequest<E>,
    of: OutlineOf,
  ): Promise<Outline<EntityRows[E]>>;
  /** Counts exactly, or up to `cap` and then says `ge`. */
  count(
    project: Project,
    entity: EntityName,
    where: Predicate,
    options?: { cap?: number; now?: Micros },
  ): Promise<Count>;
  group(project: Project, request: GroupRequest): Promise<GroupPage>;
  /** The whole record. `undefined` when the project has no such image. */
  image(project: Project, id: Id): Promise<Image | undefined>;
  imageRow(project: Project, id: Id): Promise<ImageRow | undefined>;
  imageByDigest(project: Project, digest: Digest): Promise<Image | undefined>;
  content(project: Project, id: Id): Promise<ContentRow | undefined>;
  container(project: Project, id: string): Promise<Container | undefined>;
  /**
   * Counts up with every change of the project's inventory. Equal numbers mean equal answers. Synchronous when the
   * engine can tell at once (SQLite), so that a kept page costs no round trip.
   */
  generation(project: Project): number | Promise<number>;
}

export interface IngestResult {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
}

/** Writes of the inventory. Each call is one transaction and may be repeated without harm. */
export interface InventoryWriter {
  /** At most a few hundred observations a call; several of one image are merged. */
  ingestImages(project: Project, source: SourceRef, observations: readonly ImageObservation[]): Promise<IngestResult>;
  /** Closes the source's references and host sightings last seen before `before`; images stay. */
  closeUnseen(project: Project, source: SourceRef, before: Micros): Promise<{ closed: number }>;
  /** Reported containers, by id. */
  ingestContainers(project: Project, source: SourceRef, containers: readonly Container[]): Promise<IngestResult>;
  /** Marks as `gone` the source's containers on a host that are not in `present`. */
  closeContainers(
    project: Project,
    source: SourceRef,
    hostId: string,
    present: ReadonlySet<string>,
    at: Micros,
  ): Promise<{ closed: number }>;
  deleteImages(project: Project, ids: readonly Id[]): Promise<{ deleted: number }>;
  /** Lets the database's planner know how much there is now: after a collection that brought much. */
  refreshStatistics(): Promise<void>;
  /**
   * Digests among the given that are stored and complete (no need to fetch them again), with what they are.
   * Sources ask before they fetch.
   */
  knownDigests(project: Project, digests: readonly Digest[]): Promise<ReadonlySet<Digest>>;
  /** Notes that the source saw these references still leading to these (known) digests. Cheap: re-collection is this. */
  touchReferences(
    project: Project,
    source: SourceRef,
    seen: readonly { registry: string; repository: string; tag: string | null; digest: Digest }[],
    at: Micros,
  ): Promise<void>;
}

// ---- Projects, credentials, tokens, audit ----

export interface CredentialSecret {
  /** PHC string of the hashed secret. */
  readonly hash: string;
  /** The secret under the server key (AES-256-GCM), for signatures that need it. */
  readonly sealed: Buffer;
}

export interface AuditEntry {
  readonly projectId: Id | null;
  readonly at: Micros;
  readonly actor: string | null;
  /** What was tried, e.g. `credential.create`, `request.denied`. */
  readonly action: string;
  readonly outcome: 'done' | 'denied' | 'failed';
  readonly object: string | null;
  readonly remote: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AccessStore {
  createProject(name: string): Promise<Project>;
  projects(): Promise<readonly Project[]>;
  project(id: Id): Promise<Project | undefined>;
  projectByName(name: string): Promise<Project | undefined>;
  createCredential(credential: Credential, secret: CredentialSecret): Promise<void>;
  credentials(project: Project): Promise<readonly Credential[]>;
  credential(id: string): Promise<(Credential & CredentialSecret) | undefined>;
  revokeCredential(id: string, at: Micros): Promise<boolean>;
  /** Tokens that were taken back before their time. */
  revokeToken(tokenId: string, expiresAt: Micros): Promise<void>;
  isTokenRevoked(tokenId: string): Promise<boolean>;
  /** Counts up with every change of credentials, tokens or projects; synchronous where the engine can tell at once. */
  accessGeneration(): number | Promise<number>;
  audit(entries: readonly AuditEntry[]): Promise<void>;
  auditTrail(project: Project, options: { limit: number; before?: Micros }): Promise<readonly AuditEntry[]>;
  /** A named server secret, made on first use and the same for every process of the installation. */
  serverSecret(name: string, bytes: number): Promise<Buffer>;
}

// ---- Sources, runs, jobs ----

export interface SourceRecord {
  readonly id: Id;
  readonly projectId: Id;
  readonly kind: string;
  /** The URI as the operator gave it, without secrets. */
  readonly uri: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly createdAt: Micros;
  readonly removedAt: Micros | null;
  readonly lastRun: SourceRun | null;
}

export interface SourceRun {
  readonly id: Id;
  readonly sourceId: Id;
  readonly startedAt: Micros;
  readonly finishedAt: Micros | null;
  readonly state: 'running' | 'complete' | 'partial' | 'failed' | 'cancelled';
  readonly progress: RunProgress;
  /** Why it failed as a whole. */
  readonly error: string | null;
}

export interface RunProgress {
  /** Things found so far (references for a registry, images and containers for an engine). */
  readonly found: number;
  readonly done: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly closed: number;
  readonly bytes: number;
  /** Blob (config, layer) requests made: 0 on a re-collection without change. */
  readonly blobs: number;
  readonly current: string | null;
}

export interface RunProblem {
  readonly runId: Id;
  readonly code: string;
  readonly message: string;
  /** The reference or digest it happened to. */
  readonly part: string;
  readonly at: Micros;
}

export interface SourceStore {
  upsertSource(
    project: Project,
    source: { kind: string; uri: string; settings: Readonly<Record<string, unknown>> },
  ): Promise<SourceRecord>;
  sources(project: Project): Promise<readonly SourceRecord[]>;
  source(project: Project, id: Id): Promise<SourceRecord | undefined>;
  removeSource(project: Project, id: Id): Promise<boolean>;
  startRun(project: Project, sourceId: Id, at: Micros): Promise<SourceRun>;
  updateRun(project: Project, run: SourceRun): Promise<void>;
  runs(project: Project, sourceId: Id, limit: number): Promise<readonly SourceRun[]>;
  addRunProblems(project: Project, problems: readonly RunProblem[]): Promise<void>;
  /** Grouped by code: how many, and samples. */
  runProblems(
    project: Project,
    runId: Id,
  ): Promise<readonly { code: string; count: number; samples: readonly RunProblem[] }[]>;
}

export interface Job {
  readonly id: Id;
  readonly queue: string;
  /** At most one waiting or running job has a given key; null: any number. */
  readonly key: string | null;
  readonly projectId: Id | null;
  /** Higher goes first. */
  readonly priority: number;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly state: 'waiting' | 'running' | 'done' | 'dead';
  readonly runAt: Micros;
  readonly leaseUntil: Micros | null;
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Last error: the reason of a retry or of death. */
  readonly error: string | null;
  readonly createdAt: Micros;
  readonly finishedAt: Micros | null;
}

export interface NewJob {
  readonly queue: string;
  readonly key?: string | null;
  readonly projectId?: Id | null;
  readonly priority?: number;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly runAt?: Micros;
  readonly maxAttempts?: number;
}

export interface JobStore {
  /** Adds jobs; one whose key is already waiting or running is left out. Returns the ids added. */
  enqueue(jobs: readonly NewJob[], at: Micros): Promise<readonly Id[]>;
  /** Takes up to `limit` due jobs for `leaseMicros`. A job whose lease ran out is due again. */
  claim(
    queues: readonly string[],
    worker: string,
    limit: number,
    leaseMicros: number,
    at: Micros,
  ): Promise<readonly Job[]>;
  /** Prolongs leases; returns the ids still held by this worker. */
  heartbeat(ids: readonly Id[], worker: string, leaseUntil: Micros): Promise<readonly Id[]>;
  complete(id: Id, worker: string, at: Micros): Promise<boolean>;
  /** Back to waiting at `retryAt`, or dead when attempts are used up or `retryAt` is null. */
  fail(id: Id, worker: string, error: string, retryAt: Micros | null, at: Micros): Promise<'waiting' | 'dead' | 'lost'>;
  jobs(filter: { projectId?: Id; state?: Job['state']; queue?: string; limit: number }): Promise<readonly Job[]>;
  job(id: Id): Promise<Job | undefined>;
  /** Gives running jobs back as they were before the claim: due at once, the attempt not counted. Returns how many. */
  release(ids: readonly Id[], worker: string, at: Micros): Promise<number>;
  /** Puts a dead job back; false when there is none of that id, or its key is waiting or running again. */
  retryJob(id: Id, at: Micros): Promise<boolean>;
  /** Deletes jobs that were over (done or dead) before this moment. Returns how many. */
  forgetJobs(before: Micros): Promise<number>;
  /** Told after jobs were added by this process, with their queues. Returns how to stop being told. */
  onEnqueue(listener: (queues: ReadonlySet<string>) => void): () => void;
  /** A named lease of the installation (migrations, schedules): true when taken or prolonged. */
  lease(name: string, holder: string, until: Micros, at: Micros): Promise<boolean>;
  releaseLease(name: string, holder: string): Promise<void>;
}

export interface Store extends InventoryReader, InventoryWriter, AccessStore, SourceStore, JobStore {
  /** `sqlite` or `postgres`, for messages and metrics only: behaviour never depends on it outside the store. */
  readonly engine: string;
  /** Throws when the store cannot answer a read. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type { Role };
