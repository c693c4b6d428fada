import type { Container } from '../../domain/container.ts';
import type { Project } from '../../domain/credential.ts';
import { StowageError } from '../../domain/error.ts';
import { ALL } from '../../query/predicate.ts';
import type { ImageObservation, Store } from '../../store/store.ts';
import { containersAt, imageAt, type Shape } from './generate.ts';
import { type FillProgress, IMAGES } from './pace.ts';

/** Images of one write. */
const BATCH = 250;

export interface Filled {
  readonly images: number;
  readonly containers: number;
}

/**
 * Fills an empty project with generated images and their containers.
 * @throws StowageError kind `conflict` when the project has images already, or when `signal` was aborted
 */
export async function fill(
  store: Store,
  project: Project,
  wanted: Pick<Shape, 'images' | 'seed'>,
  options: { readonly signal: AbortSignal; readonly onProgress: (progress: FillProgress) => void },
): Promise<Filled> {
  await requireEmpty(store, project);
  const uri = `bench-data:${wanted.images}?seed=${wanted.seed}`;
  const source = await store.upsertSource(project, { kind: 'bench-data', uri, settings: {} });
  const shape: Shape = { ...wanted, project: project.id, source: { id: source.id, kind: source.kind } };
  let containers = 0;
  for (let from = 0; from < shape.images; from += BATCH) {
    if (options.signal.aborted) throw interrupted(from);
    const images: ImageObservation[] = [];
    const running: Container[] = [];
    for (let n = from; n < Math.min(from + BATCH, shape.images); n += 1) {
      images.push(imageAt(shape, n));
      running.push(...containersAt(shape, n));
    }
    await store.ingestImages(project, shape.source, images);
    await store.ingestContainers(project, shape.source, running);
    containers += running.length;
    options.onProgress({ phase: IMAGES, done: from + images.length, of: shape.images });
  }
  return { images: shape.images, containers };
}

async function requireEmpty(store: Store, project: Project): Promise<void> {
  const [images, containers] = await Promise.all([
    store.count(project, 'image', ALL),
    store.count(project, 'container', ALL),
  ]);
  if (images.value + containers.value === 0) return;
  throw new StowageError(
    'conflict',
    'bench-data.not-empty',
    `The project "${project.name}" holds ${images.value} images and ${containers.value} containers. bench-data only fills an empty one: give another --data folder, or create a project and name it with --project.`,
  );
}

function interrupted(done: number): StowageError {
  return new StowageError(
    'conflict',
    'bench-data.interrupted',
    `Interrupted after ${done} images. What is in can be used; to fill again, start with an empty store.`,
  );
}
