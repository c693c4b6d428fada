import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from '../../../../test/support/stores.ts';
import { glanceApp } from '../testdata/harness.ts';

describe.each(ENGINES)('identity calls, contract 3.2, on %s', (engine) => {
  let app: Awaited<ReturnType<typeof glanceApp>>;

  beforeAll(async () => {
    app = await glanceApp(engine);
  });
  afterAll(() => app?.close());

  const signIn = (identity: object, scope?: object | string) =>
    app.app.inject({
      method: 'POST',
      url: '/v3/auth/tokens',
      payload: { auth: { identity, ...(scope === undefined ? {} : { scope }) } },
    });
  const password = (user: object) => ({ methods: ['password'], password: { user } });
  const own = () => ({ name: app.reader.id, domain: { name: 'Default' }, password: app.reader.secret });
  const project = () => ({ project: { name: 'default', domain: { id: 'default' } } });
  const get = (url: string, headers: Record<string, string>, method: 'GET' | 'HEAD' | 'DELETE' = 'GET') =>
    app.app.inject({ method, url, headers });

  test('the version, with and without a slash', async () => {
    for (const url of ['/v3', '/v3/']) {
      const { version } = (await get(url, {})).json();
      expect(version).toMatchObject({
        id: 'v3.14',
        status: 'stable',
        links: [{ rel: 'self', href: 'http://localhost:80/v3/' }],
      });
    }
  });

  test('password with a project: roles and catalogue', async () => {
    const answer = await signIn(password(own()), project());
    expect(answer.statusCode).toBe(201);
    expect(answer.headers.vary).toBe('X-Auth-Token');
    const { token } = answer.json();
    expect(token).toMatchObject({
      methods: ['password'],
      user: { id: app.reader.id, name: app.reader.id, domain: { id: 'default', name: 'Default' } },
      project: { id: app.project.id, name: 'default' },
      is_domain: false,
    });
    expect(token.roles.map(({ name }: { name: string }) => name)).toEqual(['reader']);
    expect(token.expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$/);
    const image = token.catalog.find(({ type }: { type: string }) => type === 'image');
    expect(image).toMatchObject({
      name: 'glance',
      endpoints: [{ interface: 'public', region: 'RegionOne', region_id: 'RegionOne', url: 'http://localhost:80' }],
    });
    const list = await get('/v2/images', { 'x-auth-token': String(answer.headers['x-subject-token']) });
    expect(list.statusCode).toBe(200);
  });

  test('roles of operator and admin', async () => {
    const operator = await app.makeCredential('operator');
    for (const [as, roles] of [
      [operator, 'member reader'],
      [app.credential, 'admin member reader'],
    ] as const) {
      const { token } = (
        await signIn(password({ id: as.id, password: as.secret }), { project: { id: app.project.id } })
      ).json();
      expect(token.roles.map(({ name }: { name: string }) => name).join(' ')).toBe(roles);
    }
  });

  test('without a scope: no project, no roles, no catalogue', async () => {
    const answer = await signIn(password(own()));
    expect(answer.statusCode).toBe(201);
    for (const member of ['project', 'roles', 'catalog']) expect(answer.json().token).not.toHaveProperty(member);
    const token = String(answer.headers['x-subject-token']);
    expect((await get('/v3/auth/catalog', { 'x-auth-token': token })).statusCode).toBe(403);
    const again = await signIn({ methods: ['token'], token: { id: token } }, project());
    expect(again.statusCode).toBe(201);
    expect(again.json().token.methods).toEqual(['token', 'password']);
    expect(again.json().token.expires_at).toBe(answer.json().token.expires_at);
    expect(again.json().token.audit_ids).toHaveLength(2);
    expect(again.json().token.project.id).toBe(app.project.id);
  });

  test('application credential, by id and by name', async () => {
    const { id, secret } = app.reader;
    for (const proof of [
      { id, secret },
      { name: id, secret, user: { name: id, domain: { name: 'Default' } } },
    ]) {
      const answer = await signIn({ methods: ['application_credential'], application_credential: proof });
      expect(answer.statusCode).toBe(201);
      expect(answer.json().token).toMatchObject({
        methods: ['application_credential'],
        project: { id: app.project.id },
        application_credential: { id },
      });
    }
    const scoped = await signIn(
      { methods: ['application_credential'], application_credential: { id, secret } },
      project(),
    );
    expect(scoped.statusCode).toBe(401);
  });

  test('everything that is not right is 401, and says no more', async () => {
    const bad = [
      signIn(password({ ...own(), password: 'wrong' }), project()),
      signIn(password({ ...own(), name: 'nobody' }), project()),
      signIn(password({ ...own(), domain: { name: 'Other' } }), project()),
      signIn(password(own()), { project: { name: 'other', domain: { id: 'default' } } }),
      signIn(password(own()), { project: { name: 'default', domain: { id: 'other' } } }),
      signIn(password(own()), { project: { id: 'f'.repeat(32) } }),
      signIn(password(own()), { domain: { id: 'default' } }),
      signIn(password(own()), { system: { all: true } }),
      signIn({ methods: ['token'], token: { id: 'nope' } }),
      signIn({ methods: ['application_credential'], application_credential: { id: app.reader.id, secret: 'wrong' } }),
      signIn({ methods: ['totp'], totp: {} }),
    ];
    for (const answer of await Promise.all(bad)) {
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Keystone uri="http://localhost:80/v3"');
      expect(answer.body).toBe(
        '{"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}',
      );
    }
  });

  test('bodies that are none are 400 and say what is missing', async () => {
    const post = (payload: string) =>
      app.app.inject({
        method: 'POST',
        url: '/v3/auth/tokens',
        payload,
        headers: { 'content-type': 'application/json' },
      });
    for (const [body, message] of [
      ['', 'Expecting to find auth in request body.'],
      ['{}', 'Expecting to find auth in request body.'],
      ['{"auth": {}}', 'Expecting to find identity in auth.'],
      ['{"auth": {"identity": {}}}', 'Expecting to find methods in identity.'],
      ['{"auth": {"identity": {"methods": ["password"]}}}', 'Expecting to find password in identity.'],
      [
        '{"auth": {"identity": {"methods": ["password"], "password": {"user": {"id": "x"}}}}}',
        'Expecting to find password in user.',
      ],
      [
        '{"auth": {"identity": {"methods": ["password"], "password": {"user": {"password": "x"}}}}}',
        'Expecting to find id or name in user.',
      ],
      ['{', 'The request body is no JSON.'],
    ] as const) {
      const answer = await post(body);
      expect(answer.statusCode).toBe(400);
      expect(answer.json().error.message).toContain(message);
    }
  });

  test('a token is shown to its owner and to admins of its project, and can be taken back', async () => {
    const mine = await app.token(app.reader, true);
    const other = await app.makeCredential('reader');
    const headers = (as: { id: string; secret: string }) => ({
      'x-auth-token': `${as.id}:${as.secret}`,
      'x-subject-token': mine,
    });
    const shown = await get('/v3/auth/tokens', { 'x-auth-token': mine, 'x-subject-token': mine });
    expect(shown.statusCode).toBe(200);
    expect(shown.headers['x-subject-token']).toBe(mine);
    expect(shown.json().token.user.id).toBe(app.reader.id);
    expect((await get('/v3/auth/tokens', headers(app.credential), 'HEAD')).statusCode).toBe(200);
    expect((await get('/v3/auth/tokens', headers(other))).statusCode).toBe(403);
    expect((await get('/v3/auth/tokens', { ...headers(other), 'x-subject-token': 'nope' })).statusCode).toBe(404);
    expect((await get('/v3/auth/tokens', { 'x-subject-token': mine })).statusCode).toBe(401);
    expect((await get('/v3/auth/tokens', headers(app.reader), 'DELETE')).statusCode).toBe(204);
    expect((await get('/v2/images', { 'x-auth-token': mine })).statusCode).toBe(401);
    expect((await get('/v3/auth/tokens', headers(app.reader))).statusCode).toBe(404);
  });

  test('catalogue and project', async () => {
    const token = await app.token(app.reader, true);
    const catalog = (await get('/v3/auth/catalog', { 'x-auth-token': token })).json();
    expect(catalog.catalog.map(({ type }: { type: string }) => type)).toEqual(['image', 'identity']);
    const found = (await get(`/v3/projects/${app.project.id}`, { 'x-auth-token': token })).json();
    expect(found.project).toMatchObject({ id: app.project.id, name: 'default', domain_id: 'default', enabled: true });
    expect((await get('/v3/projects/default', { 'x-auth-token': token })).statusCode).toBe(404);
  });

  test('other paths and methods', async () => {
    expect((await get('/v3/nope', {})).json()).toEqual({
      error: { code: 404, message: 'The resource could not be found.', title: 'Not Found' },
    });
    const put = await app.app.inject({ method: 'PUT', url: '/v3/auth/tokens' });
    expect([put.statusCode, put.headers.allow]).toEqual([405, 'GET, HEAD, POST, DELETE']);
  });
});
