import type { LookupFunction } from 'node:net';
import { isRepository, isTag } from '../../domain/reference.ts';
import { NetError } from '../net/errors.ts';
import { DEFAULT_PACE, type Pace } from '../net/pace.ts';
import type { CollectContext } from '../source.ts';
import { connectRegistry, type RegistryClient, repositoryScope } from './client.ts';
import { type ContentCache, contentCache } from './content-cache.ts';
import { describeError } from './describe-error.ts';
import { RegistryError } from './error.ts';
import { REGISTRY_LIMITS, type RegistryLimits } from './limits.ts';
import { listNames } from './listing.ts';
import { headManifest, type ManifestHead } from './manifests.ts';
import { forEachParallel } from './parallel.ts';
import { type Sightings, sightings } from './sightings.ts';
import { type Tally, tally } from './tally.ts';
import type { RegistryTarget } from './uri.ts';

/** What a test may set differently. */
export interface CollectOptions {
  readonly pace?: Partial<Pace>;
  readonly limits?: Partial<RegistryLimits>;
  readonly lookup?: LookupFunction;
}

/** One collection underway. */
interface Collection {
  readonly context: CollectContext;
  readonly client: RegistryClient;
  readonly cache: ContentCache;
  readonly limits: RegistryLimits;
  readonly seen: Sightings;
  readonly tally: Tally;
  /** False once a part of what there is could not be listed, so that what was not seen may still be there. */
  whole: boolean;
}

/**
 * Collects a registry, a repository or one image. What cannot be read is a recorded problem; only what concerns the
 * whole (no connection, no right, no such repository, a host that is down) ends it.
 * @throws StowageError; the signal's reason when aborted
 */
export async function collectRegistry(
  target: RegistryTarget,
  context: CollectContext,
  options: CollectOptions = {},
): Promise<void> {
  const { signal, settings } = context;
  const { registry } = target;
  const pace = { ...DEFAULT_PACE, ...options.pace };
  const limits = { ...REGISTRY_LIMITS, ...options.limits };
  signal.throwIfAborted();
  const client = await connectRegistry({ registry, settings, signal, pace, lookup: options.lookup });
  const numbers = tally(context);
  const cache = contentCache(limits.cacheBytes);
  const reader = { client, cache, pace, signal, tally: numbers };
  const seen = sightings(context, reader, limits);
  const collection: Collection = { context, client, cache, limits, seen, tally: numbers, whole: true };
  try {
    await collectTarget(target, collection);
    await seen.end();
    signal.throwIfAborted();
    numbers.current = null;
    numbers.tell(true);
    if (collection.whole) context.complete();
  } finally {
    await client.close();
  }
}

async function collectTarget({ repository, tag, digest }: RegistryTarget, collection: Collection): Promise<void> {
  if (repository === null) return await collectCatalogue(collection);
  if (tag === null && digest === null) return await collectRepository(repository, collection);
  collection.tally.found += 1;
  const head = await look(repository, digest ?? tag ?? 'latest', collection);
  await collection.seen.add({ repository, tag, digest: digest ?? head.digest, mediaType: head.mediaType });
}

/** What a name leads to; a manifest that came along is kept for the reading of the image. */
async function look(repository: string, reference: string, { client, cache }: Collection): Promise<ManifestHead> {
  const head = await headManifest(client, repository, reference);
  if (head.manifest) cache.put(head.digest, head.manifest.bytes);
  return head;
}

async function collectCatalogue(collection: Collection): Promise<void> {
  const { client, context, limits } = collection;
  const list = { path: '/v2/_catalog', key: 'repositories', scope: 'registry:catalog:*' } as const;
  const pages = listNames(client, { ...list, part: client.name, isValid: isRepository }, limits, (problem) =>
    context.problem(problem),
  );
  try {
    await forEachParallel(flat(pages, collection), context.settings.concurrency, async (repository) => {
      try {
        await collectRepository(repository, collection);
      } catch (error) {
        // A repository that is listed but not there has lost its last tag.
        if (error instanceof RegistryError && error.code === 'registry.not-found') return;
        noteUnlisted(error, `${client.name}/${repository}`, collection);
      }
    });
  } catch (error) {
    throw noCatalogue(error, client.name);
  }
}

async function collectRepository(repository: string, collection: Collection): Promise<void> {
  const { client, context, limits, seen, tally } = collection;
  const part = `${client.name}/${repository}`;
  const scope = repositoryScope(repository);
  const list = { path: `/v2/${repository}/tags/list`, key: 'tags', scope, part, isValid: isTag } as const;
  const pages = listNames(client, list, limits, (problem) => context.problem(problem));
  await forEachParallel(flat(pages, collection), context.settings.concurrency, async (tag) => {
    tally.found += 1;
    tally.current = `${part}:${tag}`;
    tally.tell();
    let head: ManifestHead;
    try {
      head = await look(repository, tag, collection);
    } catch (error) {
      const isGone = error instanceof RegistryError && error.code === 'registry.not-found';
      if (!isGone) return noteUnlisted(error, `${part}:${tag}`, collection);
      context.problem({ code: error.code, message: `tag ${tag} is listed but leads nowhere`, part: `${part}:${tag}` });
      return;
    }
    await seen.add({ repository, tag, digest: head.digest, mediaType: head.mediaType });
  });
}

/** The names of all pages, one by one; remembers when the list did not reach its end. */
async function* flat(
  pages: AsyncGenerator<readonly string[], boolean>,
  collection: Collection,
): AsyncGenerator<string> {
  for (;;) {
    const { value, done } = await pages.next();
    collection.context.signal.throwIfAborted();
    if (done) {
      collection.whole &&= value;
      return;
    }
    yield* value;
  }
}

/** Records that a part could not be looked at; goes on unless the whole registry is concerned. */
function noteUnlisted(error: unknown, part: string, collection: Collection): void {
  collection.context.signal.throwIfAborted();
  const isDown = error instanceof NetError && error.code === 'net.host-down';
  if (isDown && error.host === collection.client.host) throw error;
  collection.context.problem({ ...describeError(error), part });
  collection.whole = false;
}

/** An error of the catalogue, with what to do instead. */
function noCatalogue(error: unknown, registry: string): unknown {
  if (!(error instanceof RegistryError)) return error;
  if (error.code !== 'registry.not-found' && error.code !== 'registry.denied' && error.code !== 'registry.protocol') {
    return error;
  }
  const message = `${registry} does not list its repositories: ${error.message}. Name them: registry://${registry}/REPOSITORY`;
  return new RegistryError(error.kind, 'registry.no-catalogue', message);
}
