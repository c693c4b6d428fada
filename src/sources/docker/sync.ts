/** Tells the inventory what an engine has. Keeps between two looks what does not change, so that a look is cheap. */
import { StowageError } from '../../domain/error.ts';
import type { ImageObservation } from '../../store/store.ts';
import type { CollectContext } from '../source.ts';
import type { Engine } from './client.ts';
import { type FoundContainer, readContainer } from './containers.ts';
import { askHost, type EngineHost } from './host.ts';
import { type EngineImage, type Identity, identify, readEngineImage } from './images.ts';
import { objectsOf, textOf } from './json.ts';
import { type LocalContent, readLocalContent } from './platform.ts';

const BATCH = 200;
const AT_ONCE = 4;

interface Listed {
  readonly id: string;
  /** Changes whenever the list shows a change. */
  readonly print: string;
}

/** One engine and what was seen of it. */
export class EngineSync {
  readonly engine: Engine;
  readonly host: EngineHost;
  readonly #context: CollectContext;
  #identities = new Map<string, Identity>();
  #contents = new Map<string, LocalContent>();
  #containers = new Map<string, { print: string; found: FoundContainer }>();
  #blobs = 0;
  readonly #told = new Set<string>();
  readonly #removed = new Set<string>();

  private constructor(engine: Engine, host: EngineHost, context: CollectContext) {
    this.engine = engine;
    this.host = host;
    this.#context = context;
  }

  /** Asks the engine who it is. */
  static async begin(engine: Engine, context: CollectContext): Promise<EngineSync> {
    return new EngineSync(engine, await askHost(engine, context.signal), context);
  }

  /**
   * Everything: all images, all containers. What is not there any more may be closed.
   * @param fresh asks about every container anew, for what may have happened unseen
   */
  async everything(fresh: boolean): Promise<void> {
    if (fresh) this.#containers.clear();
    await this.images();
    await this.containers(new Set(), true);
    this.#context.complete();
  }

  /** Reports every image the engine has. */
  async images(): Promise<void> {
    const { signal } = this.#context;
    const listed = await this.engine.get('/images/json', signal);
    const images = objectsOf(listed).flatMap((entry) => readEngineImage(entry, this.host.keepsManifests) ?? []);
    const known = await this.#context.known([...new Set(images.flatMap(digestsOf))]);
    this.#identities = new Map(images.map((image) => [image.id, identify(image, known)]));
    this.#contents = new Map([...this.#contents].filter(([id]) => this.#identities.has(id)));
    this.#progress({ found: images.length + this.#containers.size });
    for (let at = 0; at < images.length; at += BATCH) {
      signal.throwIfAborted();
      const batch = images.slice(at, at + BATCH);
      const observations = await mapSome(batch, async (image) => this.#observe(image, known));
      await this.#context.images(observations.flat());
      this.#progress({ done: Math.min(at + BATCH, images.length) });
    }
  }

  /**
   * Reports containers: those named, those the list shows changed, or all; then the complete set of those there are.
   */
  async containers(named: ReadonlySet<string>, all: boolean): Promise<void> {
    const { signal } = this.#context;
    const entries = objectsOf(await this.engine.get('/containers/json?all=1', signal));
    const listed = entries
      .map((entry): Listed => ({ id: textOf(entry['Id']), print: printOf(entry) }))
      .filter(({ id }) => id !== '');
    await this.#meetImages(entries.map((entry) => textOf(entry['ImageID'])));
    const changed = listed.filter(({ id, print }) => named.has(id) || this.#containers.get(id)?.print !== print);
    const present = new Set(listed.map(({ id }) => id));
    await mapSome(changed, async ({ id, print }) => {
      const inspected = await this.#ask(`/containers/${encodeURIComponent(id)}/json`);
      const found = inspected ? readContainer(inspected, this.host, (image) => this.#identities.get(image)) : undefined;
      if (found) this.#containers.set(id, { print, found });
      else if (inspected === undefined) present.delete(id);
    });
    for (const id of this.#containers.keys()) if (!present.has(id)) this.#containers.delete(id);
    const report = all ? [...this.#containers.values()] : changed.flatMap(({ id }) => this.#containers.get(id) ?? []);
    for (let at = 0; at < report.length; at += BATCH) {
      await this.#context.containers(report.slice(at, at + BATCH).map(({ found }) => found));
    }
    await this.#context.containersPresent(this.host.hostId, present);
    const count = this.#identities.size + this.#containers.size;
    this.#progress({ found: count, done: count });
  }

  /** Makes sure that the images of containers were looked at: one may have come up since. */
  async #meetImages(ids: readonly string[]): Promise<void> {
    const isNew = (id: string) => id !== '' && !this.#identities.has(id) && !this.#removed.has(id);
    if (!ids.some(isNew)) return;
    await this.images();
    // An image can be removed while its containers stay.
    for (const id of ids.filter(isNew)) this.#removed.add(id);
  }

  async #observe(image: EngineImage, known: ReadonlySet<string>): Promise<Omit<ImageObservation, 'seenAt'>[]> {
    const identity = this.#identities.get(image.id) as Identity;
    const { hostId, hostName } = this.host;
    const observations: Omit<ImageObservation, 'seenAt'>[] = [];
    for (const [digest, references] of identity.images) {
      const seen = { kind: 'container', digest, references, hosts: [{ hostId, hostName }] } as const;
      // Who knows the manifest knows more than an engine.
      const content = known.has(digest) ? undefined : await this.#content(image);
      if (!content) observations.push(seen);
      else {
        const mediaType = identity.byConfig ? CONFIG : image.manifest?.mediaType || undefined;
        observations.push({
          ...seen,
          ...(mediaType ? { mediaType } : {}),
          platforms: [content.platform],
          labels: content.platform.labels,
          size: content.size,
        });
      }
    }
    return observations;
  }

  /** What the engine can tell of an image; asked once, as an image never changes. */
  async #content(image: EngineImage): Promise<LocalContent | undefined> {
    const before = this.#contents.get(image.id);
    if (before) return before;
    const path = `/images/${encodeURIComponent(image.id)}`;
    const inspected = await this.#ask(`${path}/json`);
    const history = inspected && (await this.#ask(`${path}/history`));
    if (!inspected) return undefined;
    const content = readLocalContent(image, inspected, history);
    this.#blobs += 1;
    this.#contents.set(image.id, content);
    return content;
  }

  /**
   * Asks about one thing. What the engine cannot tell is recorded, once, and the rest goes on.
   * @returns `undefined` when there is no such thing (any more), null when the engine refused
   */
  async #ask(path: string): Promise<unknown> {
    try {
      return await this.engine.get(path, this.#context.signal);
    } catch (error) {
      if (!(error instanceof StowageError) || error.code !== 'docker.answer') throw error;
      if (!this.#told.has(path))
        this.#context.problem({ code: error.code, message: error.message, part: path.slice(0, 200) });
      this.#told.add(path);
      return null;
    }
  }

  #progress(change: { found?: number; done?: number }): void {
    this.#context.progress({ ...change, blobs: this.#blobs, current: this.host.hostName });
  }
}

const CONFIG = 'application/vnd.docker.container.image.v1+json';

function digestsOf(image: EngineImage): string[] {
  return [image.id, ...image.digests.map(({ digest }) => digest), ...(image.manifest ? [image.manifest.digest] : [])];
}

/** What of a list entry shows a change: all but `Status`, which counts the minutes. */
function printOf(entry: Readonly<Record<string, unknown>>): string {
  return JSON.stringify([
    entry['State'],
    entry['Names'],
    entry['ImageID'],
    entry['Image'],
    entry['Labels'],
    entry['NetworkSettings'],
  ]);
}

async function mapSome<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}
