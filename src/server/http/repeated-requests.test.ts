import { createHmac } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../../test/support/app.ts';
import { aContainer, anImage, aPlatform, aSource } from '../../../test/support/fixtures.ts';
import { ENGINES, type TestEngine } from '../../../test/support/stores.ts';
import { datadogWith } from '../../dialects/datadog/index.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { canonicalRequest, sha256 } from '../../dialects/huawei-hss/wire/canonical.ts';
import { DIALECTS } from '../../dialects/registry.ts';
import { HOUR, MINUTE, now, SECOND } from '../../domain/time.ts';
import { buildApp } from '../app.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the dialect's own instance saw the request. */
  readonly handled: boolean;
  /** Whether it came on the connection of an earlier one. */
  readonly reused: boolean;
}

type Headers = Readonly<Record<string, string>>;

let handled = 0;

/** The dialects, each telling of every request that reaches it. */
function watched(dialects: readonly Dialect[]): Dialect[] {
  return dialects.map((dialect) => ({
    ...dialect,
    register(app, services) {
      app.addHook('onRequest', async () => {
        handled += 1;
      });
      return dialect.register(app, services);
    },
  }));
}

/** Asks over a socket: `inject` goes straight to the framework. */
function ask(
  base: string,
  path: string,
  headers: Headers,
  method = 'GET',
  body = '',
  agent: Agent | false = false,
): Promise<Answer> {
  const before = handled;
  return new Promise((resolve, reject) => {
    const request = send(base + path, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
          handled: handled > before,
          reused: request.reusedSocket,
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function times(count: number, once: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < count; at += 1) answers.push(await once());
  return answers;
}

async function serve(engine: TestEngine, dialects = DIALECTS) {
  const app = await testApp({ engine, dialects: watched(dialects) });
  const image = anImage({ references: ['shop/cart:1'], platforms: [aPlatform('cart')] });
  await app.store.ingestImages(app.project, aSource(), [image]);
  await app.store.ingestContainers(app.project, aSource('docker'), [aContainer({ image, id: 'c1' })]);
  const base = await app.listen();
  const tokenOf = async ({ id, secret }: { id: string; secret: string }) => {
    const form = `username=${id}&password=${secret}`;
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    return (await ask(base, '/auth', type, 'POST', form)).body;
  };
  const basic = ({ id, secret }: { id: string; secret: string }) =>
    `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  return { ...app, base, tokenOf, basic };
}

const HSS = (project: string) => `/v5/${project}/image/local/containers`;

/** Headers that differ from answer to answer, by what lists; `date` does everywhere. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  native: [],
  datadog: ['x-ratelimit-remaining', 'x-ratelimit-reset'],
  qualys: ['x-ratelimit-remaining'],
  'huawei-hss': ['x-request-id'],
  stackrox: [],
  glance: ['x-openstack-request-id'],
};

describe.each(ENGINES)('repeated requests on %s', (engine) => {
  let app: Awaited<ReturnType<typeof serve>>;
  let lists: Readonly<Record<string, readonly [path: string, headers: Headers]>>;

  const listsFor = async (who: { id: string; secret: string }): Promise<typeof lists> => {
    const token = await app.tokenOf(who);
    return {
      native: ['/stowage/v1/images', { authorization: app.basic(who) }],
      datadog: ['/api/v2/container_images', { 'dd-api-key': who.id, 'dd-application-key': who.secret }],
      qualys: ['/csapi/v1.3/images', { authorization: `Bearer ${token}` }],
      'huawei-hss': [HSS(app.project.id), { 'x-auth-token': token, region: 'RegionOne' }],
      stackrox: ['/v1/images?pagination.limit=50', { authorization: app.basic(who), 'accept-encoding': 'gzip' }],
      glance: ['/v2/images', { 'x-auth-token': token }],
    };
  };

  beforeAll(async () => {
    app = await serve(engine);
    lists = await listsFor(app.reader);
  });
  afterAll(() => app.close());

  const names = Object.keys(OWN);

  test.each(names)('%s: answered alike without the dialect, but for what each answer has of its own', async (name) => {
    const [path, headers] = lists[name]!;
    const answers = await times(4, () => ask(app.base, path, headers));
    const [first] = answers;
    expect(first!.status).toBe(200);
    if (name !== 'native') expect(answers.map((each) => each.handled)).toEqual([true, true, false, false]);
    const own = ['date', ...OWN[name]!];
    const shared = ({ status, headers: all, body }: Answer) => ({
      status,
      body,
      names: Object.keys(all).sort(),
      headers: Object.fromEntries(Object.entries(all).filter(([key]) => !own.includes(key))),
    });
    for (const answer of answers) expect(shared(answer)).toEqual(shared(first!));
    const values = (key: string) => answers.map((each) => String(each.headers[key]));
    for (const key of own.filter((each) => each.endsWith('-id'))) expect(new Set(values(key)).size).toBe(4);
    if (own.includes('x-ratelimit-remaining')) {
      const left = values('x-ratelimit-remaining').map(Number);
      expect(left.map((each) => left[0]! - each)).toEqual([0, 1, 2, 3]);
    }
  });

  test.each(names)('%s: on one connection each request is taken for what it says', async (name) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const elsewhere = await app.store.createProject(`elsewhere ${name}`);
    const stranger = await app.makeCredential('reader', elsewhere);
    const token = await app.tokenOf(stranger);
    const [path, mine] = lists[name]!;
    const theirs: Headers = Object.fromEntries(
      Object.entries(mine).map(([key, value]): [string, string] => {
        if (key === 'dd-api-key') return [key, stranger.id];
        if (key === 'dd-application-key') return [key, stranger.secret];
        if (key === 'x-auth-token') return [key, token];
        if (key === 'authorization') return [key, value.startsWith('Basic') ? app.basic(stranger) : `Bearer ${token}`];
        return [key, value];
      }),
    );
    const theirPath = path.replace(app.project.id, elsewhere.id);
    const say = (at: string, headers: Headers) => ask(app.base, at, headers, 'GET', '', agent);
    const wrong = Object.fromEntries(
      Object.keys(mine).map((key) => [key, key === 'region' ? 'RegionOne' : 'x'.repeat(40)]),
    );
    const first = (await times(4, () => say(path, mine))).at(-1)!;
    expect(first).toMatchObject({ status: 200, handled: false, reused: true });
    for (let round = 0; round < 3; round += 1) {
      const other = await say(theirPath, theirs);
      expect(other.reused && other.status < 300).toBe(true);
      expect(other.body).not.toBe(first.body);
      expect(await say(path, mine)).toMatchObject({ status: 200, handled: false, reused: true, body: first.body });
      expect((await say(path, wrong)).status).toBeGreaterThanOrEqual(400);
      expect((await say(path, {})).status).toBeGreaterThanOrEqual(400);
      const another = await say(`${path}${path.includes('?') ? '&' : '?'}x=${round}`, mine);
      if (name !== 'native') expect(another.handled).toBe(true);
      expect(await say(path, mine)).toMatchObject({ status: 200, handled: false, reused: true, body: first.body });
    }
    agent.destroy();
  });

  test.each(names)('%s: a change of the inventory is seen at once', async (name) => {
    const [path, headers] = lists[name]!;
    const [, , before] = await times(3, () => ask(app.base, path, headers));
    const image = anImage({ references: [`shop/${name}:1`], platforms: [aPlatform(name)] });
    await app.store.ingestImages(app.project, aSource(), [image]);
    await app.store.ingestContainers(app.project, aSource('docker', name), [aContainer({ image, id: name })]);
    const after = await ask(app.base, path, headers);
    expect(after.status).toBe(200);
    expect(after.body).not.toBe(before!.body);
  });

  test.each(names)('%s: a revoked credential, and one whose time is over, are refused', async (name) => {
    const start = now();
    const expiring = await app.credentials.create({ project: app.project, role: 'reader', expiresAt: start + HOUR });
    for (const end of ['revoked', 'expired']) {
      const who = end === 'revoked' ? await app.makeCredential('reader') : { ...expiring.credential, ...expiring };
      const [path, headers] = (await listsFor(who))[name]!;
      expect((await times(3, () => ask(app.base, path, headers))).map((each) => each.status)).toEqual([200, 200, 200]);
      if (end === 'revoked') await app.credentials.revoke(who.id);
      else app.setNow(start + HOUR);
      const refused = await ask(app.base, path, headers);
      app.setNow(undefined);
      expect([end, refused.status]).toEqual([end, name === 'datadog' ? 403 : 401]);
    }
  });

  test('a token that was taken back is refused', async () => {
    const headers = { 'x-auth-token': await app.tokenOf(app.reader) };
    await times(3, () => ask(app.base, '/v2/images', headers));
    const back = { ...headers, 'x-subject-token': headers['x-auth-token'] };
    expect((await ask(app.base, '/v3/auth/tokens', back, 'DELETE')).status).toBe(204);
    expect((await ask(app.base, '/v2/images', headers)).status).toBe(401);
  });

  test.each(['native', 'datadog'])('%s: If-None-Match', async (name) => {
    const [path, headers] = lists[name]!;
    const first = await ask(app.base, path, headers);
    const condition = { ...headers, 'if-none-match': `"other", ${first.headers.etag}` };
    const answers = await times(4, () => ask(app.base, path, condition));
    const shared = answers.map(({ status, body, headers: all }) => [status, body, all.etag, Object.keys(all).sort()]);
    expect(shared[0]).toEqual([304, '', first.headers.etag, expect.any(Array)]);
    for (const each of shared) expect(each).toEqual(shared[0]);
    const image = anImage({ references: [`shop/etag-${name}:1`], platforms: [aPlatform(`etag ${name}`)] });
    await app.store.ingestImages(app.project, aSource(), [image]);
    const changed = await times(3, () => ask(app.base, path, condition));
    expect(changed.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(changed[2]!.headers.etag).not.toBe(first.headers.etag);
  });

  test('other methods, requests with a body and other headers go to the dialect', async () => {
    const [path, headers] = lists['glance']!;
    await times(3, () => ask(app.base, path, headers));
    expect((await ask(app.base, path, headers)).handled).toBe(false);
    expect(await ask(app.base, path, headers, 'HEAD')).toMatchObject({ status: 405, handled: true });
    const withBody = await times(4, () => ask(app.base, path, { ...headers, 'content-length': '2' }, 'GET', '{}'));
    expect(withBody.map((each) => each.handled)).toEqual([true, true, true, true]);
    expect((await ask(app.base, path, { ...headers, accept: 'text/html' })).handled).toBe(true);
    const { 'x-auth-token': _, ...nobody } = headers;
    expect(await ask(app.base, path, nobody)).toMatchObject({ status: 401, handled: true });
  });

  test("a client's own request id stays its own", async () => {
    const [path, headers] = lists['glance']!;
    const answers = await times(3, () => ask(app.base, path, { ...headers, 'x-openstack-request-id': 'mine' }));
    expect(answers.map((each) => each.headers['x-openstack-request-id'])).toEqual(['mine', 'mine', 'mine']);
    expect(answers[2]!.handled).toBe(false);
  });

  test('links name the host that was asked', async () => {
    const [path, headers] = lists['datadog']!;
    for (const host of ['one.test', 'two.test', 'one.test', 'two.test', 'one.test', 'two.test']) {
      const { body } = await ask(app.base, `${path}?page[size]=1`, { ...headers, host });
      expect(JSON.parse(body).links.self).toContain(`http://${host}/`);
    }
  });

  test('a signature is checked each time, and ends', async () => {
    const url = HSS(app.project.id);
    const date = new Date(now() / 1_000).toISOString().replace(/\.\d+|[-:]/g, '');
    const signed = { host: 'stowage.test', region: 'RegionOne', 'x-sdk-date': date };
    const canonical = { method: 'GET', url, headers: signed, body: Buffer.alloc(0) };
    const text = `SDK-HMAC-SHA256\n${date}\n${sha256(canonicalRequest(canonical, 'host;x-sdk-date', false))}`;
    const signature = createHmac('sha256', app.reader.secret).update(text).digest('hex');
    const authorization = `SDK-HMAC-SHA256 Access=${app.reader.id}, SignedHeaders=host;x-sdk-date, Signature=${signature}`;
    const answers = await times(4, () => ask(app.base, url, { ...signed, authorization }));
    expect(answers.map((each) => [each.status, each.handled])).toEqual(Array(4).fill([200, true]));
    app.setNow(now() + 16 * MINUTE);
    const late = await ask(app.base, url, { ...signed, authorization });
    app.setNow(undefined);
    expect(late.status).toBe(401);
  });

  test('a refused credential beside a good one is in the audit log each time', async () => {
    const [path, headers] = lists['datadog']!;
    const token = await app.tokenOf(app.reader);
    const both = { ...headers, 'dd-application-key': 'wrong', authorization: `Bearer ${token}` };
    const answers = await times(4, () => ask(app.base, path, both));
    expect(answers.map((each) => each.status)).toEqual([200, 200, 200, 200]);
    const denied = async () =>
      (await app.store.auditTrail(app.project, { limit: 500 })).filter(
        ({ action, object, detail }) =>
          action === 'request.denied' && object === `GET ${path}` && detail['reason'] === 'wrong secret',
      ).length;
    await expect.poll(denied, { timeout: 10_000 }).toBe(4);
  });

  test('the metrics count every answer', async () => {
    const [path, headers] = lists['qualys']!;
    const counted = async () => {
      const { body } = await ask(app.base, '/metrics', {});
      const of = (pattern: RegExp) => Number(pattern.exec(body)?.[1] ?? 0);
      return [
        of(/^stowage_http_requests_total\{method="GET",route="\/csapi\/v1.3\/images",status="200",.*\} (\d+)$/m),
        of(/^stowage_http_request_seconds_count\{.*route="\/csapi\/v1.3\/images".*\} (\d+)$/m),
      ];
    };
    const before = await counted();
    expect((await times(5, () => ask(app.base, path, headers))).at(-1)!.handled).toBe(false);
    expect(await counted()).toEqual(before.map((each) => each + 5));
  });

  test('over its limit a credential is refused, and let in again in the next window', async () => {
    const limited = await serve(engine, [datadogWith({ requests: 5, windowSeconds: 60 })]);
    const start = 60 * SECOND * Math.ceil(now() / (60 * SECOND));
    limited.setNow(start);
    const { id, secret } = limited.reader;
    const headers = { 'dd-api-key': id, 'dd-application-key': secret };
    const answers = await times(7, () => ask(limited.base, '/api/v2/container_images', headers));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect(answers.map((each) => each.headers['x-ratelimit-remaining'])).toEqual(['4', '3', '2', '1', '0', '0', '0']);
    expect(answers.map((each) => each.handled)).toEqual([true, true, false, false, false, true, true]);
    limited.setNow(start + 60 * SECOND);
    const next = await ask(limited.base, '/api/v2/container_images', headers);
    expect([next.status, next.headers['x-ratelimit-remaining'], next.handled]).toEqual([200, '4', false]);
    await limited.close();
  });

  test('without authentication a foreign host name is refused each time', async () => {
    const anonymous = { credentialId: 'anonymous', project: app.project, role: 'admin', expiresAt: null } as const;
    const open = await buildApp({ store: app.store, key: Buffer.alloc(32), anonymous });
    await open.http.listen({ host: '127.0.0.1', port: 0 });
    const base = `http://127.0.0.1:${(open.http.server.address() as AddressInfo).port}`;
    for (const [host, status] of [
      ['localhost', 200],
      ['evil.test', 403],
      ['localhost', 200],
      ['evil.test', 403],
      ['localhost', 200],
      ['evil.test', 403],
    ] as const) {
      expect([host, (await ask(base, '/v2/images', { host })).status]).toEqual([host, status]);
    }
    await open.close();
  });
});
