/** The vendor's own SDK core, unmodified, signing real requests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { glance } from '../../src/dialects/glance/index.ts';
import { huaweiHss, huaweiHssWith } from '../../src/dialects/huawei-hss/index.ts';
import { now } from '../../src/domain/time.ts';
import { testApp } from '../support/app.ts';
import { aContainer, anImage } from '../support/fixtures.ts';
import type { HuaweiCall, HuaweiOutcome } from '../support/huawei-client.ts';
import { scratch } from '../support/program.ts';
import { ROOT } from '../support/source-tree.ts';
import { ENGINES } from '../support/stores.ts';

let home: string;
beforeAll(async () => {
  home = await scratch('huawei');
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Runs calls with the SDK: its home and its log file are in a folder of the test's. */
async function sdk(...calls: readonly HuaweiCall[]): Promise<readonly HuaweiOutcome[]> {
  const child = spawn(process.execPath, [join(ROOT, 'test', 'support', 'huawei-client.ts')], {
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home },
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  });
  child.stdin?.end(JSON.stringify(calls));
  const [answer, errors] = await Promise.all([
    text(child.stdio[3] as Readable),
    text(child.stderr as Readable),
    once(child, 'close'),
  ]);
  if (answer === '') throw new Error(`the SDK said nothing: ${errors}`);
  return JSON.parse(answer) as readonly HuaweiOutcome[];
}

describe.each(ENGINES)('@huaweicloud/huaweicloud-sdk-core against %s', (engine) => {
  let app: Awaited<ReturnType<typeof testApp>>;
  let base: Pick<HuaweiCall, 'endpoint' | 'ak' | 'sk' | 'projectId'>;

  beforeAll(async () => {
    app = await testApp({ engine, dialects: [huaweiHss, glance] });
    const source = await app.store.upsertSource(app.project, { kind: 'docker', uri: 'docker://test', settings: {} });
    const ref = { id: source.id, kind: source.kind };
    await app.store.ingestImages(app.project, ref, [anImage()]);
    const containers = ['web', 'shop', 'ünï & co'].map((name) =>
      aContainer({ name, agentId: `agent of ${name}+`, source: ref }),
    );
    await app.store.ingestContainers(app.project, ref, containers);
    const endpoint = await app.listen();
    base = { endpoint, ak: app.reader.id, sk: app.reader.secret, projectId: app.project.id };
  });
  afterAll(() => app?.close());

  test('signed calls answer: plain, with parameters of any sign, with a derived key', async () => {
    const [all, page, named, derived] = await sdk(
      base,
      { ...base, query: { limit: 10, offset: 1 } },
      { ...base, query: { agent_id: 'agent of ünï & co+', image_name: 'nginx' } },
      { ...base, derivedFor: 'hss', region: 'RegionOne', query: { limit: 10 } },
    );
    expect(all?.answer).toMatchObject({ httpStatusCode: 200, total_num: 3 });
    const list = all?.answer?.['data_list'] as readonly { container_name: string }[] | undefined;
    expect(list?.map((each) => each.container_name).sort()).toEqual(['shop', 'web', 'ünï & co']);
    expect(page?.answer?.['total_num']).toBe(3);
    expect(page?.answer?.['data_list']).toHaveLength(2);
    expect(named?.answer).toMatchObject({ total_num: 1, data_list: [{ container_name: 'ünï & co' }] });
    expect(derived?.answer).toMatchObject({ httpStatusCode: 200, total_num: 3 });
  });

  test('without a project id it is looked up under the name of the region', async () => {
    const { projectId: _, ...unknown } = base;
    const [found] = await sdk({ ...unknown, region: 'cn-north-4', iamEndpoint: base.endpoint });
    expect(found?.error).toBeUndefined();
    expect(found?.answer).toMatchObject({ httpStatusCode: 200, total_num: 3 });
  });

  test('errors are typed: 400, 401, 403', async () => {
    const [bad, wrongKey, unknownKey, elsewhere] = await sdk(
      { ...base, query: { limit: 'many' } },
      { ...base, sk: 'not the secret' },
      { ...base, ak: 'f'.repeat(32) },
      { ...base, projectId: 'e'.repeat(32) },
    );
    expect(bad?.error).toMatchObject({ name: 'ClientRequestException', httpStatusCode: 400, errorCode: 'HSS.0003' });
    expect(bad?.error?.errorMsg).toContain('limit');
    for (const refused of [wrongKey, unknownKey]) {
      expect(refused?.error).toMatchObject({
        name: 'ClientRequestException',
        httpStatusCode: 401,
        errorCode: 'APIGW.0301',
        errorMsg: expect.stringContaining('Incorrect IAM authentication information'),
        requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
    }
    expect(elsewhere?.error).toMatchObject({ httpStatusCode: 403, errorCode: 'APIGW.0302' });
  });

  test('over the limit: 429 with the code of the gateway', async () => {
    const limited = await testApp({ engine, dialects: [huaweiHssWith(1)], now: now() });
    const endpoint = await limited.listen();
    const call = { endpoint, ak: limited.reader.id, sk: limited.reader.secret, projectId: limited.project.id };
    const [first, second] = await sdk(call, call);
    expect(first?.answer).toMatchObject({ httpStatusCode: 200, total_num: 0 });
    expect(second?.error).toMatchObject({
      name: 'ClientRequestException',
      httpStatusCode: 429,
      errorCode: 'APIGW.0308',
    });
    await limited.close();
  });

  test('nothing of it is written beside the test', async () => {
    expect((await readdir(home)).sort()).toEqual(expect.arrayContaining(['.huaweicloud']));
    expect(await readdir(ROOT)).not.toContain('HuaweiCloud-SDK-Access.log');
  });
});
