/**
 * Bad input from every side, on both engines: requests get their dialect's own clear error, sources get a recorded
 * problem with a code, and nothing that was there or is good is lost.
 */
import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalRequest, sha256 } from '../src/dialects/huawei-hss/wire/canonical.ts';
import type { Project } from '../src/domain/credential.ts';
import { HOUR, MINUTE, type Micros, now } from '../src/domain/time.ts';
import { runCollection } from '../src/jobs/collect.ts';
import { ALL } from '../src/query/predicate.ts';
import { resolveSource } from '../src/sources/resolve.ts';
import { DEFAULT_SOURCE_SETTINGS } from '../src/sources/source.ts';
import { checkInventory } from '../src/store/doctor.ts';
import { testApp } from './support/app.ts';
import { anImage, aSource } from './support/fixtures.ts';
import {
  addBlob,
  asEntries,
  type Blobs,
  buildImage,
  type buildIndex,
  layoutFiles,
  named,
  tar,
  writeFiles,
} from './support/oci.ts';
import { scratch } from './support/program.ts';
import { addImage, addTag, registryContent, sendJson, serveRegistry, testServer } from './support/registry-server.ts';
import { ENGINES, type OpenTestStore, openTestStore } from './support/stores.ts';

type Speaker = 'datadog' | 'qualys' | 'huawei-hss' | 'stackrox' | 'glance' | 'native';
type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof testApp>>['app']['inject']>>;

const IMAGES = 1_005;
const LISTS: Readonly<Record<Speaker, string>> = {
  datadog: '/api/v2/container_images',
  qualys: '/csapi/v1.3/images',
  'huawei-hss': '/v5/PROJECT/image/local/containers',
  stackrox: '/v1/images',
  glance: '/v2/images',
  native: '/stowage/v1/images',
};

/** Checks that an answer is an error in the form of its dialect, and that its text says this. */
function expectError(speaker: Speaker, answer: Answer, status: number, says: string | RegExp): void {
  expect(answer.statusCode, answer.body.slice(0, 300)).toBe(status);
  const type = answer.headers['content-type'];
  const text = speaker === 'glance' ? answer.body : messageOf();
  if (typeof says === 'string') expect(text).toContain(says);
  else expect(text).toMatch(says);
  expect(text.length).toBeGreaterThan(5);

  function messageOf(): string {
    const body = answer.json<Record<string, unknown>>();
    switch (speaker) {
      case 'datadog':
        expect(body).toEqual({ errors: [expect.any(String)] });
        return String((body['errors'] as string[])[0]);
      case 'qualys':
        expect(body).toEqual({
          errorCode: expect.stringMatching(new RegExp(`^${status} [A-Z_]+$`)),
          message: expect.any(String),
          timestamp: expect.any(Number),
        });
        return String(body['message']);
      case 'huawei-hss':
        expect(body).toMatchObject({
          error_code: expect.stringMatching(/^(?:HSS|APIGW)\.\d{4}$/),
          error_msg: expect.any(String),
        });
        return String(body['error_msg']);
      case 'stackrox':
        expect(body).toEqual({
          code: status === 401 ? 16 : 3,
          message: expect.any(String),
          details: [],
          error: body['message'],
        });
        return String(body['message']);
      default:
        expect(type).toMatch(/^application\/problem\+json/);
        expect(body).toMatchObject({ status, title: expect.any(String), code: expect.any(String) });
        return String(body['detail']);
    }
  }
}

/** What a request may get wrong: the dialect, what is wrong, its query, the status, and what the error says. */
const REFUSED: readonly (readonly [Speaker, string, string, number, string | RegExp])[] = [
  ['datadog', 'unknown field', 'sort=nonsense', 400, 'nonsense'],
  ['datadog', 'broken query', 'filter[tags]=((a:b', 400, /character 1: .*never closed/],
  ['datadog', 'forged cursor', 'page[cursor]=Zm9yZ2Vk', 400, 'page[cursor] is damaged'],
  ['datadog', 'page size 0', 'page[size]=0', 400, 'page[size] must be a number between 1 and 10000'],
  ['datadog', 'page size 10^9', 'page[size]=1000000000', 400, 'page[size] must be a number between 1 and 10000'],
  ['qualys', 'unknown field', 'filter=nonsense:x', 400, /"nonsense" is no token of images \(at character 1/],
  ['qualys', 'broken query', 'filter=((repo', 400, /at character \d+ of the filter/],
  ['qualys', 'forged page', 'pageNumber=forged', 400, 'pageNumber must be a whole number'],
  ['qualys', 'page beyond the window', 'pageNumber=1000000&pageSize=50', 400, '10,000'],
  ['qualys', 'page size 0', 'pageSize=0', 400, 'pageSize must be a whole number from 1 to 1000'],
  ['qualys', 'page size 10^9', 'pageSize=1000000000', 400, 'pageSize must be a whole number from 1 to 1000'],
  ['huawei-hss', 'unknown enterprise project', 'enterprise_project_id=nonsense', 400, 'enterprise_project_id'],
  ['huawei-hss', 'forged offset', 'offset=forged', 400, 'Invalid parameter offset'],
  ['huawei-hss', 'offset 10^9', 'offset=1000000000', 400, 'Invalid parameter offset'],
  ['huawei-hss', 'page size 0', 'limit=0', 400, 'Invalid parameter limit'],
  ['huawei-hss', 'page size 10^9', 'limit=1000000000', 400, 'Invalid parameter limit'],
  ['stackrox', 'unknown sort field', 'pagination.sortOption.field=Nonsense', 400, 'nonsense does not exist'],
  ['stackrox', 'broken expression', 'query=Image%20Tag%3Ar/((', 400, 'invalid regexp'],
  ['stackrox', 'forged offset', 'pagination.offset=forged', 400, 'parsing "forged"'],
  [
    'stackrox',
    'page size that is none',
    'pagination.limit=99999999999999999999',
    400,
    'parsing "99999999999999999999"',
  ],
  ['glance', 'unknown field', 'sort_key=nonsense', 400, 'Invalid sort key: nonsense'],
  ['glance', 'broken query', 'created_at=nonsense:x', 400, 'query filter format'],
  ['glance', 'broken number', 'size_min=many', 400, 'non-numeric value'],
  ['glance', 'forged marker', 'marker=forged', 400, 'No image found with ID forged'],
  ['glance', 'page size below 0', 'limit=-1', 400, 'limit param must be positive'],
  ['native', 'unknown field', 'q=nonsense%3Ax', 400, 'There is no field "nonsense"'],
  ['native', 'unknown order', 'sort=nonsense', 400, 'cannot be ordered by "nonsense"'],
  ['native', 'broken query', 'q=((name', 400, 'closing bracket is missing'],
  ['native', 'forged cursor', 'after=forged', 400, 'The cursor is damaged'],
  ['native', 'page size 0', 'limit=0', 400, 'limit must be >= 1'],
  ['native', 'page size 10^9', 'limit=1000000000', 400, 'limit must be <= 1000'],
];

/** What its vendor answers with 200: nothing found, the parameter ignored, or the page cut. */
const TAKEN: readonly (readonly [Speaker, string, string, number])[] = [
  ['datadog', 'a tag nobody has matches nothing', 'filter[tags]=nonsense%3Ax', 0],
  ['huawei-hss', 'an unknown parameter is ignored', 'nonsense=x&limit=10', 0],
  ['stackrox', 'an unknown field is ignored', 'query=Nonsense%3Ax&pagination.limit=7', 7],
  ['stackrox', 'page size 0 is the default', 'pagination.limit=0', 1_000],
  ['stackrox', 'page size 10^9 is cut', 'pagination.limit=1000000000', 1_000],
  ['glance', 'a property nobody has matches nothing', 'nonsense=x', 0],
  ['glance', 'page size 0 is empty', 'limit=0', 0],
  ['glance', 'page size 10^9 is cut', 'limit=1000000000', 1_000],
];

const ROWS: Readonly<Partial<Record<Speaker, string>>> = {
  datadog: 'data',
  'huawei-hss': 'data_list',
  stackrox: 'images',
  glance: 'images',
};

describe.each(ENGINES)('hostile requests on %s', (engine) => {
  let app: Awaited<ReturnType<typeof testApp>>;
  let token: string;
  let before: { generation: number; count: number };

  beforeAll(async () => {
    app = await testApp({ engine });
    const source = aSource('oci', 'hostile');
    for (let start = 0; start < IMAGES; start += 335) {
      const names = Array.from({ length: Math.min(335, IMAGES - start) }, (_, index) => `team/app-${start + index}:1`);
      await app.store.ingestImages(
        app.project,
        source,
        names.map((name) => anImage({ references: [name] })),
      );
    }
    token = await signIn(app.reader);
    before = await state();
  }, 120_000);
  afterAll(async () => {
    await app?.close();
  });

  async function signIn({ id, secret }: { id: string; secret: string }): Promise<string> {
    const answer = await app.app.inject({
      method: 'POST',
      url: '/auth',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ username: id, password: secret, token: 'true' }).toString(),
    });
    expect(answer.statusCode).toBe(201);
    return answer.body;
  }

  const state = async () => ({
    generation: await app.store.generation(app.project),
    count: (await app.store.count(app.project, 'image', ALL)).value,
  });

  function headersWith(speaker: Speaker, bearer: string): Record<string, string> {
    if (speaker === 'glance') return { 'x-auth-token': bearer };
    if (speaker === 'huawei-hss') return { 'x-auth-token': bearer, region: 'RegionOne' };
    return { authorization: `Bearer ${bearer}` };
  }

  function ask(speaker: Speaker, query = '', headers = headersWith(speaker, token)): Promise<Answer> {
    const url = LISTS[speaker].replace('PROJECT', app.project.id);
    return app.app.inject({ url: query === '' ? url : `${url}?${query}`, headers });
  }

  /** A request signed at some time, as the vendor's SDKs do it. */
  function signedAt(time: Micros, secret: string): Promise<Answer> {
    const url = LISTS['huawei-hss'].replace('PROJECT', app.project.id);
    const date = `${new Date(time / 1_000).toISOString().replace(/\.\d+|[-:]/g, '')}`;
    const headers = { host: 'stowage.example', region: 'RegionOne', 'x-sdk-date': date };
    const hashed = sha256(
      canonicalRequest({ method: 'GET', url, headers, body: Buffer.alloc(0) }, 'host;x-sdk-date', false),
    );
    const signature = createHmac('sha256', secret).update(`SDK-HMAC-SHA256\n${date}\n${hashed}`).digest('hex');
    const authorization = `SDK-HMAC-SHA256 Access=${app.reader.id}, SignedHeaders=host;x-sdk-date, Signature=${signature}`;
    return app.app.inject({ url, headers: { ...headers, authorization } });
  }

  const SPEAKERS = Object.keys(LISTS) as Speaker[];

  test.each(REFUSED)('%s: %s (?%s) is %d', async (speaker, _, query, status, says) => {
    expectError(speaker, await ask(speaker, query), status, says);
  });

  test.each(TAKEN)('%s: %s (?%s): %d rows', async (speaker, _, query, rows) => {
    const answer = await ask(speaker, query);
    expect(answer.statusCode).toBe(200);
    expect(answer.json<Record<string, unknown[]>>()[ROWS[speaker] ?? '']).toHaveLength(rows);
  });

  test.each(SPEAKERS)('%s: a wrong key', async (speaker) => {
    const { id } = app.reader;
    const pair = `Basic ${Buffer.from(`${id}:wrong`).toString('base64')}`;
    if (speaker === 'datadog') {
      const answer = await ask(speaker, '', { 'dd-api-key': id, 'dd-application-key': 'wrong' });
      expectError(speaker, answer, 403, 'Forbidden');
    } else if (speaker === 'huawei-hss') {
      expectError(speaker, await signedAt(now(), 'wrong'), 401, 'verify aksk signature fail');
    } else {
      const answer = await ask(speaker, '', { authorization: pair });
      expectError(speaker, answer, 401, speaker === 'glance' ? 'could not verify' : /wrong|not right|not found/);
    }
  });

  test.each(SPEAKERS)('%s: a token nobody issued', async (speaker) => {
    const [head, body] = token.split('.');
    const answer = await ask(speaker, '', headersWith(speaker, `${head}.${body}.forged`));
    expectError(speaker, answer, speaker === 'datadog' ? 403 : 401, /./);
  });

  test.each(SPEAKERS)('%s: an expired token', async (speaker) => {
    app.setNow(now() + 26 * HOUR);
    try {
      const says = { qualys: 'expired', 'huawei-hss': 'token expires', native: 'expired' } as Readonly<
        Record<string, string>
      >;
      expectError(speaker, await ask(speaker), speaker === 'datadog' ? 403 : 401, says[speaker] ?? /./);
    } finally {
      app.setNow(undefined);
    }
    expect((await ask(speaker)).statusCode).toBe(200);
  });

  test('huawei-hss: a signature of another time', async () => {
    const { secret } = app.reader;
    for (const skew of [-16 * MINUTE, 16 * MINUTE, 365 * 24 * HOUR]) {
      expectError(
        'huawei-hss',
        await signedAt(now() + skew, secret),
        401,
        "more than 15 minutes from the server's time",
      );
    }
    expect((await signedAt(now() - 14 * MINUTE, secret)).statusCode).toBe(200);
  });

  test('a cursor that is changed, of another question or of another project is refused', async () => {
    const datadog = (await ask('datadog', 'page[size]=10')).json<{ meta: { pagination: { next_cursor: string } } }>();
    const native = (await ask('native', 'limit=10')).json<{ next: string }>();
    const stranger = await app.makeCredential('reader', await app.store.createProject('elsewhere'));
    const foreign = await signIn(stranger);
    for (const [speaker, cursor, name, other] of [
      ['datadog', datadog.meta.pagination.next_cursor, 'page[size]=10&page[cursor]', 'sort=-name'],
      ['native', native.next, 'limit=10&after', 'sort=name'],
    ] as const) {
      expect(cursor.length).toBeGreaterThan(10);
      const asked = `${name}=${encodeURIComponent(cursor)}`;
      expect((await ask(speaker, asked)).statusCode).toBe(200);
      const middle = Math.floor(cursor.length / 2);
      const changed = `${cursor.slice(0, middle)}${cursor[middle] === 'A' ? 'B' : 'A'}${cursor.slice(middle + 1)}`;
      expectError(speaker, await ask(speaker, `${name}=${encodeURIComponent(changed)}`), 400, 'damaged');
      expectError(speaker, await ask(speaker, `${asked}&${other}`), 400, 'belongs to another');
      expectError(speaker, await ask(speaker, asked, headersWith(speaker, foreign)), 400, 'project');
    }
    const [image] = (await ask('glance', 'limit=1')).json<{ images: { id: string }[] }>().images;
    const marker = await ask('glance', `marker=${image?.id}`, headersWith('glance', foreign));
    expectError('glance', marker, 400, `No image found with ID ${image?.id}`);
  });

  test('after all of it nothing is changed and nothing broke inside', async () => {
    expect(await state()).toEqual(before);
    expect(before.count).toBe(IMAGES);
    expect(app.errors).toEqual([]);
  });
});

describe.each(ENGINES)('hostile sources on %s', (engine) => {
  let opened: OpenTestStore;
  let project: Project;
  let folder: string;

  beforeAll(async () => {
    opened = await openTestStore(engine);
    project = await opened.store.createProject('default');
    folder = await scratch('hostile');
    await collect(await layout('untouched', (blobs) => [named(buildImage(blobs).descriptor, 'shop/untouched:1')]));
  });
  afterAll(async () => {
    await opened?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Collects into the store: the run with its problems. */
  async function collect(text: string) {
    const { store } = opened;
    const { kind, uri } = await resolveSource(text);
    const source = await store.upsertSource(project, { kind: kind.id, uri, settings: {} });
    const run = await runCollection({
      store,
      project,
      source,
      kind,
      settings: {
        ...DEFAULT_SOURCE_SETTINGS,
        dockerConfig: join(import.meta.dirname, 'support', 'empty-docker-config.json'),
      },
      signal: AbortSignal.timeout(30_000),
      now,
    });
    const problems = await store.runProblems(project, run.id);
    return { run, codes: problems.map(({ code }) => code).sort(), samples: problems.flatMap(({ samples }) => samples) };
  }

  /** Every name in the store, with the codes of what is wrong with its image. */
  async function names(): Promise<Record<string, readonly string[]>> {
    const { rows } = await opened.store.list(project, { entity: 'image', where: ALL, sort: [], limit: 1_000 });
    const found: [string, readonly string[]][] = [];
    for (const { id } of rows) {
      const image = await opened.store.image(project, id);
      for (const { repository, tag } of image?.references ?? [])
        found.push([`${repository}:${tag}`, (image?.problems ?? []).map(({ code }) => code)]);
    }
    return Object.fromEntries(found);
  }

  type Made = ReturnType<typeof buildIndex>;

  async function layout(
    name: string,
    fill: (blobs: Blobs) => readonly Made[],
    spoil?: (blobs: Blobs) => void,
  ): Promise<string> {
    const blobs: Blobs = new Map();
    const manifests = fill(blobs);
    spoil?.(blobs);
    await writeFiles(join(folder, name), layoutFiles(blobs, manifests));
    return `oci:${join(folder, name)}`;
  }

  const good = (blobs: Blobs, name: string) =>
    named(buildImage(blobs, { config: { Labels: { name } } }).descriptor, `${name}:1`);

  /** The good image is there without a problem; the bad one does not pass for a good one. */
  async function keeps(whole: string, bad: string): Promise<void> {
    const found = await names();
    expect(found).toMatchObject({ [whole]: [] });
    expect(found[bad]).not.toEqual([]);
  }

  async function stillWhole(): Promise<void> {
    expect(await names()).toMatchObject({ 'shop/untouched:1': [] });
    expect(await checkInventory(opened.engine, project)).toEqual([]);
  }

  test('an archive that ends too early', async () => {
    const blobs: Blobs = new Map();
    const first = good(blobs, 'shop/whole');
    const files = layoutFiles(blobs, []);
    const second = good(blobs, 'shop/cut');
    files.set('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [first, second] })));
    for (const [path, bytes] of layoutFiles(blobs, [])) if (!files.has(path)) files.set(path, bytes);
    const archive = tar(asEntries(files));
    const path = join(folder, 'cut.tar');
    await writeFile(path, archive.subarray(0, archive.length - 2_048));
    const { run, codes } = await collect(`oci-archive:${path}`);
    expect(codes).toContain('archive.truncated');
    expect(run.state).toBe('partial');
    await keeps('shop/whole:1', 'shop/cut:1');
    await stillWhole();
  });

  test('content that is not what its digest says', async () => {
    const uri = await layout('mismatch', (blobs) => {
      const bad = buildImage(blobs, { config: { Labels: { name: 'bad' } } });
      const bytes = blobs.get(bad.config.digest) ?? Buffer.alloc(0);
      blobs.set(bad.config.digest, Buffer.from(bytes.toString().replace('amd64', 'arm64')));
      return [named(bad.descriptor, 'shop/mismatch:1'), good(blobs, 'shop/beside-mismatch')];
    });
    const { run, codes, samples } = await collect(uri);
    expect(codes).toEqual(['digest.mismatch']);
    expect(samples).toMatchObject([{ part: expect.stringContaining('shop/mismatch:1') }]);
    expect(run.state).toBe('partial');
    await keeps('shop/beside-mismatch:1', 'shop/mismatch:1');
    await stillWhole();
  });

  test('an index that is also a manifest', async () => {
    const uri = await layout('ambiguous', (blobs) => {
      const image = buildImage(blobs);
      const manifest = JSON.parse(String(blobs.get(image.descriptor.digest))) as object;
      const both = addBlob(
        blobs,
        { ...manifest, manifests: [image.descriptor] },
        'application/vnd.oci.image.index.v1+json',
      );
      return [named(both, 'shop/both:1'), good(blobs, 'shop/beside-both')];
    });
    const { run, codes, samples } = await collect(uri);
    expect(codes).toEqual(['manifest.ambiguous']);
    expect(samples).toMatchObject([{ part: expect.stringContaining('shop/both:1') }]);
    expect(run.state).toBe('partial');
    await keeps('shop/beside-both:1', 'shop/both:1');
    await stillWhole();
  });

  test('an archive with names that lead out of it', async () => {
    const blobs: Blobs = new Map();
    const files = layoutFiles(blobs, [good(blobs, 'shop/beside-dots')]);
    for (const [digest, bytes] of blobs) files.set(`blobs/${digest.replace(':', '/')}`, bytes);
    const outside = join(folder, '..', 'stowage-hostile-escaped');
    const evil = [
      { name: '../stowage-hostile-escaped', body: 'out' },
      { name: outside, body: 'out' },
      { name: 'blobs/../../stowage-hostile-escaped', body: 'out' },
      { name: 'link', type: '2', link: '../stowage-hostile-escaped' },
    ];
    const path = join(folder, 'dots.tar');
    await writeFile(path, tar([...evil, ...asEntries(files)]));
    const { run, codes, samples } = await collect(`oci-archive:${path}`);
    expect(codes).toContain('archive.path');
    expect(samples.some(({ part }) => part.includes('stowage-hostile-escaped'))).toBe(true);
    expect(run.state).toBe('partial');
    expect(existsSync(outside)).toBe(false);
    expect(await names()).toMatchObject({ 'shop/beside-dots:1': [] });
    await stillWhole();
  });

  test('a registry whose Link header goes in circles', async () => {
    const content = registryContent();
    for (const name of ['shop/round', 'shop/straight']) addTag(content, name, '1', addImage(content, name));
    const listener: RequestListener = (request, response) => {
      if (request.url?.startsWith('/v2/shop/round/tags/list')) {
        const link = { link: '</v2/shop/round/tags/list?n=1&last=1>; rel="next"' };
        return sendJson(response, 200, { name: 'shop/round', tags: ['1'] }, link);
      }
      return serveRegistry(content, request, response);
    };
    const registry = await testServer(listener);
    const { run, codes } = await collect(`registry://${registry.host}`);
    await registry.close();
    expect(codes).toContain('registry.list-loop');
    expect(run.state).toBe('partial');
    expect(registry.count('GET', /tags\/list/)).toBeLessThan(10);
    expect(await names()).toMatchObject({ 'shop/round:1': [], 'shop/straight:1': [] });
    await stillWhole();
  });
});
