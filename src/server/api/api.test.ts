import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../../test/support/app.ts';
import { aContainer, anImage, aPlatform, aSource, aVmImage, T0 } from '../../../test/support/fixtures.ts';
import { ENGINES } from '../../../test/support/stores.ts';
import { DAY } from '../../domain/time.ts';

describe.each(ENGINES)('native API on %s', (engine) => {
  let t: Awaited<ReturnType<typeof testApp>>;
  const cart = anImage({
    content: 'cart',
    references: ['registry.example.com/shop/cart:2.4', 'registry.example.com/shop/cart:latest'],
    platforms: [aPlatform('cart', { size: 50_000 }), aPlatform('cart arm', { architecture: 'arm64' })],
    givenLabels: [
      ['team', 'payments'],
      ['__proto__', 'plain data'],
    ],
  });

  beforeAll(async () => {
    t = await testApp({ engine, now: T0 });
    await t.store.ingestImages(t.project, aSource('registry'), [
      cart,
      ...Array.from({ length: 24 }, (_, n) =>
        anImage({ references: [`registry.example.com/team/svc:${n}`], labels: { team: n % 2 ? 'search' : 'data' } }),
      ),
      aVmImage('ubuntu'),
    ]);
    await t.store.ingestContainers(t.project, aSource('docker'), [
      aContainer({ image: cart, id: 'c1', name: 'cart-1', hostName: 'web-1' }),
    ]);
  });
  afterAll(() => t.close());

  const basic = (who: { id: string; secret: string }) =>
    `Basic ${Buffer.from(`${who.id}:${who.secret}`).toString('base64')}`;
  async function ask(
    path: string,
    options: {
      method?: 'GET' | 'POST' | 'DELETE';
      payload?: object;
      headers?: Record<string, string>;
      as?: 'admin' | 'reader';
    } = {},
  ) {
    const answer = await t.app.inject({
      method: options.method ?? 'GET',
      url: `/stowage/v1/${path}`,
      headers: { authorization: basic(options.as === 'admin' ? t.credential : t.reader), ...options.headers },
      ...(options.payload ? { payload: options.payload } : {}),
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body === '' ? null : answer.json() };
  }

  test('pages through every image once, newest change first', async () => {
    const seen: string[] = [];
    let after = '';
    for (let pages = 0; pages < 20; pages += 1) {
      const { status, body } = await ask(`images?limit=7${after && `&after=${after}`}`);
      expect(status).toBe(200);
      seen.push(...body.items.map((item: { id: string }) => item.id));
      expect(body.generation).toEqual(expect.any(Number));
      if (body.next === null) break;
      after = body.next;
    }
    expect(seen).toHaveLength(26);
    expect(new Set(seen).size).toBe(26);
  });

  test('a question about months ago moves with the clock, and its pages go on', async () => {
    const url = 'images?limit=20&q=created%3A%3Enow-1M';
    const first = await ask(url);
    expect(first.body.items).toHaveLength(20);
    t.setNow(T0 + DAY);
    const second = await ask(`${url}&after=${first.body.next}`);
    t.setNow(T0 + 100 * 365 * DAY);
    const later = await ask(url);
    t.setNow(T0);
    expect([second.status, second.body.items?.length]).toEqual([200, 6]);
    expect(later.body.items).toEqual([]);
  });

  test('names of members may take a thousand characters', async () => {
    const most = `name,${'x'.repeat(995)}`;
    expect((await ask(`images?limit=1&fields=${most}`)).body.items[0]).toEqual({ name: expect.any(String) });
    expect((await ask(`images?limit=1&fields=${most}x`)).status).toBe(400);
  });

  test('a query of any language, a count of the same', async () => {
    for (const [lang, q] of [
      ['native', 'label.team:payments'],
      ['stackrox', 'Image Label:"team"="payments"'],
      ['datadog', 'team:payments'],
      ['qualys', 'label:(key:`team` and value:`payments`)'],
      ['glance', 'team=payments'],
      ['huawei-hss', 'container_id=c1'],
    ]) {
      const { body } = await ask(`images?lang=${lang}&q=${encodeURIComponent(q!)}`);
      expect([lang, body.items?.map((item: { digest: string }) => item.digest)]).toEqual([lang, [cart.digest]]);
      expect((await ask(`images/count?lang=${lang}&q=${encodeURIComponent(q!)}`)).body).toEqual({
        value: 1,
        relation: 'eq',
      });
    }
  });

  test('sort, fields and groups', async () => {
    const { body } = await ask('images?q=kind:container&sort=-size&fields=name,size&limit=1');
    expect(body.items).toEqual([{ name: 'registry.example.com/shop/cart:2.4', size: 50_000 }]);
    const groups = await ask('images?group=label.team');
    expect(groups.body).toMatchObject({
      groups: 3,
      items: [
        { values: { 'label.team': 'data' }, count: 12 },
        { values: { 'label.team': 'search' }, count: 12 },
        { values: { 'label.team': 'payments' }, count: 1 },
      ],
    });
  });

  test('one image with what hangs below it', async () => {
    const { body } = await ask(`images/${cart.digest}`);
    expect(body).toMatchObject({
      digest: cart.digest,
      verdict: 'not analysed',
      containers: 1,
      running: 1,
      references: [{ tag: '2.4' }, { tag: 'latest' }],
      counts: { platforms: 2 },
    });
    expect(Object.keys(body.labels)).toContain('__proto__');
    expect((await ask(`images/${body.id}`)).body.digest).toBe(cart.digest);
    expect((await ask(`images/${cart.digest}/layers`)).body.items).toHaveLength(2);
    expect((await ask(`images/${cart.digest}/config`)).body.items[1]).toMatchObject({ architecture: 'arm64' });
    expect((await ask(`images/${cart.digest}/references`)).body.items).toHaveLength(2);
    expect((await ask(`images/${cart.digest}/containers`)).body.items).toMatchObject([
      { name: 'cart-1', host: 'web-1' },
    ]);
  });

  test('containers, of the images a query finds', async () => {
    expect((await ask('containers')).body.items).toMatchObject([{ id: 'c1', state: 'running' }]);
    expect((await ask('containers?q=label.team:search')).body.items).toEqual([]);
    expect((await ask('containers?q=label.team:payments&state=running')).body.items).toHaveLength(1);
    expect((await ask('containers/c1')).body.name).toBe('cart-1');
    expect((await ask('containers/c2')).status).toBe(404);
  });

  test('an unchanged list is 304, a changed one is not', async () => {
    const first = await ask('images?q=kind:vm');
    const etag = String(first.headers['etag']);
    expect((await ask('images?q=kind:vm', { headers: { 'if-none-match': etag } })).status).toBe(304);
    await t.store.ingestImages(t.project, aSource('registry'), [aVmImage('debian')]);
    const changed = await ask('images?q=kind:vm', { headers: { 'if-none-match': etag } });
    expect([changed.status, changed.body.items.length]).toEqual([200, 2]);
  });

  test('query check tells where it is wrong; translate says it in all languages', async () => {
    const bad = await ask('query/check', { method: 'POST', payload: { text: 'kind:vm colour:red' } });
    expect(bad.body).toMatchObject({ ok: false, errors: [{ code: 'query.unknown-field', at: 8 }] });
    const good = await ask('query/translate', { method: 'POST', payload: { text: 'label.team:"payments"' } });
    expect(Object.keys(good.body.languages)).toEqual([
      'native',
      'datadog',
      'qualys',
      'huawei-hss',
      'stackrox',
      'glance',
    ]);
    expect(good.body.languages.glance).toEqual({ text: 'team=payments', missing: [] });
    expect(good.body.languages['huawei-hss'].missing.length).toBeGreaterThan(0);
  });

  test.each([
    ['images?q=colour:red', 400, 'query.unknown-field'],
    ['images?q=kind:vm)', 400, 'query.syntax'],
    ['images?sort=colour', 400, 'sort.unknown'],
    ['images?group=size', 400, undefined],
    ['images?limit=0', 400, 'request.invalid'],
    ['images?limit=1000000000', 400, 'request.invalid'],
    ['images?after=forged', 400, 'cursor.invalid'],
    ['images?lang=klingon', 400, 'request.invalid'],
    ['images/sha256:short', 400, 'digest.malformed'],
    [`images/sha256:${'0'.repeat(64)}`, 404, 'image.unknown'],
    ['nothing', 404, 'route.unknown'],
    ['sources/x', 404, 'id.unknown'],
  ])('%s is %i', async (path, status, code) => {
    const answer = await ask(path);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({
      status,
      detail: expect.any(String),
      request_id: expect.any(String),
      ...(code ? { code } : {}),
    });
  });

  test('a cursor of another query is refused', async () => {
    const { body } = await ask('images?limit=1');
    expect((await ask(`images?limit=1&q=kind:vm&after=${body.next}`)).body).toMatchObject({
      status: 400,
      code: 'cursor.invalid',
    });
    expect((await ask(`images?limit=1&sort=name&after=${body.next}`)).body).toMatchObject({
      status: 400,
      code: 'cursor.invalid',
    });
  });

  test('who may do what', async () => {
    for (const headers of [
      { authorization: '' },
      { authorization: 'Bearer nonsense' },
      { authorization: basic({ id: t.reader.id, secret: 'wrong' }) },
    ]) {
      const answer = await t.app.inject({ url: '/stowage/v1/images', headers });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Basic/);
    }
    expect(await ask('sources', { method: 'POST', payload: { uri: 'registry://r.example' } })).toMatchObject({
      status: 403,
      body: { code: 'access.role' },
    });
    expect(
      await ask('sources', { method: 'POST', payload: { uri: 'registry://r.example' }, as: 'admin' }),
    ).toMatchObject({ status: 503, body: { code: 'sources.off' } });
    expect((await ask('me')).body).toMatchObject({ role: 'reader', project: { name: 'default' } });
    const { token } = await t.credentials.issueToken(
      { credentialId: t.reader.id, project: t.project, role: 'reader', expiresAt: null },
      { ttlSeconds: 60 },
    );
    expect((await ask('me', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    t.setNow(T0 + DAY);
    expect((await ask('me', { headers: { authorization: `Bearer ${token}` } })).body).toMatchObject({
      status: 401,
      code: 'token.expired',
    });
    t.setNow(T0);
  });

  test('a revoked credential is refused at once, its tokens too', async () => {
    const gone = await t.makeCredential('reader');
    const { token } = await t.credentials.issueToken(
      { credentialId: gone.id, project: t.project, role: 'reader', expiresAt: null },
      { ttlSeconds: 60 },
    );
    for (const authorization of [basic(gone), `Bearer ${token}`])
      expect((await ask('me', { headers: { authorization } })).status).toBe(200);
    await t.credentials.revoke(gone.id);
    for (const authorization of [basic(gone), `Bearer ${token}`])
      expect((await ask('me', { headers: { authorization } })).status).toBe(401);
  });

  test('another project sees nothing of this one', async () => {
    const other = await t.store.createProject(`other-${engine}`);
    const stranger = await t.makeCredential('admin', other);
    const headers = { authorization: basic(stranger) };
    expect((await ask('images', { headers })).body.items).toEqual([]);
    expect((await ask(`images/${cart.digest}`, { headers })).status).toBe(404);
    expect((await ask('containers/c1', { headers })).status).toBe(404);
    const { body } = await ask('images?limit=1');
    expect((await ask(`images?limit=1&after=${body.next}`, { headers })).body).toMatchObject({
      code: 'cursor.invalid',
    });
  });

  test('refusals are in the audit log', async () => {
    await t.app.inject({
      url: '/stowage/v1/me',
      headers: { authorization: basic({ id: t.reader.id, secret: 'wrong' }) },
    });
    const refused = async () =>
      (await t.store.auditTrail(t.project, { limit: 100 })).filter((entry) => entry.action === 'request.denied');
    await expect.poll(refused).toContainEqual(
      expect.objectContaining({
        actor: t.reader.id,
        outcome: 'denied',
        object: 'GET /stowage/v1/me',
        detail: { reason: 'wrong secret' },
      }),
    );
    expect(t.errors).toEqual([]);
  });

  test('the OpenAPI document names every call', async () => {
    const { paths } = (await t.app.inject({ url: '/stowage/openapi.json' })).json();
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/stowage/v1/images',
        '/stowage/v1/images/{digest}/layers',
        '/stowage/v1/query/translate',
        '/stowage/v1/jobs',
      ]),
    );
    expect(Object.keys(paths).filter((path) => !path.startsWith('/stowage/'))).toEqual([]);
  });

  test('health, metrics, the page for a browser', async () => {
    expect((await t.app.inject('/healthz')).body).toBe('ok\n');
    expect((await t.app.inject('/readyz')).body).toBe('ready\n');
    expect((await t.app.inject('/metrics')).body).toContain('stowage_http_requests_total');
    const page = await t.app.inject({ url: '/', headers: { accept: 'text/html,*/*' } });
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.body).toContain('/csapi/v1.3/images');
    expect((await t.app.inject('/')).statusCode).toBe(300);
    expect((await t.app.inject('/stowage/v1/%FF')).statusCode).toBe(400);
  });
});
