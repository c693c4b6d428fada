import { client, v2 } from '@datadog/datadog-api-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { datadog, datadogWith } from '../../src/dialects/datadog/index.ts';
import * as have from '../../src/dialects/datadog/testdata/inventory.ts';
import { testApp } from '../support/app.ts';
import { ENGINES } from '../support/stores.ts';

type App = Awaited<ReturnType<typeof testApp>>;
interface Keys {
  readonly id: string;
  readonly secret: string;
}

/** The vendor's client, set up as its manual says for another server. */
function configured(address: string, keys: Keys, more: { enableRetry?: boolean } = {}) {
  const configuration = client.createConfiguration({
    serverIndex: 1,
    authMethods: { apiKeyAuth: keys.id, appKeyAuth: keys.secret },
    ...more,
  });
  configuration.setServerVariables({ protocol: 'http', name: address.replace('http://', '') });
  return configuration;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) {
    found.push(item);
    if (found.length > 1000) throw new Error('the client does not stop');
  }
  return found;
}

/** Counts the requests a server gets from here on. */
function counted(app: App): { requests: string[] } {
  const seen = { requests: [] as string[] };
  app.app.server.on('request', (request) => seen.requests.push(request.url ?? ''));
  return seen;
}

describe.each(ENGINES)('@datadog/datadog-api-client against %s', (engine) => {
  let app: App;
  let address: string;
  let seen: { requests: string[] };

  beforeAll(async () => {
    app = await testApp({ engine, dialects: [datadog] });
    await app.store.ingestImages(app.project, have.REGISTRY, have.IMAGES);
    await app.store.ingestContainers(app.project, have.DOCKER, have.containersOf(app.project));
    address = await app.listen();
    seen = counted(app);
  });
  afterAll(() => app.close());

  const images = () => new v2.ContainerImagesApi(configured(address, app.reader));

  test('T9 auto-pagination of images ends', async () => {
    seen.requests.length = 0;
    const found = await all(images().listContainerImagesWithPagination({ pageSize: 2 }));
    expect(found).toHaveLength(5);
    for (const item of found) expect(item).toBeInstanceOf(v2.ContainerImage);
    const ids = found.map((item) => (item as v2.ContainerImage).id);
    expect(new Set(ids).size).toBe(5);
    expect(seen.requests).toHaveLength(4); // 2 + 2 + 1 + the empty page that ends it
  });

  test('T9 three images, two a page: three items, three requests', async () => {
    const project = await app.store.createProject('three');
    await app.store.ingestImages(
      project,
      have.REGISTRY,
      ['a/a', 'a/b', 'a/c'].map((name) => have.image([name])),
    );
    const keys = await app.makeCredential('reader', project);
    seen.requests.length = 0;
    const api = new v2.ContainerImagesApi(configured(address, keys));
    expect(await all(api.listContainerImagesWithPagination({ pageSize: 2 }))).toHaveLength(3);
    expect(seen.requests).toHaveLength(3);
  });

  test('T13 auto-pagination of groups ends, each group once', async () => {
    const asked = { groupBy: 'image_tag', pageSize: 2 };
    const groups = (await all(images().listContainerImagesWithPagination(asked))) as v2.ContainerImageGroup[];
    for (const group of groups) expect(group).toBeInstanceOf(v2.ContainerImageGroup);
    const names = groups.map((group) => group.attributes?.name);
    expect([...names].sort()).toEqual([
      'image_tag:1',
      'image_tag:7.2',
      'image_tag:7.50.1',
      'image_tag:latest',
      'image_tag:v3',
    ]);
    expect(await all(images().listContainerImagesWithPagination({ groupBy: 'short_image' }))).toHaveLength(4);
  });

  test('what the client understands of an image', async () => {
    const answer = await images().listContainerImages({ filterTags: 'short_image:redis,os_name:linux', pageSize: 10 });
    expect(answer.meta?.pagination).toMatchObject({ limit: 10, total: 1, type: 'cursor_limit' });
    const [item] = answer.data ?? [];
    expect(item).toBeInstanceOf(v2.ContainerImage);
    const { id, attributes } = item as v2.ContainerImage;
    expect(id).toBe(`docker.io/library/redis@${have.REDIS.digest}`);
    expect(attributes).toMatchObject({
      name: 'docker.io/library/redis',
      shortImage: 'redis',
      imageTags: ['7.2', 'latest'],
      osArchitectures: ['amd64', 'arm64'],
      containerCount: 1,
      vulnerabilityCount: { unknown: 4 },
    });
    expect(attributes?.imageFlavors?.[0]).toBeInstanceOf(v2.ContainerImageFlavor);
    expect(JSON.stringify(answer)).not.toContain('unparsedObject');
  });

  test('containers, with and without groups', async () => {
    const api = new v2.ContainersApi(configured(address, app.reader));
    const found = await all(api.listContainersWithPagination({ pageSize: 2 }));
    expect(found.map((item) => (item as v2.Container).id)).toEqual(['c3', 'c2', 'c4', 'c1', 'c6']);
    const groups = await all(api.listContainersWithPagination({ groupBy: 'short_image', pageSize: 1 }));
    for (const group of groups) expect(group).toBeInstanceOf(v2.ContainerGroup);
    expect(groups).toHaveLength(2);
  });

  test('T23, T25, T26, T27 errors are typed', async () => {
    await expect(images().listContainerImages({ pageSize: 0 })).rejects.toMatchObject({
      code: 400,
      body: { errors: ['page[size] must be a number between 1 and 10000.'] },
    });
    await expect(images().listContainerImages({ pageCursor: 'forged' })).rejects.toMatchObject({
      code: 400,
      body: { errors: [expect.stringContaining('page[cursor]')] },
    });
    const stranger = new v2.ContainerImagesApi(configured(address, { id: 'f'.repeat(32), secret: 'wrong' }));
    await expect(stranger.listContainerImages()).rejects.toMatchObject({ code: 403, body: { errors: ['Forbidden'] } });
    const nobody = new v2.ContainerImagesApi(configured(address, { id: '', secret: '' }));
    await expect(nobody.listContainerImages()).rejects.toMatchObject({
      code: 403,
      body: { errors: ['API key required'] },
    });
  });

  test('T29 over the limit: an error without retry, success with it', async () => {
    const limited = await testApp({ engine, dialects: [datadogWith({ requests: 1, windowSeconds: 2 })] });
    const at = await limited.listen();
    const impatient = new v2.ContainerImagesApi(configured(at, limited.reader));
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => impatient.listContainerImages()));
    const refused = asked.filter((answer) => answer.status === 'rejected').map((answer) => answer.reason);
    expect(refused.length).toBeGreaterThan(0);
    for (const error of refused) expect(error).toMatchObject({ code: 429, body: { errors: ['Too many requests'] } });
    const tries = counted(limited);
    const patient = new v2.ContainerImagesApi(configured(at, limited.reader, { enableRetry: true }));
    await Promise.all([patient.listContainerImages(), patient.listContainerImages()]);
    expect(tries.requests.length).toBeGreaterThan(2);
    await limited.close();
  });
});
