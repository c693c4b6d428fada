/** The contract's numbered cases that concern these calls; the readme says where the others are. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testApp } from '../../../test/support/app.ts';
import { aContainer, anImage, aSource, aVmImage, T0 } from '../../../test/support/fixtures.ts';
import { describeByTransport } from '../../../test/support/transport.ts';
import { imageId } from '../../domain/id.ts';
import type { ScanSummary } from '../../domain/image.ts';
import { DAY, SECOND } from '../../domain/time.ts';
import { stackrox } from './index.ts';

type App = Awaited<ReturnType<typeof testApp>>;
type Body = Record<string, unknown>;

const SCAN: ScanSummary = {
  scannedAt: T0,
  operatingSystem: 'debian:12',
  componentCount: 10,
  cveCount: 50,
  fixableCveCount: 50,
  topCvss: 9.8,
};

const errorBody = (code: number, message: string) => ({ code, message, details: [], error: message });

describeByTransport('stackrox', (way) => {
  let http: App;
  const at = (index: number) => T0 + index * SECOND + 123_456;
  const images = [
    anImage({
      references: ['docker.io/library/nginx:1.25'],
      scan: SCAN,
      riskScore: 5,
      labels: { app: 'web' },
      createdAt: at(0),
      updatedAt: at(0),
    }),
    anImage({ references: ['quay.io/team/app:2'], createdAt: at(1), updatedAt: at(1) }),
    anImage({
      references: ['docker.io/library/redis:7.2'],
      scan: { ...SCAN, componentCount: 8, cveCount: 40, fixableCveCount: null, topCvss: null },
      riskScore: 5,
      createdAt: at(2),
      updatedAt: at(2),
    }),
    anImage({
      references: ['docker.io/library/old:1'],
      scan: { ...SCAN, cveCount: 0, componentCount: 0, fixableCveCount: 0, topCvss: null },
      riskScore: 1,
      createdAt: at(3),
      updatedAt: at(3),
    }),
    anImage({ content: 'unnamed', references: [], platforms: [], createdAt: at(4), updatedAt: at(4) }),
  ];
  const [nginx, app, redis, old, unnamed] = images.map(({ digest }) => digest ?? '') as [
    string,
    string,
    string,
    string,
    string,
  ];

  beforeAll(async () => {
    http = await testApp({ ...way, dialects: [stackrox], now: T0 + DAY });
    await http.store.ingestImages(http.project, aSource(), [
      ...images,
      aVmImage('disk', { createdAt: T0, updatedAt: T0 }),
    ]);
    await http.store.ingestContainers(http.project, aSource('docker', 'node-1'), [
      aContainer({
        id: '1'.repeat(64),
        imageId: imageId(http.project.id, nginx),
        imageDigest: nginx,
        namespace: 'prod',
        cluster: 'east',
      }),
      aContainer({ id: '2'.repeat(64), imageId: imageId(http.project.id, redis), imageDigest: redis }),
    ]);
  });
  afterAll(() => http.close());

  const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

  async function ask(
    url: string,
    headers: Record<string, string> = {},
    method: 'GET' | 'POST' | 'DELETE' = 'GET',
    payload?: string,
  ) {
    const authorization = basic(http.credential.id, http.credential.secret);
    const response = await http.send({ method, url, headers: { authorization, ...headers }, payload });
    const body = response.headers['content-encoding'] ? {} : (JSON.parse(response.body || '{}') as Body);
    return { status: response.statusCode, body, headers: response.headers, text: response.body };
  }

  async function list(parameters: Record<string, string | number> = {}): Promise<Body[]> {
    const search = new URLSearchParams(
      Object.entries(parameters).map(([name, value]) => [name, String(value)] as [string, string]),
    );
    const { status, body } = await ask(`/v1/images?${search}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return body['images'] as Body[];
  }
  const ids = (rows: readonly Body[]) => rows.map(({ id }) => id);
  const count = async (query: string) =>
    (await ask(`/v1/imagescount?query=${encodeURIComponent(query)}`)).body['count'];

  describe('errors', () => {
    it('1: invalid arguments are 400, code 3, in the unary form', async () => {
      const { status, body } = await ask('/v1/images/');
      expect(status).toBe(400);
      expect(body).toEqual(errorBody(3, 'id must be specified: invalid arguments'));
    });

    it('3: what is not found is 404, code 5', async () => {
      const { status, body } = await ask('/v1/images/nope');
      expect(status).toBe(404);
      expect(body).toEqual(errorBody(5, 'image with id "nope" does not exist: not found'));
      expect((await ask('/v1/images/scan')).status).toBe(404);
    });

    it('2: what nobody asked for is 500, code 13, and keeps its inside to itself', async () => {
      vi.spyOn(http.store, 'count').mockRejectedValueOnce(new Error('select secret'));
      const { status, body } = await ask('/v1/imagescount?query=Image%20Tag:two');
      expect([status, body['code'], body['details']]).toEqual([500, 13, []]);
      expect(body['error']).toBe(body['message']);
      expect(JSON.stringify(body)).not.toContain('secret');
    });

    it('5: without identity 401; reading takes any role, and to write implies to read', async () => {
      const none = await http.send({ url: '/v1/images' });
      expect(none.statusCode).toBe(401);
      expect(none.headers['www-authenticate']).toBe('credentials not found');
      expect(none.json()).toEqual(errorBody(16, 'credentials not found'));
      const wrong = await ask('/v1/images', { authorization: basic('x', 'y') });
      expect(wrong.status).toBe(401);
      expect(wrong.body['message']).toBe(
        'credentials not found: basic: cannot extract identity: failed to identify user with username "x"',
      );
      const token = await ask('/v1/images', { authorization: 'Bearer nonsense' });
      expect(token.body['message']).toBe(
        'credentials not found: token-based: cannot extract identity: token validation failed',
      );
      for (const { id, secret } of [http.reader, await http.makeCredential('operator')]) {
        expect((await ask('/v1/images', { authorization: basic(id, secret) })).status).toBe(200);
      }
    });

    it('takes a token, its scheme in any case, until it expires', async () => {
      const principal = await http.credentials.verify(http.reader.id, http.reader.secret, {} as never);
      if (!principal) throw new Error('the reader is known');
      const { token } = await http.credentials.issueToken(principal, { ttlSeconds: 60 });
      expect((await ask('/v1/images', { authorization: `bearer ${token}` })).status).toBe(200);
      http.setNow(T0 + DAY + 61 * SECOND);
      expect((await ask('/v1/images', { authorization: `Bearer ${token}` })).status).toBe(401);
      http.setNow(T0 + DAY);
    });

    it.each([
      ['/v1/nope', 'GET', 404, 5, 'Not Found'],
      ['/v1/images/sha256%2Fabc', 'GET', 404, 5, 'Not Found'],
      ['/v1/images/a/b', 'GET', 404, 5, 'Not Found'],
      ['/v1/imagescount', 'DELETE', 501, 12, 'Method Not Allowed'],
      ['/v1/images', 'POST', 501, 12, 'Method Not Allowed'],
    ] as const)('%s with %s is %i, before credentials', async (url, method, status, code, message) => {
      const json = { headers: { 'content-type': 'application/json' }, payload: '{}' };
      const response = await http.send({ method, url, ...(method === 'POST' && json) });
      expect([response.statusCode, response.json()]).toEqual([status, errorBody(code, message)]);
    });

    it.each([
      ['pagination.limit=abc', 'parsing field "limit": strconv.ParseInt: parsing "abc": invalid syntax'],
      [
        'pagination.limit=3000000000',
        'parsing field "limit": strconv.ParseInt: parsing "3000000000": value out of range',
      ],
      [
        'pagination.sortOption.reversed=yes',
        'parsing field "reversed": strconv.ParseBool: parsing "yes": invalid syntax',
      ],
      ['query=a&query=b', 'too many values for field "query": a, b'],
      ['pagination=x', 'parsing field "pagination": unsupported message type: "v1.Pagination"'],
      ['pagination.sortOptions.field=x', 'invalid path: "sortOptions" is not a message'],
      ['query.query=x', 'invalid path: "query" is not a message'],
      ['pagination.sort_option.aggregate_by.aggr_func=AVG', 'parsing field "aggr_func": "AVG" is not a valid value'],
      ['query=%zz', 'invalid URL escape "%zz"'],
      ['query=a;b', 'invalid semicolon separator in query'],
    ])('parameter %s is refused before credentials', async (search, message) => {
      const response = await http.send({ url: `/v1/images?${search}` });
      expect([response.statusCode, response.json()]).toEqual([400, errorBody(3, message)]);
    });

    it('passes unknown parameters over, and reads Python booleans', async () => {
      const { status } = await ask('/v1/images?nope=1&pagination.nope=2&pagination.sortOption.reversed=True');
      expect(status).toBe(200);
    });

    it('keeps to the time the caller has', async () => {
      const { status, body } = await ask('/v1/images', { 'grpc-timeout': '1n' });
      expect([status, body]).toEqual([504, errorBody(4, 'context deadline exceeded')]);
      expect((await ask('/v1/images', { 'grpc-timeout': '30S' })).status).toBe(200);
    });

    it('a bad query is 400 with the text of what is wrong, a bad order too', async () => {
      const number = await ask('/v1/images?query=Image%20CVE%20Count:abc');
      expect([number.status, number.body]).toEqual([400, errorBody(3, 'cannot parse "abc" as a number')]);
      const order = await ask('/v1/images?pagination.sortOption.field=Nope');
      expect(order.body['message']).toBe('field nope does not exist in table images or connected tables');
      expect((await ask('/v1/imagescount?pagination.sortOption.field=Nope')).status).toBe(200);
    });
  });

  describe('one image', () => {
    it('6: the bare hex and the digest are the same image', async () => {
      const bare = await ask(`/v1/images/${nginx.slice(7)}`);
      const whole = await ask(`/v1/images/${nginx}`);
      expect(bare.body['id']).toBe(nginx);
      expect(bare.body).toEqual(whole.body);
    });

    it('7: another algorithm is looked up as it is', async () => {
      const { body } = await ask('/v1/images/sha512:267eebcd');
      expect(body['message']).toBe('image with id "sha512:267eebcd" does not exist: not found');
    });

    it('has the message in the order of its fields', async () => {
      const { body } = await ask(`/v1/images/${nginx}`);
      expect(Object.keys(body)).toEqual(
        'id name names metadata scan signatureVerificationData signature components cves fixableCves lastUpdated notPullable isClusterLocal priority riskScore topCvss notes baseImageInfo'.split(
          ' ',
        ),
      );
      expect(body).toMatchObject({
        name: { registry: 'docker.io', remote: 'library/nginx', tag: '1.25', fullName: 'docker.io/library/nginx:1.25' },
        scan: {
          scanTime: '2026-01-01T00:00:00Z',
          components: [],
          operatingSystem: 'debian:12',
          notes: ['PARTIAL_SCAN_DATA'],
        },
        components: 10,
        cves: 50,
        priority: '1',
        riskScore: 5,
        topCvss: 9.8,
        notes: [],
      });
      const metadata = body['metadata'] as { v1: Body; v2: Body; layerShas: string[] };
      expect(metadata.v1).toMatchObject({ command: ['nginx', '-g', 'daemon off;'], labels: { app: 'web' }, user: '' });
      expect((metadata.v1['layers'] as Body[])[1]).toEqual({
        instruction: 'RUN',
        value: 'RUN docker.io/library/nginx:1.25',
        created: '2025-12-31T23:00:00Z',
        author: '',
        empty: false,
      });
      expect(metadata.v2).toEqual({ digest: nginx });
      expect(metadata.layerShas).toHaveLength(2);
    });

    it('leaves out what was never scanned, and names an image without a name by its digest', async () => {
      const { body } = await ask(`/v1/images/${unnamed}?includeSnoozed=true&stripDescription=True`);
      expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['components']));
      expect(body).toMatchObject({
        name: { registry: '', remote: '', tag: '', fullName: unnamed },
        names: [{ fullName: unnamed }],
        metadata: null,
        scan: null,
        signature: null,
        riskScore: 0,
        notes: ['MISSING_METADATA', 'MISSING_SCAN_DATA'],
      });
      expect('topCvss' in body || 'cves' in body || 'fixableCves' in body).toBe(false);
    });
  });

  describe('lists', () => {
    it('13: all images, a limit, a query', async () => {
      expect(ids(await list())).toEqual([nginx, app, redis, old, unnamed]);
      expect(await list({ 'pagination.limit': 3 })).toHaveLength(3);
      expect(ids(await list({ query: 'Image:docker.io/library/redis' }))).toEqual([redis]);
      expect((await list()).every(({ name }) => typeof name === 'string' && name !== '')).toBe(true);
    });

    it('14: counts are there when scanned, and fixable ones when known', async () => {
      const [scanned, never, unknown, clean] = await list();
      expect(scanned).toMatchObject({ components: 10, cves: 50, fixableCves: 50 });
      expect(Object.keys(never ?? {})).toEqual(['id', 'name', 'created', 'lastUpdated', 'priority']);
      expect(unknown).toMatchObject({ components: 8, cves: 40 });
      expect('fixableCves' in (unknown ?? {})).toBe(false);
      expect(clean).toMatchObject({ components: 0, cves: 0, fixableCves: 0 });
    });

    it('16: times have the microseconds they were stored with', async () => {
      expect((await list())[0]).toMatchObject({
        lastUpdated: '2026-01-01T00:00:00.123456Z',
        created: '2025-12-31T23:00:00Z',
      });
    });

    it('17: by digest', async () => {
      expect(ids(await list({ query: `Image Sha:"${app}"` }))).toEqual([app]);
      expect(ids(await list({ query: `Image:${unnamed.slice(0, 20)}` }))).toEqual([unnamed]);
    });

    it('ranks risk without gaps', async () => {
      expect((await list()).map(({ priority }) => priority)).toEqual(['1', '3', '1', '2', '3']);
    });

    it('pages by offset; a negative limit is none, and indentation changes nothing', async () => {
      const page = {
        'pagination.limit': 2,
        'pagination.sortOption.field': 'image',
        'pagination.sortOption.reversed': 'true',
      };
      const all = [unnamed, app, redis, old, nginx];
      expect(ids(await list({ ...page, 'pagination.limit': 10 }))).toEqual(all);
      expect(ids(await list({ ...page, 'pagination.offset': 2 }))).toEqual(all.slice(2, 4));
      expect(ids(await list({ ...page, 'pagination.limit': -1, 'pagination.offset': 1 }))).toEqual(all.slice(1));
      const plain = await ask('/v1/images?pagination.limit=-1');
      const pretty = await ask('/v1/images?pagination.limit=-1&pretty');
      expect(pretty.body).toEqual(plain.body);
      expect(pretty.text).toBe(JSON.stringify(plain.body, null, 2));
      expect((await ask('/v1/images', { accept: 'application/json+pretty' })).text).toBe(pretty.text);
    });

    it('has the headers of the gateway, and packs large answers', async () => {
      const { headers } = await ask('/v1/images?pagination.limit=1');
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'cache-control': 'no-store, no-cache',
        'grpc-metadata-content-type': 'application/grpc',
      });
      const packed = await ask('/v1/images?pretty', { 'accept-encoding': 'gzip' });
      expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    });

    it('reads a posted form, whose query may be long', async () => {
      const names = Array.from({ length: 3_000 }, (_, index) => `"nope${index}"`).join(',');
      const form = new URLSearchParams({ query: `Image Tag:"7.2",${names}` }).toString();
      const posted = await ask('/v1/images', { 'content-type': 'application/x-www-form-urlencoded' }, 'POST', form);
      expect(ids(posted.body['images'] as Body[])).toEqual([redis]);
    });

    it('counts what it lists, whatever the page', async () => {
      expect(await count('')).toBe(5);
      expect((await ask('/v1/imagescount?pagination.limit=1&pagination.offset=4')).body).toEqual({ count: 5 });
      expect(await count('Image Registry:docker.io+Image Tag:1')).toBe(2);
      expect(await count('Policy:x')).toBe(0);
      expect(ids(await list({ query: 'Policy:x', 'pagination.sortOption.field': 'Nope' }))).toEqual([]);
    });

    it('knows workloads from containers', async () => {
      expect(ids(await list({ query: 'Namespace:r/^prod$+Cluster:"east"' }))).toEqual([nginx]);
      expect(await count('Namespace:-')).toBe(4);
      expect(await count('Namespace Count:>0')).toBe(1);
      expect(ids(await list({ 'pagination.sortOption.field': 'Namespace', 'pagination.limit': 1 }))).toEqual([nginx]);
    });

    it('an answer about days ago moves with the clock', async () => {
      expect(await count('Last Updated:>2d')).toBe(0);
      http.setNow(T0 + 5 * DAY);
      expect(await count('Last Updated:>2d')).toBe(5);
      http.setNow(T0 + DAY);
    });
  });

  it('tells who the caller is', async () => {
    const { status, body } = await ask('/v1/auth/status', { authorization: basic(http.reader.id, http.reader.secret) });
    expect(status).toBe(200);
    expect(body).toMatchObject({ userId: http.reader.id, expires: null, userInfo: { roles: [{ name: 'Analyst' }] } });
  });
});
