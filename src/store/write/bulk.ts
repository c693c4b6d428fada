import { setImmediate as turn } from 'node:timers/promises';
import { cleanContainer } from '../../domain/clean-container.ts';
import type { Container } from '../../domain/container.ts';
import { isRunning } from '../../domain/container.ts';
import type { Project } from '../../domain/credential.ts';
import { contentsOf, deriveContent } from '../../domain/derive-content.ts';
import { StowageError } from '../../domain/error.ts';
import type { Id } from '../../domain/id.ts';
import type { SourceRef } from '../../domain/image.ts';
import { factsId, keyOfReference, mergeImage, type ReferenceKey } from '../../domain/merge.ts';
import { type Micros, now as processClock } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { createIndex, dropIndex } from '../migrations/ddl.ts';
import type { ImageObservation } from '../store.ts';
import { INDEXES } from '../tables.ts';
import { Changes } from './changes.ts';
import { containerRows } from './container-rows.ts';
import { contentRows } from './content-rows.ts';
import { Counters } from './counters.ts';
import { bumpGeneration, lockProject } from './generation.ts';
import { HashSet } from './hash-set.ts';
import { imageRows } from './image-rows.ts';
import { ingestContainers } from './ingest-containers.ts';
import { ingestImages } from './ingest-images.ts';
import { bucketOfName } from './names.ts';
import { recount } from './recount.ts';
import { putSightings } from './seen.ts';
import { type Session, sessionOf } from './session.ts';
import { contentCountsOf, countsOf, type Tally } from './tallies.ts';

/** Images that a bulk load takes in one transaction, and the containers that run them. */
export interface BulkBatch {
  readonly source: SourceRef;
  readonly images: readonly ImageObservation[];
  /** Cheapest beside their image. */
  readonly containers?: readonly Container[];
}

export interface BulkOptions {
  readonly clock?: () => Micros;
  /** Told after every batch, and while indexes are built. */
  readonly progress?: (progress: BulkProgress) => void;
}

export interface BulkProgress {
  readonly stage: 'rows' | 'indexes' | 'conflicts' | 'done';
  readonly images: number;
  readonly indexes: number;
  readonly indexesTotal: number;
}

/** Label counters kept in memory before they are written. */
const MOST_COUNTERS = 500_000;
/** Observations taken in at once when they need the slow way. */
const SLOW_BATCH = 300;
/** Images derived before the database's answers are looked at. */
const TURN = 4;

interface Slow {
  readonly source: SourceRef;
  readonly observation: ImageObservation;
  readonly at: Micros;
}

/**
 * Fills an empty project as `ingestImages` and `ingestContainers` would, several times as fast: indexes are dropped
 * and built at the end, nothing is read back. What meets something loaded before - an image seen twice, a name that
 * moved, a content of two images - is set aside and taken in the usual way at the end, in its order. Give images in the
 * order of their ids where you can: rows then go in by key. Nobody else should use the store meanwhile.
 * @throws StowageError `bulk.not-empty`
 */
export async function bulkLoad(
  engine: Engine,
  project: Project,
  batches: AsyncIterable<BulkBatch> | Iterable<BulkBatch>,
  options: BulkOptions = {},
): Promise<{ images: number; containers: number }> {
  const { clock = processClock, progress = () => {} } = options;
  const load = new Load(engine, project, progress);
  await load.begin();
  try {
    for await (const batch of batches) await load.add(batch, clock());
    await load.flush();
  } finally {
    await load.buildIndexes();
  }
  await load.settle();
  return { images: load.images, containers: load.containers };
}

class Load {
  images = 0;
  containers = 0;
  readonly #engine: Engine;
  readonly #project: Project;
  readonly #progress: (progress: BulkProgress) => void;
  /** Images, contents, names and containers seen so far. */
  readonly #known = new HashSet();
  readonly #counters = new Counters();
  readonly #slow: Slow[] = [];
  readonly #slowContainers: { source: SourceRef; container: Container; at: Micros }[] = [];
  /** Images whose containers came apart from them. */
  readonly #recount = new Set<Id>();
  #writing: Promise<void> = Promise.resolve();

  constructor(engine: Engine, project: Project, progress: (progress: BulkProgress) => void) {
    this.#engine = engine;
    this.#project = project;
    this.#progress = progress;
  }

  async begin(): Promise<void> {
    for (const table of ['image', 'container']) {
      const query = this.#engine.sql
        .selectFrom(table)
        .select('image_id')
        .where('project_no', '=', this.#project.no)
        .limit(1);
      const rows = await this.#engine.all(query.compile());
      if (rows.length === 0) continue;
      throw new StowageError(
        'conflict',
        'bulk.not-empty',
        `Project "${this.#project.name}" has an inventory already; a bulk load needs an empty one.`,
      );
    }
    for (const index of INDEXES) await this.#engine.execute(dropIndex(index));
  }

  /** Derives a batch while the one before is written. */
  async add({ source, images, containers = [] }: BulkBatch, at: Micros): Promise<void> {
    const changes = new Changes(at, undefined, this.#counters);
    const session = sessionOf(this.#engine, this.#project, NO_TRANSACTION);
    const tallies = this.#addContainers(session, changes, source, images, containers, at);
    for (const [index, observation] of images.entries()) {
      if (index % TURN === 0) await turn();
      if (this.#isNew(observation)) this.#addImage(session, changes, source, observation, tallies, at);
      else this.#slow.push({ source, observation, at });
    }
    this.images += images.length;
    this.containers += containers.length;
    await this.#writing;
    this.#report('rows');
    const counted = this.#counters.size > MOST_COUNTERS ? this.#counters.take() : undefined;
    this.#writing = this.#transaction(async (open) => {
      await changes.write(open, true);
      await counted?.write(open);
    });
    // A failure is met where it is awaited.
    this.#writing.catch(() => undefined);
  }

  async flush(): Promise<void> {
    await this.#writing;
    const counted = this.#counters.take();
    await this.#transaction((open) => counted.write(open));
  }

  async buildIndexes(): Promise<void> {
    await this.#writing.catch(() => undefined);
    for (const [built, index] of INDEXES.entries()) {
      this.#report('indexes', built);
      await this.#engine.execute(createIndex(index, { ifNotExists: true }));
    }
  }

  /** Takes in what was set aside. */
  async settle(): Promise<void> {
    for (const part of runs(this.#slow, SLOW_BATCH)) {
      this.#report('conflicts', INDEXES.length);
      await this.#transaction(
        async (open) =>
          void (await ingestImages(
            open,
            part[0]!.source,
            part.map((each) => each.observation),
            part[0]!.at,
          )),
      );
    }
    for (const part of runs(this.#slowContainers, SLOW_BATCH)) {
      await this.#transaction(
        async (open) =>
          void (await ingestContainers(
            open,
            part[0]!.source,
            part.map((each) => each.container),
            part[0]!.at,
          )),
      );
    }
    const recounted = [...this.#recount];
    for (let from = 0; from < recounted.length; from += SLOW_BATCH) {
      await this.#transaction((open) => recount(open, new Set(recounted.slice(from, from + SLOW_BATCH))));
    }
    await this.#transaction(async (open) => {
      await lockProject(open);
      await bumpGeneration(open);
    });
    await this.#engine.refreshStatistics();
    this.#report('done', INDEXES.length);
  }

  /** Whether nothing loaded so far has to do with an image; it is remembered either way. */
  #isNew(observation: ImageObservation): boolean {
    const { id } = this.#project;
    let isNew = this.#known.add(`i${factsId(id, observation)}`);
    for (const platform of new Set((observation.platforms ?? []).map((each) => each.configDigest))) {
      if (platform !== null && !this.#known.add(`c${platform}`)) isNew = false;
    }
    const names = new Set((observation.references ?? []).filter((each) => each.tag !== null).map(keyOfReference));
    for (const name of names) {
      if (!this.#known.add(`n${name}`)) isNew = false;
    }
    return isNew;
  }

  #addImage(
    session: Session,
    changes: Changes,
    source: SourceRef,
    observation: ImageObservation,
    tallies: ReadonlyMap<Id, Tally>,
    at: Micros,
  ): void {
    const { scope } = session;
    const { record, seen, hosts } = mergeImage(undefined, observation, { project: scope.id, source, now: at });
    const { image } = record;
    const tally = tallies.get(image.id);
    const storedOn = image.hosts.map((host) => host.hostId);
    changes.replace(undefined, imageRows(record, countsOf(tally, storedOn), scope));
    for (const [id, digest] of contentsOf(record, scope.id)) {
      const content = deriveContent(id, digest, [record]);
      if (content) changes.replace(undefined, contentRows(content, contentCountsOf([{ tally, storedOn }]), scope));
    }
    putSightings(changes, scope, record, {
      source: source.id,
      at: observation.seenAt,
      references: seen,
      hosts: new Set(hosts),
    });
    for (const reference of image.references) {
      if (reference.tag !== null)
        changes.put('name_head', headRow(session, reference, image.id, reference.firstSeenAt));
    }
  }

  #addContainers(
    session: Session,
    changes: Changes,
    source: SourceRef,
    images: readonly ImageObservation[],
    containers: readonly Container[],
    at: Micros,
  ): ReadonlyMap<Id, Tally> {
    const { scope } = session;
    const beside = new Set(containers.length === 0 ? [] : images.map((each) => factsId(scope.id, each)));
    const tallies = new Map<Id, Writable<Tally>>();
    for (const container of containers) {
      if (!this.#known.add(`k${container.id}`)) {
        this.#slowContainers.push({ source, container, at });
        continue;
      }
      const clean = { ...cleanContainer(container, scope.id), source: { id: source.id, kind: source.kind } };
      changes.replace(undefined, containerRows(clean, scope));
      if (clean.imageId === null) continue;
      if (!beside.has(clean.imageId)) this.#recount.add(clean.imageId);
      const tally = tallies.get(clean.imageId) ?? { present: 0, running: 0, hosts: new Set<string>(), lastSeenAt: 0 };
      tallies.set(clean.imageId, tally);
      tally.lastSeenAt = Math.max(tally.lastSeenAt ?? 0, clean.lastSeenAt);
      if (isRunning(clean.state)) tally.running += 1;
      if (clean.state === 'gone') continue;
      tally.present += 1;
      tally.hosts = new Set([...tally.hosts, clean.hostId]);
    }
    return tallies;
  }

  #transaction(work: (session: Session) => Promise<void>): Promise<void> {
    return this.#engine.transaction((transaction) => work(sessionOf(this.#engine, this.#project, transaction)));
  }

  #report(stage: BulkProgress['stage'], indexes = 0): void {
    this.#progress({ stage, images: this.images, indexes, indexesTotal: INDEXES.length });
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function headRow(session: Session, key: ReferenceKey, image: Id, since: Micros): unknown[] {
  return [
    session.scope.no,
    bucketOfName(session.scope, key),
    key.registry,
    key.repository,
    key.tag ?? '',
    image,
    since,
  ];
}

/** Consecutive entries of one source and time, at most `most` together. */
function* runs<T extends { readonly source: SourceRef; readonly at: Micros }>(
  entries: readonly T[],
  most: number,
): Generator<readonly T[]> {
  let from = 0;
  while (from < entries.length) {
    const { source, at } = entries[from]!;
    let to = from + 1;
    while (to < entries.length && to - from < most && entries[to]!.source.id === source.id && entries[to]!.at === at)
      to += 1;
    yield entries.slice(from, to);
    from = to;
  }
}

function refuse(): never {
  throw new Error('Rows are derived outside of any transaction.');
}

const NO_TRANSACTION = { all: refuse, run: refuse, many: refuse };
