import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../../test/support/app.ts';
import { ENGINES } from '../../../test/support/stores.ts';
import type { Container } from '../../domain/container.ts';
import type { Project } from '../../domain/credential.ts';
import { glance } from '../glance/index.ts';
import { huaweiHss } from './index.ts';
import { canonicalRequest, sha256 } from './wire/canonical.ts';
import { parseAuthorization, verifySignature } from './wire/signature.ts';

const AAA = `sha256:${'a'.repeat(64)}`;
const NOON = Date.UTC(2026, 10, 21, 19, 46, 2) * 1000;
const DATE = '20261121T194602Z';
const PATH = '/v5/p1/image/local/containers';
const COMMON = {
  'x-sdk-date': DATE,
  host: '127.0.0.1:33007',
  region: 'cn-north-4',
  'content-type': 'application/json',
  'x-project-id': 'p1',
};
const NODE_SIGNED = 'content-type;host;region;x-project-id;x-sdk-date';

/** The worked vectors of the dialect's contract, section 3.4. */
const VECTORS: Readonly<
  Record<
    string,
    { query: string; body?: string; headers: Record<string, string>; authorization: string; canonical?: string }
  >
> = {
  V1: {
    query: '?limit=10',
    headers: COMMON,
    authorization: `SDK-HMAC-SHA256 Access=AK, SignedHeaders=${NODE_SIGNED}, Signature=5991dbe496d29c09003552daffedb160e9bc3837e574669da42d3896c20e0dc2`,
    canonical: 'bd86c64d64ce50daaa141265e081803abc986988cf1dfb2a293a6c0e7acee91c',
  },
  V2: {
    query: "?limit=10&offset=0&image_name=a%20b%2F%C3%BC*'()~%2B!",
    body: '{}',
    headers: COMMON,
    authorization: `SDK-HMAC-SHA256 Access=AK, SignedHeaders=${NODE_SIGNED}, Signature=6409567f36507570d86f0f2d6dc13d85112ba0e4ec113ac343c5af3503ccf18e`,
    canonical: '026d9f7cc823dfd9ebedeccc23b915a6c2283cccb4543722d25b8a74d101e487',
  },
  V3: {
    query: '?image_digest=sha256%3Aabc',
    body: '{}',
    headers: { ...COMMON, 'x-security-token': 'STS' },
    authorization: `SDK-HMAC-SHA256 Access=AK, SignedHeaders=${NODE_SIGNED};x-security-token, Signature=857551102ab02257c78bebd76a8aeda0aa62e4552194e20c9db900aa1c3a9075`,
  },
  V4: {
    query: '',
    body: '{}',
    headers: COMMON,
    authorization: `V11-HMAC-SHA256 Credential=AK/20261121/cn-north-4/hss, SignedHeaders=${NODE_SIGNED}, Signature=35116bff8800b792d66b2af7c539adc56f11e5468be77307f1c5b567b28477f0`,
    canonical: '4ff6d076682d4969f3b1158b8d805d77509c6fe2ad8540413df4b397af9c8f7a',
  },
  V5: {
    query: '?limit=200&offset=0',
    headers: { 'x-sdk-date': DATE, region: 'cn-north-4', accept: 'application/json', 'user-agent': 'golangsdk/2.0.0' },
    authorization:
      'SDK-HMAC-SHA256 Access=AK, SignedHeaders=accept;region;user-agent;x-sdk-date, Signature=49f4a427fc9c75e8db71053f5835f7d3bd8afecab660e71a7f283f8cf833c64e',
    canonical: '35a5a322a5eb11c0dd3636831d46b6e3ff767657eb24abe993932ef9b3aa980b',
  },
  V6: {
    query: '?limit=10',
    headers: COMMON,
    authorization:
      'SDK-HMAC-SHA256 Credential=AK/20261121/cn-north-4/hss/sdk_request, SignedHeaders=host;region;x-sdk-date, Signature=bf6854510f504dba357221d6a4299f0a3d03ef2937d5a8e75ff1eaea1ec72265',
    canonical: '1e8d3e9d4ae8d70ad1e0a02e667fc58335adf09b9c91b3758beae76de4340cc5',
  },
  V7: {
    query: '?limit=10',
    headers: COMMON,
    authorization:
      'SDK-HMAC-SHA256 Credential=AK/20261121///sdk_request, SignedHeaders=host;region;x-sdk-date, Signature=b03e9ec37ffbc5d4dacd83f34ee34f5684f0a12bf051d7aa096dcbe2545c326f',
  },
};

describe.each(Object.entries(VECTORS))('signature vector %s', (_name, vector) => {
  const request = {
    method: 'GET',
    url: PATH + vector.query,
    headers: vector.headers,
    body: Buffer.from(vector.body ?? ''),
  };
  const signature = parseAuthorization(vector.authorization)!;

  test('is right with its secret and wrong with another', () => {
    expect(verifySignature(signature, request, 'SK')).toBe(true);
    expect(verifySignature(signature, request, 'SL')).toBe(false);
  });

  const { canonical } = vector;
  if (canonical === undefined) return;
  test('has the canonical request of the contract', () => {
    expect(sha256(canonicalRequest(request, signature.signedHeaders, signature.form === 'legacy'))).toBe(canonical);
  });
});

describe.each(ENGINES)('huawei-hss on %s', (engine) => {
  let t: Awaited<ReturnType<typeof testApp>>;
  let p1: Project;

  beforeAll(async () => {
    t = await testApp({ engine, dialects: [huaweiHss, glance], now: NOON });
    p1 = await t.store.createProject('p1');
    await t.credentials.create({ project: p1, role: 'reader', id: 'AK', secret: 'SK' });
    await t.store.ingestContainers(p1, SOURCE, fixture());
  });
  afterAll(() => t.close());

  async function token(): Promise<string> {
    const answer = await t.app.inject({
      method: 'POST',
      url: '/v3/auth/tokens',
      payload: {
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: 'AK', domain: { name: 'Default' }, password: 'SK' } },
          },
          scope: { project: { name: 'p1', domain: { name: 'Default' } } },
        },
      },
    });
    expect(answer.statusCode).toBe(201);
    return answer.headers['x-subject-token'] as string;
  }

  async function ask(query: string, headers: Record<string, string> = {}) {
    const answer = await t.app.inject({
      url: `${PATH}${query}`,
      headers: { 'x-auth-token': await token(), region: 'cn-north-4', ...headers },
    });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  }

  function signed(
    name: string,
    change: { query?: string; authorization?: string; headers?: Record<string, string> } = {},
  ) {
    const vector = VECTORS[name]!;
    return t.app.inject({
      method: 'GET',
      url: PATH + (change.query ?? vector.query),
      headers: { ...vector.headers, ...change.headers, authorization: change.authorization ?? vector.authorization },
      ...(vector.body ? { payload: vector.body } : {}),
    });
  }

  test('case 1: a signed request without query gets ten rows of ten keys', async () => {
    const answer = await signed('V1');
    expect(answer.statusCode).toBe(200);
    const body = answer.json();
    expect(body.total_num).toBe(25);
    expect(body.data_list).toHaveLength(10);
    for (const row of body.data_list) {
      expect(Object.keys(row)).toEqual([
        'agent_id',
        'container_name',
        'container_id',
        'host_id',
        'host_name',
        'pod_id',
        'pod_name',
        'private_ip',
        'public_ip',
        'entry_point',
      ]);
      expect(Object.values(row).every((value) => typeof value === 'string')).toBe(true);
    }
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });

  test('case 2: limit=200', async () => {
    expect((await ask('?limit=200')).body.data_list).toHaveLength(25);
  });

  test('case 3: the last page and the page past the end', async () => {
    expect((await ask('?limit=10&offset=20')).body.data_list).toHaveLength(5);
    expect(await ask('?limit=10&offset=25')).toMatchObject({ status: 200, body: { total_num: 25, data_list: [] } });
  });

  test.each(['limit=9', 'limit=201', 'limit=abc', 'offset=-1', 'offset=2000001'])(
    'case 4: %s is refused',
    async (query) => {
      const { status, body } = await ask(`?${query}`);
      expect(status).toBe(400);
      expect(body).toEqual({
        error_code: 'HSS.0003',
        error_description: body.error_msg,
        error_msg: expect.stringContaining(query.split('=')[0]!),
      });
    },
  );

  test.each(['limit=10', 'limit=200', 'offset=0', 'offset=2000000'])('case 5: %s is taken', async (query) => {
    expect((await ask(`?${query}`)).status).toBe(200);
  });

  test('case 6: without region header', async () => {
    const answer = await t.app.inject({ url: PATH, headers: { 'x-auth-token': await token() } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ error_code: 'APIGW.0106', error_msg: expect.stringContaining('region') });
  });

  test('case 7: without any credential', async () => {
    const answer = await t.app.inject({ url: PATH, headers: { region: 'cn-north-4' } });
    expect(answer.statusCode).toBe(401);
    const body = answer.json();
    expect(body.error_code).toBe('APIGW.0301');
    expect(body.error_msg).toMatch(/^Incorrect IAM authentication information/);
    expect(body.request_id).toBe(answer.headers['x-request-id']);
  });

  test('case 8: a bad and an expired token', async () => {
    const good = await token();
    expect(await ask('', { 'x-auth-token': 'bad' })).toMatchObject({
      status: 401,
      body: { error_code: 'APIGW.0301', error_msg: expect.stringContaining('decrypt token fail') },
    });
    t.setNow(NOON + 30 * 24 * 3600e6);
    const answer = await t.app.inject({ url: PATH, headers: { 'x-auth-token': good, region: 'cn-north-4' } });
    t.setNow(NOON);
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({
      error_code: 'APIGW.0301',
      error_msg: expect.stringContaining('token expires'),
    });
  });

  test.each(['V1', 'V2', 'V3', 'V5'])('case 9: vector %s', async (name) => {
    expect((await signed(name)).statusCode).toBe(200);
  });

  test.each(['V4', 'V6', 'V7'])('case 10: vector %s', async (name) => {
    expect((await signed(name)).statusCode).toBe(200);
  });

  test('case 11: a changed signature, a changed query', async () => {
    const changed = await signed('V1', { authorization: VECTORS['V1']!.authorization.replace('5991', '5992') });
    expect(changed.statusCode).toBe(401);
    expect(changed.json().error_msg).toContain('verify aksk signature fail');
    expect((await signed('V1', { query: '?limit=11' })).statusCode).toBe(401);
    expect((await signed('V1')).statusCode).toBe(200);
  });

  test('case 12: a clock 16 and 14 minutes off', async () => {
    for (const [minutes, status] of [
      [16, 401],
      [14, 200],
      [-16, 401],
      [-14, 200],
    ] as const) {
      t.setNow(NOON + minutes * 60e6);
      expect((await signed('V1')).statusCode).toBe(status);
    }
    t.setNow(NOON);
  });

  test('case 13: an unknown key; a key locked by five bad signatures', async () => {
    const unknown = await signed('V1', {
      authorization: VECTORS['V1']!.authorization.replace('Access=AK', 'Access=XX'),
    });
    expect(unknown.statusCode).toBe(401);
    expect(unknown.json().error_msg).toContain('ak not exist');
    for (let i = 0; i < 5; i += 1) await signed('V1', { query: `?limit=1${i + 1}` });
    const locked = await signed('V1');
    expect(locked.statusCode).toBe(401);
    expect(locked.json().error_msg).toContain('AK access failed to reach the limit,forbidden');
    t.setNow(NOON + 6 * 60e6);
    expect((await signed('V1')).statusCode).toBe(200);
    t.setNow(NOON);
  });

  test('case 14: image_name is a part, case-sensitive', async () => {
    const found = await ask('?image_name=nginx');
    expect(found.body.data_list.map((row: { container_name: string }) => row.container_name)).toEqual([
      'c-nginx-1',
      'c-nginx-2',
    ]);
    expect(await ask('?image_name=NGINX')).toMatchObject({ status: 200, body: { total_num: 0, data_list: [] } });
  });

  test('case 15: image_version only together with image_name', async () => {
    expect((await ask('?image_name=nginx&image_version=1.27')).body.total_num).toBe(1);
    expect((await ask('?image_version=1.27')).body.total_num).toBe(25);
  });

  test('case 16: image_digest in both encodings, container_id, agent_id', async () => {
    expect((await ask(`?image_digest=${encodeURIComponent(AAA)}`)).body.total_num).toBe(1);
    expect((await ask(`?image_digest=${AAA}`)).body.total_num).toBe(1);
    expect((await ask(`?image_digest=${'a'.repeat(64)}`)).body.total_num).toBe(1);
    expect((await ask('?container_id=id-c-nginx-2')).body.total_num).toBe(1);
    expect((await ask('?agent_id=ag-2')).body.total_num).toBe(22);
  });

  test('case 17: enterprise projects', async () => {
    expect((await ask('')).body.total_num).toBe(25);
    expect((await ask('?enterprise_project_id=all_granted_eps')).body.total_num).toBe(26);
    expect((await ask('?enterprise_project_id=eps-9')).body.total_num).toBe(1);
    expect(await ask('?enterprise_project_id=nope')).toMatchObject({ status: 400, body: { error_code: 'HSS.0003' } });
  });

  test('case 18: another method, another path', async () => {
    const headers = { 'x-auth-token': await token(), region: 'cn-north-4' };
    for (const request of [
      { method: 'POST', url: PATH },
      { method: 'GET', url: '/v5/p1/image/local/nothing' },
    ] as const) {
      const answer = await t.app.inject({ ...request, headers });
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toMatchObject({ error_code: 'APIGW.0101' });
    }
  });

  test('case 20: the project lookup of signing SDKs, and a token', async () => {
    const answer = await t.app.inject({
      url: '/v3/projects?name=cn-north-4',
      headers: { 'x-auth-token': await token() },
    });
    expect(answer.json().projects).toEqual([]);
    expect((await ask('?limit=10')).status).toBe(200);
    const refused = await t.app.inject({ url: '/v3/projects?name=cn-north-4' });
    expect(refused.json()).toMatchObject({ error: { code: 401, title: 'Unauthorized' } });
  });

  test("another project's path or header is refused", async () => {
    expect(await ask('', { 'x-project-id': 'p2' })).toMatchObject({ status: 403, body: { error_code: 'APIGW.0302' } });
    const answer = await t.app.inject({
      url: PATH.replace('p1', t.project.id),
      headers: { 'x-auth-token': await token(), region: 'x' },
    });
    expect(answer.statusCode).toBe(403);
    const own = await t.app.inject({
      url: PATH.replace('p1', p1.id),
      headers: { 'x-auth-token': await token(), region: 'x' },
    });
    expect(own.statusCode).toBe(200);
  });

  test('a loop that grows the offset by the page ends after an empty page', async () => {
    let offset = 0;
    let requests = 0;
    for (;;) {
      const { body } = await ask(`?limit=200&offset=${offset}`);
      requests += 1;
      if (body.data_list.length === 0) break;
      offset += body.data_list.length;
    }
    expect([offset, requests]).toEqual([25, 2]);
  });

  test('a container that vanished is not listed any more', async () => {
    await t.store.closeContainers(p1, SOURCE, 'h-gone', new Set(), NOON);
    const gone: Container = { ...fixture()[0]!, id: 'id-gone', name: 'gone', hostId: 'h-gone', state: 'running' };
    await t.store.ingestContainers(p1, SOURCE, [gone]);
    expect((await ask('?container_id=id-gone')).body.total_num).toBe(1);
    await t.store.closeContainers(p1, SOURCE, 'h-gone', new Set(), NOON + 1);
    expect((await ask('?container_id=id-gone')).body.total_num).toBe(0);
    expect((await ask('')).body.total_num).toBe(25);
  });
});

const SOURCE = { id: '0'.repeat(31).concat('1'), kind: 'docker' };

function fixture(): readonly Container[] {
  const make = (name: string, image: string, tag: string, more: Partial<Container> = {}): Container => ({
    id: `id-${name}`,
    name,
    imageId: null,
    imageDigest: null,
    imageName: `docker.io/${image}:${tag}`,
    imageRepository: `docker.io/${image}`,
    imageTag: tag,
    state: 'running',
    hostId: 'h-1',
    hostName: 'web-01',
    agentId: 'ag-1',
    privateIp: '10.0.0.5',
    publicIp: '',
    podId: '',
    podName: '',
    namespace: '',
    cluster: '',
    clusterId: '',
    entryPoint: 'nginx -g daemon off;',
    enterpriseProject: '0',
    labels: [],
    createdAt: NOON,
    startedAt: NOON,
    finishedAt: null,
    firstSeenAt: NOON,
    lastSeenAt: NOON,
    source: SOURCE,
    ...more,
  });
  const k8s = { hostId: 'h-2', hostName: 'k8s-01', agentId: 'ag-2' };
  return [
    make('c-nginx-1', 'library/nginx', '1.27', { imageDigest: AAA }),
    make('c-nginx-2', 'library/nginx', '1.25'),
    make('c-Nginx-3', 'library/myNginx', '1'),
    ...Array.from({ length: 22 }, (_, n) =>
      make(`pod-${String(n).padStart(2, '0')}`, 'team/api', '2.0', { ...k8s, podName: `pod-${n}` }),
    ),
    make('elsewhere', 'team/other', '1', { enterpriseProject: 'eps-9' }),
  ];
}
