import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../../test/support/app.ts';
import { ENGINES } from '../../../test/support/stores.ts';
import type { Container } from '../../domain/container.ts';
import type { Project } from '../../domain/credential.ts';
import type { ImageObservation } from '../../store/store.ts';
import { datadog, datadogWith } from './index.ts';
import * as have from './testdata/inventory.ts';

const IMAGES = '/api/v2/container_images';
const CONTAINERS = '/api/v2/containers';

interface Body {
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  readonly data: any[];
  readonly meta: { readonly pagination: Readonly<Record<string, unknown>> & { next_cursor: string; total: number } };
  readonly links: Readonly<Record<string, string | null>>;
}

interface Tenant {
  readonly project: Project;
  readonly key: { readonly id: string; readonly secret: string };
  readonly headers: Readonly<Record<string, string>>;
  ask(url: string): Promise<Awaited<ReturnType<Awaited<ReturnType<typeof testApp>>['app']['inject']>>>;
  /** Asks, expects 200. */
  read(url: string): Promise<Body>;
}

describe.each(ENGINES)('Datadog contract on %s', (engine) => {
  let app: Awaited<ReturnType<typeof testApp>>;
  let full: Tenant;
  const tenants = new Map<string, Tenant>();

  beforeAll(async () => {
    app = await testApp({ engine, dialects: [datadog], now: have.NOW });
    full = await tenant('full', have.IMAGES, have.containersOf);
  });
  afterAll(() => app.close());

  /** A project of its own with these images; the same one when asked again. */
  async function tenant(
    name: string,
    images: readonly ImageObservation[],
    containers: (project: Project) => readonly Container[] = () => [],
  ): Promise<Tenant> {
    const made = tenants.get(name);
    if (made) return made;
    const project = await app.store.createProject(name);
    await app.store.ingestImages(project, have.REGISTRY, images);
    await app.store.ingestContainers(project, have.DOCKER, containers(project));
    const key = await app.makeCredential('reader', project);
    const headers = { 'dd-api-key': key.id, 'dd-application-key': key.secret };
    const ask = (url: string) => app.app.inject({ url, headers: { ...headers, host: 'stowage.test' } });
    const read = async (url: string): Promise<Body> => {
      const answer = await ask(url);
      expect([answer.statusCode, url, answer.statusCode === 200 ? '' : answer.body]).toEqual([200, url, '']);
      return answer.json();
    };
    const found = { project, key, headers, ask, read };
    tenants.set(name, found);
    return found;
  }

  const three = () =>
    tenant(
      'three',
      ['b/two:1', 'a/one:1', 'c/three:1'].map((name) => have.image([name])),
    );

  /** Names of the images a filter finds. */
  async function find(filter: string): Promise<string[]> {
    const body = await full.read(`${IMAGES}?filter[tags]=${encodeURIComponent(filter)}`);
    expect(body.meta.pagination.total).toBe(body.data.length);
    return body.data.map((item) => item.attributes.name);
  }
  const NAME = {
    argo: '013910733512.dkr.ecr.us-east-1.amazonaws.com/argo',
    redis: 'docker.io/library/redis',
    agent: 'gcr.io/x/agent',
    windows: 'mcr.example.com/win/redis',
    redirect: 'quay.io/tools/redirect',
  };
  const ALL = Object.values(NAME);

  async function refuses(url: string, says: RegExp) {
    const answer = await full.ask(url);
    expect([url, answer.statusCode]).toEqual([url, 400]);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.json()).toEqual({ errors: [expect.stringMatching(says)] });
  }

  /** Every item of a list, page by page, until the page that is empty. */
  async function walk(who: Tenant, url: string, size: number) {
    const items: Body['data'] = [];
    let cursor = '';
    for (let pages = 0; pages < 100; pages += 1) {
      const mark = url.includes('?') ? '&' : '?';
      const body = await who.read(`${url}${mark}page[size]=${size}&page[cursor]=${encodeURIComponent(cursor)}`);
      if (body.data.length === 0) return items;
      items.push(...body.data);
      cursor = body.meta.pagination.next_cursor;
      expect(cursor).not.toBe('');
    }
    return expect.unreachable('the list does not end');
  }

  test('T1 no parameters', async () => {
    const answer = await full.ask(IMAGES);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    const body: Body = answer.json();
    expect(Object.keys(body)).toEqual(['data', 'meta', 'links']);
    expect(body.meta.pagination).toMatchObject({ limit: 1000, type: 'cursor_limit', cursor: '', prev_cursor: null });
  });

  test('T2 items are images, by name and id', async () => {
    const { data } = await (await three()).read(IMAGES);
    expect(data.map((item) => item.type)).toEqual(Array(3).fill('container_image'));
    expect(data.map((item) => item.attributes.name)).toEqual([
      'docker.io/a/one',
      'docker.io/b/two',
      'docker.io/c/three',
    ]);
    for (const { id, attributes } of data) expect(id).toBe(`${attributes.name}@${attributes.repo_digest}`);
    const same = await tenant(
      'same name',
      ['x', 'y', 'z'].map((tag) => have.image([`app:${tag}`])),
    );
    const ids = (await same.read(IMAGES)).data.map((item) => item.id);
    expect(ids).toHaveLength(3);
    expect(ids).toEqual([...ids].sort());
  });

  test('T3 an image of a crawl has empty lists, and no counts of vulnerabilities', async () => {
    const { data } = await full.read(`${IMAGES}?filter[tags]=short_image:argo`);
    expect(data[0].attributes).toMatchObject({
      os_names: [],
      os_versions: [],
      os_architectures: [],
      images_built_at: [],
      image_flavors: [],
      sources: ['registry'],
      image_tags: ['v3'],
      registry: '013910733512.dkr.ecr.us-east-1.amazonaws.com',
      repository: 'argo',
      container_count: 0,
    });
    expect(data[0].attributes).not.toHaveProperty('vulnerability_count');
    expect(JSON.stringify(data)).not.toContain('null');
  });

  test('T4 a multi-arch image has a flavor for each platform', async () => {
    const { data } = await full.read(`${IMAGES}?filter[tags]=image_name:redis`);
    const { attributes } = data[0];
    expect(attributes.image_flavors).toHaveLength(2);
    expect(attributes.sizes).toEqual([5000, 4000]);
    expect(attributes.images_built_at).toEqual(['2026-05-31T12:00:00Z', '2026-05-30T12:00:00Z']);
    expect(attributes.os_architectures).toEqual(['amd64', 'arm64']);
  });

  test('T5 a scanned image has its counts', async () => {
    const { data } = await full.read(`${IMAGES}?filter[tags]=image_name:redis`);
    const { asset_id, ...counts } = data[0].attributes.vulnerability_count;
    expect(asset_id).toBe(data[0].id);
    expect(counts).toEqual({ critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: 4 });
  });

  test('T6 the first page of two', async () => {
    const body = await (await three()).read(`${IMAGES}?page%5Bsize%5D=2`);
    expect(body.data).toHaveLength(2);
    expect(body.meta.pagination).toMatchObject({ limit: 2, total: 3, next_cursor: expect.stringMatching(/./) });
    const here = `http://stowage.test${IMAGES}`;
    expect(body.links).toEqual({
      self: `${here}?page%5Bsize%5D=2`,
      first: `${here}?page[size]=2`,
      last: null,
      next: `${here}?page[cursor]=${body.meta.pagination.next_cursor}&page[size]=2`,
      prev: null,
    });
    const text = Buffer.from(body.meta.pagination.next_cursor, 'base64').toString();
    expect(text).toContain(`name:docker.io/b/two|id:${body.data[1].id}`);
  });

  test('T7 the second page, and T8 the page past the end', async () => {
    const { read } = await three();
    const first = await read(`${IMAGES}?page[size]=2`);
    const cursor = first.meta.pagination.next_cursor;
    const second = await read(`${IMAGES}?page[size]=2&page[cursor]=${encodeURIComponent(cursor)}`);
    expect(second.data.map((item) => item.attributes.name)).toEqual(['docker.io/c/three']);
    expect(second.meta.pagination).toMatchObject({
      cursor,
      limit: 2,
      total: 3,
      next_cursor: expect.stringMatching(/./),
    });
    const end = await read(String(second.links['next']).replace('http://stowage.test', ''));
    expect(end.data).toEqual([]);
    expect(end.meta.pagination).toMatchObject({ total: 3, next_cursor: '' });
    expect(end.links['next']).toBeNull();
  });

  test('T11 four images, two a page: old rule and new rule both read four', async () => {
    const four = await tenant(
      'four',
      ['a', 'b', 'c', 'd'].map((name) => have.image([`x/${name}:1`])),
    );
    expect(await walk(four, IMAGES, 2)).toHaveLength(4);
    const sizes: number[] = [];
    for (let cursor = ''; sizes.at(-1) === undefined || sizes.at(-1) === 2; ) {
      const body = await four.read(`${IMAGES}?page[size]=2&page[cursor]=${encodeURIComponent(cursor)}`);
      sizes.push(body.data.length);
      cursor = body.meta.pagination.next_cursor;
    }
    expect(sizes).toEqual([2, 2, 0]);
  });

  test('T12 groups', async () => {
    const body = await full.read(`${IMAGES}?group_by=short_image`);
    expect(body.data.map((group) => [group.attributes.name, group.attributes.count])).toEqual([
      ['short_image:redis', 2],
      ['short_image:agent', 1],
      ['short_image:argo', 1],
      ['short_image:redirect', 1],
    ]);
    expect(body.data[0]).toEqual({
      type: 'container_image_group',
      attributes: { name: 'short_image:redis', tags: { short_image: 'redis' }, count: 2 },
      relationships: {
        container_images: {
          links: { related: `http://stowage.test${IMAGES}?filter[tags]=short_image:redis` },
          data: [],
        },
      },
      id: 'short_image:redis',
    });
    expect(body.meta.pagination).toMatchObject({ limit: 100, cursor: '', total: 4 });
    expect(body.links['first']).toBe(`http://stowage.test${IMAGES}?group_by=short_image&page[size]=100`);
  });

  test.each(['', '&sort=count', '&sort=name', '&sort=-name'])('T13 groups have pages that end%s', async (sort) => {
    const ids = (await full.read(`${IMAGES}?group_by=image_tag${sort}`)).data.map((group) => group.id);
    expect(ids).toHaveLength(5);
    expect((await walk(full, `${IMAGES}?group_by=image_tag${sort}`, 2)).map((group) => group.id)).toEqual(ids);
    if (sort === '&sort=name') expect(ids).toEqual([...ids].sort());
    if (sort === '') expect(ids[0]).toBe('image_tag:7.2');
  });

  test.each([
    'short_image',
    'registry',
    'repository',
    'image_name',
    'name',
    'image_tag',
    'tag',
    'os_name',
    'architecture',
    'sources',
    'team',
    'env',
    'registry,image_tag',
    'git.commit.sha',
    '"architecture"',
    'team,os_name',
  ])('T14 the related link of %s lists exactly its group', async (by) => {
    // biome-ignore format: one list
    for (const filter of ['', '&filter[tags]=NOT short_image:argo OR team:x']) {
      const { data } = await full.read(`${IMAGES}?group_by=${encodeURIComponent(by)}${filter}`);
      expect(data.length).toBeGreaterThan(0);
      for (const { attributes, relationships } of data) {
        const related: string = relationships.container_images.links.related;
        const rows = await full.read(related.replace('http://stowage.test', ''));
        expect([related, rows.meta.pagination.total]).toEqual([related, attributes.count]);
        expect(rows.data).toHaveLength(attributes.count);
      }
    }
  });

  test('T15 two keys', async () => {
    const { data } = await full.read(`${IMAGES}?group_by=registry,image_tag`);
    expect(data.map((group) => group.attributes.tags)).toContainEqual({ registry: 'quay.io', image_tag: '7.2' });
    for (const group of data) expect(Object.keys(group.attributes.tags)).toEqual(['registry', 'image_tag']);
  });

  test('T16 raw and percent-encoded filters are the same', async () => {
    const raw = await full.read(`${IMAGES}?filter[tags]=short_image:redis`);
    const encoded = await full.read(`${IMAGES}?filter%5Btags%5D=short_image%3Aredis`);
    expect(raw.data).toEqual(encoded.data);
    expect(raw.data.map((item) => item.attributes.short_image)).toEqual(['redis', 'redis']);
  });

  test('T17 a comma is AND', async () => {
    expect(await find('short_image:redis,os_name:linux')).toEqual([NAME.redis]);
    expect(await find('short_image:redis,image_tag:7.2')).toEqual([NAME.redis, NAME.windows]);
  });

  test('T18 an image id has colons', async () => {
    const config = have.digestOf('config agent');
    expect(await find(`image_id:gcr.io/x/agent@${config}`)).toEqual([NAME.agent]);
    expect(await find(`image_id:gcr.io/x/agent@${have.AGENT.digest}`)).toEqual([NAME.agent]);
    expect(await find(`image_id:gcr.io/x/other@${config}`)).toEqual([]);
    expect(await find('image_id:gcr.io/*')).toEqual([NAME.agent]);
    expect(await find(`repo_digest:${have.REDIS.digest}`)).toEqual([NAME.redis]);
  });

  test('T19 wildcards and complements', async () => {
    expect(await find('short_image:red*')).toEqual([NAME.redis, NAME.windows, NAME.redirect]);
    expect(await find('short_image:*is')).toEqual([NAME.redis, NAME.windows]);
    expect(await find('NOT short_image:redis')).toEqual([NAME.argo, NAME.agent, NAME.redirect]);
    expect(await find('-os_name:linux')).toEqual([NAME.argo, NAME.windows]);
    expect(await find('!team:*')).toEqual([NAME.argo]);
  });

  test.each<readonly [string, readonly string[]]>([
    ['team:shop', ['redis', 'windows']],
    ['team:SHOP', ['redis', 'windows']],
    ['TEAM:ops', ['agent']],
    ['team:"a, b"', ['redirect']],
    ['team:(shop OR ops)', ['redis', 'agent', 'windows']],
    ['team:shop OR team:ops', ['redis', 'agent', 'windows']],
    ['team:sh*', ['redis', 'windows']],
    ['env:prod', ['redis']],
    ['git.commit.sha:c0ffee', ['redis']],
    ['architecture:amd64', ['redis', 'agent', 'windows', 'redirect']],
    ['architecture:x86_64', ['redirect']],
    ['"architecture":amd64', []],
    ['tags:gold', ['redis']],
    ['gold', ['redis']],
    ['red', ['redis', 'windows', 'redirect']],
    ['(NOT (redis OR argo) x) OR tools', ['agent', 'redirect']],
    ['sizes:>=7000', ['agent', 'windows']],
    ['size:<7000', ['redis']],
    ['images_built_at:>now-36h', ['redis', 'agent', 'windows']],
    ['built_at:*', ['redis', 'agent', 'windows']],
    ['source:registry', ['argo', 'redis', 'agent', 'windows', 'redirect']],
    ['os_version:10.0.*', ['windows']],
    ['registry:quay.io', ['redirect']],
    ['repository:library/redis', ['redis']],
    ['image_name:docker.io/library/redis', ['redis']],
    ['container_count:2', ['agent']],
  ])('4.3 %s', async (filter, names) => {
    expect(await find(filter)).toEqual(names.map((name) => NAME[name as keyof typeof NAME]));
  });

  test('4.3 every tag shown finds its image', async () => {
    const { data } = await full.read(IMAGES);
    for (const { attributes } of data) {
      for (const tag of attributes.tags as string[]) {
        const [key = '', ...value] = tag.split(':');
        const filter = tag.includes(':') ? `${key}:"${value.join(':')}"` : `tags:${tag}`;
        expect([tag, await find(filter)]).toEqual([tag, expect.arrayContaining([attributes.name])]);
      }
    }
  });

  test('T20 nothing found', async () => {
    const body = await full.read(`${IMAGES}?filter[tags]=short_image:none-such`);
    expect(body.data).toEqual([]);
    expect(body.meta.pagination).toMatchObject({ total: 0, next_cursor: '' });
  });

  test('T21 running images', async () => {
    expect(await find('status:running')).toEqual([NAME.redis, NAME.agent]);
    const { data } = await full.read(`${IMAGES}?filter[tags]=status:running`);
    for (const item of data) expect(item.attributes.container_count).toBeGreaterThan(0);
    expect(await find('status:not_running')).toEqual([NAME.argo, NAME.windows, NAME.redirect]);
  });

  test.each([
    ['container_count', ['argo', 'windows', 'redirect', 'redis', 'agent']],
    ['-container_count', ['agent', 'redis', 'redirect', 'windows', 'argo']],
    ['name', ['argo', 'redis', 'agent', 'windows', 'redirect']],
    ['-name', ['redirect', 'windows', 'agent', 'redis', 'argo']],
    ['short_image', ['agent', 'argo', 'redirect', 'redis', 'windows']],
    ['registry', ['argo', 'redis', 'agent', 'windows', 'redirect']],
    ['-repository', ['agent', 'windows', 'redirect', 'redis', 'argo']],
    ['image_tags', ['argo', 'agent', 'windows', 'redis', 'redirect']],
    ['size', ['redis', 'windows', 'agent', 'argo', 'redirect']],
    ['-sizes', ['agent', 'windows', 'redis', 'redirect', 'argo']],
    ['-built_at', ['windows', 'agent', 'redis', 'redirect', 'argo']],
    ['published_at', ['argo', 'redis', 'agent', 'windows', 'redirect']],
    ['-vulnerability_count.critical', ['argo', 'redis', 'agent', 'windows', 'redirect']],
  ])('T22 sort=%s, page by page, loses and repeats nothing', async (sort, names) => {
    const wanted = names.map((name) => NAME[name as keyof typeof NAME]);
    for (const size of [1, 2, 10]) {
      const items = await walk(full, `${IMAGES}?sort=${sort}`, size);
      expect(items.map((item) => item.attributes.name)).toEqual(wanted);
    }
  });

  test('T22 an attribute lists are not sorted by', async () => {
    await refuses(`${IMAGES}?sort=colour`, /"colour".*container_count/);
    await refuses(`${IMAGES}?group_by=team&sort=size`, /count, -count, name or -name/);
  });

  test.each(['0', '-1', '10001', 'abc', '1000000000'])('T23 page[size]=%s', async (size) => {
    await refuses(`${IMAGES}?page[size]=${size}`, /page\[size\] must be a number between 1 and 10000/);
    await refuses(`${CONTAINERS}?page[size]=${size}`, /page\[size\] must be a number between 1 and 10000/);
  });

  test('T23 the least and the greatest size', async () => {
    expect((await full.read(`${IMAGES}?page[size]=10000`)).data).toHaveLength(ALL.length);
    expect((await full.read(`${IMAGES}?page[size]=1`)).data).toHaveLength(1);
  });

  test('T24 an empty cursor is the first page', async () => {
    const first = await full.read(`${IMAGES}?page[size]=2`);
    const empty = await full.read(`${IMAGES}?page[size]=2&page[cursor]=`);
    expect(empty.data).toEqual(first.data);
    expect(empty.meta).toEqual(first.meta);
  });

  test('T25 cursors that are none, or of another list', async () => {
    await refuses(`${IMAGES}?page[cursor]=%%%`, /page\[cursor\] is not valid percent-encoding/);
    await refuses(`${IMAGES}?page[cursor]=null`, /page\[cursor\] is damaged/);
    const made = Buffer.from(`name:a|id:a@${have.digestOf('a')}`).toString('base64');
    await refuses(`${IMAGES}?page[cursor]=${encodeURIComponent(made)}`, /page\[cursor\] is damaged/);
    const { next_cursor } = (await full.read(`${IMAGES}?page[size]=1`)).meta.pagination;
    const cursor = encodeURIComponent(next_cursor);
    for (const other of ['sort=-name', 'sort=size', 'filter[tags]=team:shop', 'group_by=team']) {
      await refuses(`${IMAGES}?${other}&page[cursor]=${cursor}`, /another filter, sort, grouping or project/);
    }
    await refuses(`${CONTAINERS}?page[cursor]=${cursor}`, /another filter/);
    const foreign = await (await three()).ask(`${IMAGES}?page[cursor]=${cursor}`);
    expect(foreign.statusCode).toBe(400);
    const group = (await full.read(`${IMAGES}?group_by=team&page[size]=1`)).meta.pagination.next_cursor;
    await refuses(`${IMAGES}?group_by=image_tag&page[cursor]=${encodeURIComponent(group)}`, /another filter/);
  });

  test('a cursor stays good while the inventory changes', async () => {
    const name = (of: string) => have.image([`live/${of}:1`]);
    const live = await tenant('live', [name('b'), name('d'), name('f')]);
    const first = await live.read(`${IMAGES}?page[size]=2`);
    await app.store.ingestImages(live.project, have.REGISTRY, [name('a'), name('e')]);
    const next = encodeURIComponent(first.meta.pagination.next_cursor);
    const second = await live.read(`${IMAGES}?page[size]=2&page[cursor]=${next}`);
    expect(second.data.map((item) => item.attributes.short_image)).toEqual(['e', 'f']);
    expect(second.meta.pagination.total).toBe(5);
  });

  test('4.3 filters that cannot be read, and parameters that only look right', async () => {
    await refuses(`${IMAGES}?filter[tags]=(team:a`, /character 0: the "\(" is never closed/);
    await refuses(`${IMAGES}?filter[tags]=:a`, /key before ":" is empty/);
    await refuses(`${IMAGES}?filter[tag]=team:a`, /filter\[tag\] is not a parameter/);
    await refuses(`${IMAGES}?sort=name&sort=name`, /given twice/);
    await refuses(`${IMAGES}?group_by=,`, /names no tag/);
    await refuses(`${IMAGES}?group_by=image_id`, /cannot be by image_id; it can be by .*short_image/);
    await refuses(`${IMAGES}?group_by=team,team`, /twice/);
  });

  test('T26 no credential', async () => {
    const answer = await app.app.inject({ url: IMAGES });
    expect(answer.statusCode).toBe(403);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.json()).toEqual({ errors: ['API key required'] });
  });

  test('T27 wrong keys', async () => {
    const { id, secret } = full.key;
    for (const headers of [
      { 'dd-api-key': id, 'dd-application-key': `${secret}x` },
      { 'dd-api-key': 'f'.repeat(32), 'dd-application-key': secret },
      { authorization: 'Bearer x.y.z' },
    ]) {
      const answer = await app.app.inject({ url: IMAGES, headers });
      expect([answer.statusCode, answer.json()]).toEqual([403, { errors: ['Forbidden'] }]);
    }
    const half = await app.app.inject({ url: IMAGES, headers: { 'dd-api-key': id } });
    expect([half.statusCode, half.json()]).toEqual([403, { errors: [expect.stringContaining('DD-APPLICATION-KEY')] }]);
  });

  test('T28 a bearer token beside empty keys, keys beside an empty bearer', async () => {
    const { id, secret } = full.key;
    const principal = { credentialId: id, project: full.project, role: 'reader', expiresAt: null } as const;
    const { token } = await app.credentials.issueToken(principal, { ttlSeconds: 60 });
    const keys = { 'dd-api-key': '', 'dd-application-key': '' };
    for (const headers of [
      { ...keys, authorization: `Bearer ${token}` },
      { ...full.headers, authorization: 'Bearer ' },
      { ...full.headers, authorization: 'Bearer wrong' },
      { 'dd-api-key': id, 'dd-application-key': `${secret}x`, authorization: `Bearer ${token}` },
    ]) {
      const answer = await app.app.inject({ url: IMAGES, headers });
      expect(answer.statusCode).toBe(200);
      expect(answer.json().data).toHaveLength(ALL.length);
    }
    const wrong = { ...keys, authorization: `Bearer ${secret}` };
    expect((await app.app.inject({ url: IMAGES, headers: wrong })).statusCode).toBe(403);
  });

  test('T29 over the limit', async () => {
    const limited = await testApp({
      engine,
      dialects: [datadogWith({ requests: 3, windowSeconds: 60 })],
      now: have.NOW + 12_300_000,
    });
    const headers = { 'dd-api-key': limited.reader.id, 'dd-application-key': limited.reader.secret };
    const answers = [];
    for (let at = 0; at < 4; at += 1) answers.push(await limited.app.inject({ url: IMAGES, headers }));
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200, 429]);
    expect(answers.map((answer) => answer.headers['x-ratelimit-remaining'])).toEqual(['2', '1', '0', '0']);
    expect(answers[3]?.headers).toMatchObject({
      'x-ratelimit-limit': '3',
      'x-ratelimit-period': '60',
      'x-ratelimit-reset': '48',
      'x-ratelimit-name': 'container_images',
    });
    expect(answers[3]?.json()).toEqual({ errors: ['Too many requests'] });
    const bad = { url: `${CONTAINERS}?page[size]=0`, headers };
    expect((await limited.app.inject(bad)).headers).toMatchObject({ 'x-ratelimit-remaining': '2' });
    const stranger = await limited.app.inject({ url: IMAGES });
    expect([stranger.statusCode, stranger.headers['x-ratelimit-remaining']]).toEqual([403, '2']);
    limited.setNow(have.NOW + 60_000_000);
    expect((await limited.app.inject({ url: IMAGES, headers })).statusCode).toBe(200);
    await limited.close();
  });

  test('T30 /api/v1/validate', async () => {
    const validate = (headers: Record<string, string>) => app.app.inject({ url: '/api/v1/validate', headers });
    const known = await validate({ 'dd-api-key': full.key.id });
    expect([known.statusCode, known.json()]).toEqual([200, { valid: true }]);
    expect(known.headers['x-ratelimit-name']).toBe('validate');
    const none = await validate({ 'dd-api-key': '' });
    expect([none.statusCode, none.json()]).toEqual([403, { errors: ['API key required'] }]);
    const wrong = await validate({ 'dd-api-key': 'f'.repeat(32) });
    expect([wrong.statusCode, wrong.json()]).toEqual([403, { errors: ['Forbidden'] }]);
  });

  test('unknown paths and methods', async () => {
    for (const [method, url] of [
      ['GET', '/api/v2/nothing'],
      ['POST', IMAGES],
      ['POST', '/api/v2/contimage'],
      ['DELETE', `${IMAGES}/x`],
      ['GET', '/api/v1/'],
    ] as const) {
      const payload = method === 'POST' ? 'x' : undefined;
      const type = { 'content-type': 'application/x-protobuf' };
      const answer = await app.app.inject({ method, url, ...(payload ? { payload, headers: type } : {}) });
      expect([method, url, answer.statusCode, answer.body]).toEqual([method, url, 404, '{"errors":["Not found"]}']);
    }
  });

  test('a page is kept until the inventory changes', async () => {
    const kept = await tenant('kept', [have.image(['k/a:1'])]);
    const first = await kept.ask(IMAGES);
    const again = await app.app.inject({
      url: IMAGES,
      headers: { ...kept.headers, host: 'stowage.test', 'if-none-match': String(first.headers['etag']) },
    });
    expect(again.statusCode).toBe(304);
    await app.store.ingestImages(kept.project, have.REGISTRY, [have.image(['k/b:1'])]);
    expect((await kept.read(IMAGES)).data).toHaveLength(2);
  });

  describe('3.1 containers', () => {
    const ids = async (query: string) => (await full.read(`${CONTAINERS}?${query}`)).data.map((item) => item.id);

    test('those that exist, by start', async () => {
      const body = await full.read(CONTAINERS);
      expect(body.data.map((item) => item.id)).toEqual(['c3', 'c2', 'c4', 'c1', 'c6']);
      expect(body.meta.pagination).toMatchObject({ limit: 1000, total: 5 });
      const text = Buffer.from(body.meta.pagination.next_cursor, 'base64').toString();
      expect(text).toMatch(/^started:\|id\.raw:c6\|seal:/);
      expect(body.links['first']).toBe(`http://stowage.test${CONTAINERS}?page[size]=1000`);
      const c1 = body.data[3];
      expect(c1.type).toBe('container');
      expect(Object.keys(c1.attributes)).toEqual([
        'name', 'created_at', 'started_at', 'state', 'container_id', 'host', 'image_name', 'image_tags', 'image_digest', 'tags',
      ]); // biome-ignore format: one list
      expect(c1.attributes).toMatchObject({
        started_at: '2026-06-01T11:00:00',
        created_at: '2026-06-01T10:00:00',
        state: 'running',
        host: 'host-1',
        image_tags: ['7.50.1'],
        image_digest: have.AGENT.digest,
      });
      expect(c1.attributes.tags).toEqual(
        expect.arrayContaining(['kube_namespace:shop', 'team:ops', 'short_image:agent']),
      );
    });

    test('the cursor has milliseconds with six decimals', async () => {
      const body = await full.read(`${CONTAINERS}?page[size]=4`);
      const text = Buffer.from(body.meta.pagination.next_cursor, 'base64').toString();
      expect(text).toContain(`started:${(have.NOW - 3_600_000_000) / 1000}.000000|id.raw:c1`);
    });

    test.each([
      '',
      'sort=-started_at',
      'sort=name',
      'sort=host',
      'sort=-image_name',
      'sort=state',
      'sort=container_id',
    ])('pages end and lose nothing %s', async (sort) => {
      const all = await ids(sort);
      expect([...all].sort()).toEqual(['c1', 'c2', 'c3', 'c4', 'c6']);
      for (const size of [1, 2]) {
        const items = await walk(full, sort === '' ? CONTAINERS : `${CONTAINERS}?${sort}`, size);
        expect(items.map((item) => item.id)).toEqual(all);
      }
    });

    test.each<readonly [string, readonly string[]]>([
      ['state:running', ['c2', 'c4', 'c1']],
      ['status:gone', []],
      ['short_image:redis', ['c3', 'c4', 'c6']],
      ['short_image:red*', ['c3', 'c4', 'c6']],
      ['short_image:gcr*', []],
      ['image_name:redis', ['c3', 'c4']],
      ['image_tag:7.2,state:(running OR exited)', ['c3', 'c4']],
      ['kube_namespace:SHOP', ['c2', 'c1']],
      ['kube_cluster_name:eu', ['c1']],
      ['host:host-2', ['c2']],
      ['team:ops', ['c1']],
      ['NOT kube_namespace:shop', ['c3', 'c4', 'c6']],
      ['name:name-c4', ['c4']],
      ['agent', ['c2', 'c1']],
      ['started_at:>=2026-06-01T10:30:00Z', ['c1']],
      ['started_at:<now-150m', ['c3']],
    ])('filter %s', async (filter, wanted) => {
      expect(await ids(`filter[tags]=${encodeURIComponent(filter)}`)).toEqual(wanted);
    });

    test('T30 groups have no name; every related link lists its group', async () => {
      for (const by of ['short_image', 'host', 'image_name', 'state', 'kube_namespace', 'team', 'short_image,host']) {
        const body = await full.read(`${CONTAINERS}?group_by=${by}`);
        expect(body.meta.pagination).toMatchObject({ limit: 100, total: body.data.length });
        for (const group of body.data) {
          expect(group.type).toBe('container_group');
          expect(Object.keys(group.attributes)).toEqual(['tags', 'count']);
          const rows = await full.read(group.relationships.containers.links.related.replace('http://stowage.test', ''));
          expect([group.id, rows.data.length]).toEqual([group.id, group.attributes.count]);
        }
      }
    });

    test.each(['', '&sort=count', '&sort=name', '&sort=-name'])(
      'groups by short image, page by page%s',
      async (sort) => {
        const url = `${CONTAINERS}?group_by=short_image${sort}`;
        const whole = (await full.read(url)).data.map((group) => [group.id, group.attributes.count]);
        expect(Object.fromEntries(whole)).toEqual({ 'short_image:redis': 3, 'short_image:agent': 2 });
        expect((await walk(full, url, 1)).map((group) => [group.id, group.attributes.count])).toEqual(whole);
      },
    );
  });
});
