import type { Digest } from '../../domain/digest.ts';
import type { ImageObservation } from '../../store/store.ts';
import { isArtifact } from '../manifest.ts';
import { NetError } from '../net/errors.ts';
import type { CollectContext } from '../source.ts';
import { describeError } from './describe-error.ts';
import type { RegistryLimits } from './limits.ts';
import { forEachParallel } from './parallel.ts';
import { type ImageReader, readRegistryImage } from './read-image.ts';

/** A name seen in the registry and what it leads to. */
export interface Sighting {
  readonly repository: string;
  /** Null when named by digest. */
  readonly tag: string | null;
  readonly digest: Digest;
  readonly mediaType: string;
}

/** Takes sightings and hands them over in batches: known digests are touched, others read first. */
export interface Sightings {
  /** Resolves when there is room for the next one. */
  add(sighting: Sighting): Promise<void>;
  /** Hands over the rest. */
  end(): Promise<void>;
}

type Observation = Omit<ImageObservation, 'seenAt'>;

/** Images of one collection that are already dealt with and which the store may not call complete. */
type Outcome = 'artifact' | 'handed';

/** Sightings of one collection. */
export function sightings(context: CollectContext, reader: ImageReader, limits: RegistryLimits): Sightings {
  const { client, tally } = reader;
  const dealtWith = new Map<Digest, Outcome>();
  let waiting: Sighting[] = [];
  let last: Promise<void> = Promise.resolve();

  async function add(sighting: Sighting): Promise<void> {
    waiting.push(sighting);
    if (waiting.length >= limits.batch) await flush();
  }

  async function flush(): Promise<void> {
    const batch = waiting;
    waiting = [];
    last = last.then(() => handOver(batch));
    await last;
  }

  async function handOver(batch: readonly Sighting[]): Promise<void> {
    context.signal.throwIfAborted();
    const byDigest = Map.groupBy(batch, ({ digest }) => digest);
    const known = await context.known([...byDigest.keys()].filter((digest) => !dealtWith.has(digest)));
    const unknown = [...byDigest].filter(([digest]) => !known.has(digest) && !dealtWith.has(digest));
    const images: Observation[] = [];
    await forEachParallel(unknown, context.settings.concurrency, async ([digest, seen]) => {
      const observation = await observe(digest, seen);
      if (observation) images.push(observation);
      dealtWith.set(digest, observation ? 'handed' : 'artifact');
    });
    if (images.length > 0) await context.images(images);
    for (const [digest] of unknown) byDigest.delete(digest);
    const touched = batch.filter(({ digest }) => byDigest.has(digest) && dealtWith.get(digest) !== 'artifact');
    if (touched.length > 0) await context.touch(touched.map(reference));
    forgetComplete(images);
    tally.done += batch.length;
    tally.tell();
  }

  /** Images without problems need not be remembered: the store knows them from now on. */
  function forgetComplete(images: readonly Observation[]): void {
    for (const { digest, platforms, problems } of images) {
      if (digest && platforms && (problems ?? []).length === 0) dealtWith.delete(digest);
    }
  }

  /** Reads an image. What is wrong with it is told and put on it; undefined when it is an artifact, no image. */
  async function observe(digest: Digest, seen: readonly Sighting[]): Promise<Observation | undefined> {
    const first = seen[0] as Sighting;
    const part = `${client.name}/${first.repository}${first.tag === null ? '@' : ':'}${first.tag ?? digest}`;
    const references = seen.map(reference);
    tally.current = part;
    try {
      const { observation } = await readRegistryImage(reader, first.repository, digest, first.mediaType);
      const [problem, ...more] = observation.problems ?? [];
      if (problem) {
        const message = more.length === 0 ? problem.message : `${problem.message} (and ${more.length} more)`;
        context.problem({ code: problem.code, message, part });
      }
      return { ...observation, references };
    } catch (error) {
      context.signal.throwIfAborted();
      if (isArtifact(error)) {
        context.log('artifact left out: it is no image', { part, digest });
        return undefined;
      }
      if (error instanceof NetError && error.code === 'net.host-down' && error.host === client.host) throw error;
      const { code, message } = describeError(error);
      context.problem({ code, message, part });
      return { kind: 'container', digest, references, problems: [{ code, message, part: digest }] };
    }
  }

  function reference({ repository, tag, digest }: Sighting) {
    return { registry: client.name, repository, tag, digest };
  }

  return { add, end: flush };
}
