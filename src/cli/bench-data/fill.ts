import type { Project } from '../../domain/credential.ts';
import { StowageError } from '../../domain/error.ts';
import { ALL } from '../../query/predicate.ts';
import { openEngine } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import { type BulkBatch, type BulkProgress, bulkLoad } from '../../store/write/bulk.ts';
import { containersAt, imageAt, type Shape } from './generate.ts';
import { orderById } from './order.ts';
import type { FillProgress } from './pace.ts';

/** Images of one transaction. */
const BATCH = 1_000;

export interface Filled {
  readonly images: number;
  readonly containers: number;
}

export interface FillOptions {
  /** The store as the settings name it; the load opens it once more, for itself. */
  readonly place: { readonly data: string } | { readonly database: string };
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FillProgress) => void;
}

/**
 * Fills an empty project with generated images and their containers.
 * @throws StowageError kind `conflict` when the project has images already, or when `signal` was aborted
 */
export async function fill(
  store: Store,
  project: Project,
  wanted: Pick<Shape, 'images' | 'seed'>,
  options: FillOptions,
): Promise<Filled> {
  await requireEmpty(store, project);
  const uri = `bench-data:${wanted.images}?seed=${wanted.seed}`;
  const source = await store.upsertSource(project, { kind: 'bench-data', uri, settings: {} });
  const shape: Shape = { ...wanted, project: project.id, source: { id: source.id, kind: source.kind } };
  const engine = await openEngine({ ...options.place, load: (await isFresh(store)) ? 'fresh' : 'more' });
  try {
    const progress = (state: BulkProgress) => options.onProgress(progressOf(state, shape));
    return await bulkLoad(engine, project, batches(shape, options.signal), { progress });
  } finally {
    await engine.close();
  }
}

function* batches(shape: Shape, signal: AbortSignal): Generator<BulkBatch> {
  const order = orderById(shape);
  for (let from = 0; from < order.length; from += BATCH) {
    if (signal.aborted) throw interrupted(from);
    const part = Array.from(order.subarray(from, from + BATCH));
    yield {
      source: shape.source,
      images: part.map((n) => imageAt(shape, n)),
      containers: part.flatMap((n) => containersAt(shape, n)),
    };
  }
}

function progressOf({ stage, images, indexes, indexesTotal }: BulkProgress, shape: Shape): FillProgress {
  return stage === 'rows' ? { stage, done: images, of: shape.images } : { stage, done: indexes, of: indexesTotal };
}

/** Whether no project holds anything, so that nothing is lost with the store. */
async function isFresh(store: Store): Promise<boolean> {
  for (const project of await store.projects()) {
    const { images, containers } = await holding(store, project);
    if (images + containers > 0) return false;
  }
  return true;
}

async function requireEmpty(store: Store, project: Project): Promise<void> {
  const { images, containers } = await holding(store, project);
  if (images + containers === 0) return;
  throw new StowageError(
    'conflict',
    'bench-data.not-empty',
    `The project "${project.name}" holds ${images} images and ${containers} containers. bench-data only fills an empty one: give another --data folder, or create a project and name it with --project.`,
  );
}

async function holding(store: Store, project: Project): Promise<Filled> {
  const [images, containers] = await Promise.all([
    store.count(project, 'image', ALL),
    store.count(project, 'container', ALL),
  ]);
  return { images: images.value, containers: containers.value };
}

function interrupted(done: number): StowageError {
  return new StowageError(
    'conflict',
    'bench-data.interrupted',
    `Interrupted after ${done} images. What is in can be used; to fill again, start with an empty store.`,
  );
}
