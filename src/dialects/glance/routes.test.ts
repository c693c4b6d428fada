import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from '../../../test/support/stores.ts';
import { glanceApp, numbered } from './testdata/harness.ts';

type Method = 'GET' | 'PUT' | 'DELETE' | 'PATCH' | 'POST' | 'HEAD' | 'OPTIONS';

describe.each(ENGINES)('the image API around its lists, on %s', (engine) => {
  let app: Awaited<ReturnType<typeof glanceApp>>;
  let token: string;

  beforeAll(async () => {
    app = await glanceApp(engine);
    await app.fill([{ id: numbered(1), name: 'one', visibility: 'public' }]);
    token = `${app.reader.id}:${app.reader.secret}`;
  });
  afterAll(() => app?.close());

  function send(method: Method, url: string, headers: Record<string, string> = {}, payload?: string) {
    return app.app.inject({
      method,
      url,
      headers: { 'x-auth-token': token, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
  }

  test('contract 1.7: one error in its three forms', async () => {
    const plain = await send('GET', '/v2/images?limit=abc');
    expect(plain.headers['content-type']).toBe('text/plain; charset=UTF-8');
    expect(plain.body).toBe('400 Bad Request\n\nlimit param must be an integer\n\n   ');
    const json = await send('GET', '/v2/images?limit=abc', { accept: 'application/json' });
    expect(json.headers['content-type']).toBe('application/json');
    expect(json.body).toBe(
      '{"message": "limit param must be an integer<br /><br />\\n\\n\\n", "code": "400 Bad Request", "title": "Bad Request"}',
    );
    const html = await send('GET', '/v2/images?limit=abc', { accept: '*/*' });
    expect(html.headers['content-type']).toBe('text/html; charset=UTF-8');
    expect(html.body).toBe(
      '<html>\n <head>\n  <title>400 Bad Request</title>\n </head>\n <body>\n  <h1>400 Bad Request</h1>\n  limit param must be an integer<br /><br />\n\n\n\n </body>\n</html>',
    );
  });

  test('contract 1.1: the success is JSON whatever is accepted', async () => {
    for (const accept of ['text/html', 'text/plain', 'application/xml']) {
      const answer = await send('GET', '/v2/images', { accept });
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json']);
    }
  });

  test('contract 1.1: a request id is given back, a monstrous one is not', async () => {
    const id = async (given: string) =>
      (await send('GET', '/v2/images', { 'x-openstack-request-id': given })).headers['x-openstack-request-id'];
    expect(await id('req-mine')).toBe('req-mine');
    expect(await id('x'.repeat(65))).toMatch(/^req-[0-9a-f-]{36}$/);
  });

  test('contract 1.1: a body is ignored on the list, refused on one image and on schemas', async () => {
    const body = (url: string) => send('GET', url, { 'content-type': 'application/json' }, '{}');
    expect((await body('/v2/images')).statusCode).toBe(200);
    for (const url of [`/v2/images/${numbered(1)}`, '/v2/schemas/image']) {
      const answer = await body(url);
      expect(answer.statusCode).toBe(400);
      expect(answer.body).toBe('400 Bad Request\n\nA body is not expected with this request.\n\n   ');
    }
  });

  test('contract 1.1: every minor version that is spoken', async () => {
    for (const version of ['v2.0', 'v2.5', 'v2.15']) {
      const answer = await send('GET', `/${version}/images?limit=1`);
      expect(answer.statusCode).toBe(200);
      expect(answer.json().first).toBe('/v2/images?limit=1');
    }
  });

  test('case 35: versions', async () => {
    const root = await send('GET', '/', { accept: 'application/json' });
    expect([root.statusCode, root.headers['content-type']]).toEqual([300, 'application/json']);
    const { versions } = root.json();
    expect(versions[0]).toEqual({
      id: 'v2.15',
      status: 'CURRENT',
      links: [{ rel: 'self', href: 'http://localhost:80/v2/' }],
    });
    expect(versions.map(({ id }: { id: string }) => id).join(' ')).toBe(
      'v2.15 v2.9 v2.7 v2.6 v2.5 v2.4 v2.3 v2.2 v2.1 v2.0',
    );
    for (const [url, status] of [
      ['/versions', 200],
      ['/versions/', 200],
      ['/v2', 200],
      ['/v2/', 200],
      ['/v2.99/images', 300],
      ['/va.1/images', 300],
    ] as const) {
      const answer = await app.app.inject({ url });
      expect([url, answer.statusCode, answer.json().versions.length]).toEqual([url, status, 10]);
    }
  });

  test.each([
    ['PUT', '/v2/images'],
    ['DELETE', '/v2/images'],
    ['PATCH', '/v2/images'],
    ['POST', '/v2/images'],
    ['PUT', `/v2/images/${numbered(1)}`],
    ['DELETE', `/v2/images/${numbered(1)}`],
    ['PUT', '/v2/schemas/image'],
    ['POST', '/v2/info/import'],
  ] as const)('contract 1.7: %s %s is not allowed', async (method, url) => {
    const answer = await send(method, url);
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe('GET');
    expect(answer.body).toBe(`405 Method Not Allowed\n\nThe method ${method} is not allowed for this resource. \n\n `);
  });

  test('contract 1.7: HEAD and OPTIONS have no body', async () => {
    const head = await send('HEAD', '/v2/images', { accept: 'application/json' });
    expect([head.statusCode, head.headers.allow, head.body]).toEqual([405, 'GET', '']);
    const options = await app.app.inject({ method: 'OPTIONS', url: '/v2/images' });
    expect([options.statusCode, options.body]).toEqual([200, '']);
  });

  test('case 36: paths that do not exist', async () => {
    for (const [method, url] of [
      ['GET', '/v2/images/'],
      ['DELETE', '/v2/images/'],
      ['GET', '/v2/images.json'],
      ['GET', '/v2/nope'],
      ['GET', '/v2/schemas/nope'],
      ['PUT', `/v2/images/${numbered(1)}/file`],
    ] as const) {
      const answer = await send(method, url);
      expect([url, answer.statusCode]).toEqual([url, 404]);
      expect(answer.body).toBe('404 Not Found\n\nThe resource could not be found.\n\n   ');
    }
  });

  test('contract 2.2: unknown, damaged and over-long ids alike', async () => {
    for (const id of [numbered(9), 'nope', numbered(1).replaceAll('-', ''), 'x'.repeat(60)]) {
      const answer = await send('GET', `/v2/images/${id}`, { accept: 'application/json' });
      expect(answer.statusCode).toBe(404);
      expect(answer.json().message).toBe(`No image found with ID ${id}<br /><br />\n\n\n`);
    }
  });

  test('contract 2.2: info calls of a single store', async () => {
    for (const url of ['/v2/info/stores', '/v2/info/stores/detail']) {
      const answer = await send('GET', url);
      expect(answer.statusCode).toBe(404);
      expect(answer.body).toBe('404 Not Found\n\nMulti backend is not supported at this site.\n\n   ');
    }
    expect((await send('GET', '/v2/info/import')).body).toBe(
      '{"import-methods": {"description": "Import methods available.", "type": "array", "value": []}}',
    );
    expect((await send('GET', '/v2/info/usage')).body).toBe('{"usage": {}}');
  });

  test('case 40: schemas over the wire', async () => {
    const image = (await send('GET', '/v2/schemas/image')).json();
    const images = (await send('GET', '/v2/schemas/images')).json();
    expect(images.properties.images.items).toEqual(image);
    for (const name of ['member', 'members', 'task', 'tasks']) {
      expect((await send('GET', `/v2/schemas/${name}`)).json().name).toBe(name);
    }
  });

  test('contract 3.1: no, wrong and expired credentials', async () => {
    app.setNow(Date.now() * 1000 - 3_700_000_000);
    const old = await app.token(app.reader, true);
    app.setNow(undefined);
    const wrong: Record<string, string>[] = [
      {},
      { 'x-auth-token': 'nope' },
      { 'x-auth-token': `${app.reader.id}:wrong` },
      { 'x-auth-token': old },
      { authorization: `Basic ${btoa(`${app.reader.id}:wrong`)}` },
      { authorization: 'Basic %%%' },
    ];
    for (const headers of wrong) {
      const answer = await app.app.inject({ url: '/v2/images', headers });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Keystone uri="http://localhost:80"');
      expect(answer.headers['x-openstack-request-id']).toBeUndefined();
      expect(answer.body).toHaveLength(253);
    }
  });

  test('contract 3.3: a credential as HTTP Basic', async () => {
    const authorization = `Basic ${btoa(`${app.reader.id}:${app.reader.secret}`)}`;
    const answer = await app.app.inject({ url: '/v2/images', headers: { authorization } });
    expect(answer.json().images).toHaveLength(1);
  });

  test('contract 2.1: health', async () => {
    const answer = await app.app.inject({ url: '/healthcheck' });
    expect([answer.statusCode, answer.body, answer.headers['content-type']]).toEqual([200, 'OK', 'text/plain']);
  });
});
