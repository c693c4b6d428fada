/** `kill -9` in the middle of collections: the store stays whole, and the next start carries on. */
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ALL } from '../../src/query/predicate.ts';
import { checkInventory } from '../../src/store/doctor.ts';
import { openEngine, storeOver } from '../../src/store/open.ts';
import { titled, whyQuick } from '../support/peers.ts';
import { type Running, scratch, start, stowage } from '../support/program.ts';
import {
  addImage,
  addIndex,
  addTag,
  registryContent,
  serveRegistry,
  type TestServer,
  testServer,
} from '../support/registry-server.ts';
import { openTestEngine } from '../support/stores.ts';

const KILLS = 20;
const SEED = 8;
const REPOSITORIES = 12;
const PRESET = { STOWAGE_ADMIN_ID: 'admin', STOWAGE_ADMIN_SECRET: 'the secret of the crash test' };
const BASIC = `Basic ${Buffer.from('admin:the secret of the crash test').toString('base64')}`;

const reason = whyQuick('takes minutes');

/** Where a store is: how the program is told, and how a test opens it. */
interface Place {
  readonly args: readonly string[];
  readonly options: { readonly data: string } | { readonly database: string };
  remove(): Promise<void>;
}

async function place(kind: 'sqlite' | 'postgres'): Promise<Place> {
  if (kind === 'sqlite') {
    const data = await scratch('crash');
    return { args: ['--data', data], options: { data }, remove: () => rm(data, { recursive: true, force: true }) };
  }
  const { options, close } = await openTestEngine('postgres', { empty: true });
  if (!('database' in options)) throw new Error('no database');
  return { args: ['--database', options.database], options, remove: close };
}

/** The same numbers in [0, 1) for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A slow registry whose images grow in number, and whose tags move. */
async function growingRegistry(next: () => number) {
  const content = registryContent();
  const server: TestServer = await testServer((request, response) => {
    setTimeout(() => serveRegistry(content, request, response), 3);
  });
  let made = 0;
  function tag(name: string, digest: string): void {
    addTag(content, `team-${made % REPOSITORIES}/${name}`, `v${Math.floor(made / REPOSITORIES)}`, digest);
    made += 1;
  }
  return {
    ...server,
    content,
    tags: () => made,
    grow(count: number): void {
      for (let each = 0; each < count; each += 1) {
        const one = addImage(content, `image ${made}`);
        if (each % 4 === 0) tag('app', addIndex(content, [one, addImage(content, `image ${made}`, 'arm64')]));
        else tag('app', one);
        if (each % 5 === 0) tag('app', one);
      }
    },
    /** Leads some tags to images that others lead to. */
    move(count: number): void {
      const repositories = [...content.tags.values()];
      for (let each = 0; each < count; each += 1) {
        const tags = repositories[Math.floor(next() * repositories.length)] ?? new Map<string, string>();
        const names = [...tags.keys()];
        const pick = () => names[Math.floor(next() * names.length)] ?? '';
        tags.set(pick(), tags.get(pick()) ?? '');
      }
    },
  };
}

type Registry = Awaited<ReturnType<typeof growingRegistry>>;

/** What is stored, without what differs between two stores of the same: by digest. */
async function inventory(options: Place['options']) {
  const engine = await openEngine(options);
  try {
    const store = storeOver(engine, () => Date.now() * 1_000);
    const project = await store.projectByName('default');
    if (!project) throw new Error('no project');
    const differences = await checkInventory(engine, project);
    const integrity =
      'data' in options
        ? await engine.all({ sql: 'pragma integrity_check', parameters: [] })
        : [{ integrity_check: 'ok' }];
    const images = new Map<string, object>();
    const names = new Map<string, string>();
    const { rows, more } = await store.list(project, {
      entity: 'image',
      where: ALL,
      sort: [{ field: 'digest', direction: 'asc' }],
      limit: 10_000,
    });
    expect(more).toBe(false);
    for (const { id } of rows) {
      const image = await store.image(project, id);
      const { digest, mediaType, platforms = [], labels, problems, references = [], kind } = image ?? {};
      if (!digest) throw new Error(`the image ${id} of the list is not there`);
      expect(images.has(digest), `${digest} is there once`).toBe(false);
      images.set(digest, { kind, mediaType, platforms, labels, problems });
      for (const { repository, tag } of references) {
        const name = `${repository}:${tag}`;
        expect(names.has(name), `${name} leads to one image`).toBe(false);
        names.set(name, digest);
      }
    }
    const [source] = await store.sources(project);
    const runs = source ? (await store.runs(project, source.id, 100)).map((run) => run.state) : [];
    return { images, names, differences, integrity, runs };
  } finally {
    await engine.close();
  }
}

function namesOf({ content }: Registry): Map<string, string> {
  const all = [...content.tags].flatMap(([repository, tags]) =>
    [...tags].map(([tag, digest]) => [`${repository}:${tag}`, digest] as const),
  );
  return new Map(all);
}

const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

describe.skipIf(reason)(titled('kill -9 during a collection', reason), { timeout: 400_000 }, () => {
  const next = random(SEED);
  let registry: Registry;
  const places: Place[] = [];
  const running: Running[] = [];

  beforeAll(async () => {
    registry = await growingRegistry(next);
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop('SIGKILL');
    for (const each of places.splice(0)) await each.remove();
  });
  afterAll(() => registry.close());

  async function somewhere(kind: 'sqlite' | 'postgres'): Promise<Place> {
    const made = await place(kind);
    places.push(made);
    return made;
  }

  /** Starts a collection and kills it somewhere in it. @returns whether it was still at it */
  async function killed(args: readonly string[], requests: number, milliseconds: number): Promise<boolean> {
    const process = await start(args, { env: PRESET });
    running.push(process);
    const before = registry.requests.length;
    let over = false;
    void process.ended.then(() => {
      over = true;
    });
    await vi.waitUntil(() => over || registry.requests.length > before + requests, { timeout: 60_000, interval: 1 });
    await delay(milliseconds);
    const { signal } = await process.stop('SIGKILL');
    return signal === 'SIGKILL';
  }

  test.each(['sqlite', 'postgres'] as const)(
    `${KILLS} times on %s: it completes, nothing is lost or twice`,
    async (kind) => {
      const { args, options } = await somewhere(kind);
      const uri = `registry://${registry.host}`;
      if (registry.tags() === 0) registry.grow(200);
      const kills = { add: 0, serve: 0 };
      for (let round = 0; kills.add + kills.serve < KILLS; round += 1) {
        expect(round, 'rounds without a kill').toBeLessThan(2 * KILLS);
        registry.grow(12);
        registry.move(4);
        const command = round % 4 === 3 ? 'serve' : 'add';
        const call = command === 'add' ? ['add'] : ['serve', '--listen', '127.0.0.1:0'];
        const requests = round % 2 === 0 ? Math.floor(next() * registry.tags() * 0.8) : 0;
        if (await killed([...call, ...args, uri], requests, Math.floor(next() * 500))) kills[command] += 1;
      }

      const server = await start(['serve', '--listen', '127.0.0.1:0', ...args, uri], { env: PRESET });
      running.push(server);
      const [, url = ''] = await server.shows(/^Stowage answers at (\S+)$/m);
      const lastRun = async () => {
        const answer = await fetch(`${url}/stowage/v1/sources`, { headers: { authorization: BASIC } });
        const { items } = (await answer.json()) as { items: { last_run: { state: string } | null }[] };
        expect(items).toHaveLength(1);
        return items[0]?.last_run?.state;
      };
      await server.shows(/^Ready\./m);
      await vi.waitFor(async () => expect(await lastRun()).toBe('complete'), { timeout: 60_000, interval: 200 });
      expect((await server.stop()).code).toBe(0);

      const again = await stowage(['add', ...args, '--json', uri]);
      expect(again.code, again.stderr).toBe(0);
      expect(JSON.parse(again.stdout)).toMatchObject({
        state: 'complete',
        progress: { found: registry.tags(), blobs: 0, added: 0, closed: 0 },
      });

      const survived = await inventory(options);
      expect(survived.runs.filter((state) => state === 'running')).toEqual([]);
      expect(survived.integrity).toEqual([{ integrity_check: 'ok' }]);
      expect(survived.differences).toEqual([]);
      expect(sorted(survived.names)).toEqual(sorted(namesOf(registry)));

      const untouched = await somewhere(kind);
      expect((await stowage(['add', ...untouched.args, uri])).code).toBe(0);
      const clean = await inventory(untouched.options);
      expect(sorted(survived.names)).toEqual(sorted(clean.names));
      for (const [digest, image] of clean.images) expect(survived.images.get(digest)).toEqual(image);
      for (const digest of survived.images.keys()) expect(registry.content.manifests.has(digest)).toBe(true);
      console.log(
        `${kind}: killed ${kills.add} x add, ${kills.serve} x serve; ${survived.names.size} tags, ${survived.images.size} images`,
      );
    },
  );
});
