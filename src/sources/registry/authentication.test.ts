import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryContext } from '../../../test/support/collect-context.ts';
import {
  addImage,
  addTag,
  registryContent,
  sendJson,
  serveRegistry,
  type TestServer,
  testServer,
} from '../../../test/support/registry-server.ts';
import type { SourceSettings } from '../source.ts';
import { collectRegistry } from './collect.ts';
import { parseRegistryUri } from './uri.ts';

const USER = { username: 'ada', password: 'p:a%ss "wörd"' };
const BASIC = `Basic ${Buffer.from(`${USER.username}:${USER.password}`).toString('base64')}`;

const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(listener: RequestListener): Promise<TestServer> {
  const server = await testServer(listener);
  servers.push(server);
  return server;
}

function content() {
  const shop = registryContent();
  for (const name of ['one', 'two']) addTag(shop, name, 'latest', addImage(shop, name));
  return shop;
}

/** A token server: says who it gave tokens to, and gives them out by number. */
interface TokenServer {
  readonly listener: RequestListener;
  readonly asked: {
    readonly method: string;
    readonly scopes: readonly string[];
    readonly authorization: string | undefined;
    readonly body: string;
  }[];
  /** Whether a request carries a token for this scope. */
  accepts(request: IncomingMessage, scope: string): boolean;
  expireAll(): void;
}

function tokenServer(answer: (value: string) => object = (token) => ({ token, expires_in: 300 })): TokenServer {
  const asked: TokenServer['asked'] = [];
  const given = new Map<string, readonly string[]>();
  return {
    asked,
    listener(request, response) {
      let body = '';
      request.on('data', (text) => {
        body += text;
      });
      request.on('end', () => {
        const url = new URL(request.url ?? '', 'http://tokens');
        const scopes = url.searchParams
          .getAll('scope')
          .concat(new URLSearchParams(body).get('scope')?.split(' ') ?? []);
        asked.push({ method: request.method ?? '', scopes, authorization: request.headers.authorization, body });
        const token = `token-${asked.length}`;
        given.set(`Bearer ${token}`, scopes);
        sendJson(response, 200, answer(token));
      });
    },
    accepts: (request, scope) => given.get(request.headers.authorization ?? '')?.includes(scope) ?? false,
    expireAll: () => given.clear(),
  };
}

/** The scope a request needs. */
function scopeOf(path: string): string | null {
  if (path.startsWith('/v2/_catalog')) return 'registry:catalog:*';
  const repository = /^\/v2\/(.+)\/(?:tags|manifests|blobs)\//.exec(path)?.[1];
  return repository === undefined ? null : `repository:${repository}:pull`;
}

/** A registry that wants bearer tokens of a token server under the given realm. */
function bearerRegistry(tokens: TokenServer, realm: (host: string) => string): Promise<TestServer> {
  const shop = content();
  return start((request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/token')) return tokens.listener(request, response);
    const scope = scopeOf(path);
    if (scope !== null && tokens.accepts(request, scope)) return void serveRegistry(shop, request, response);
    const more = scope === null ? '' : `,scope="${scope}"`;
    const challenge = `Bearer realm="${realm(request.headers.host ?? '')}",service="a, registry"${more}`;
    sendJson(response, 401, { errors: [{ code: 'UNAUTHORIZED' }] }, { 'www-authenticate': challenge });
  });
}

async function collect(host: string, settings: Partial<SourceSettings>, path = '') {
  const context = memoryContext(settings);
  const pace = { backOff: 1, backOffMax: 5, retries: 1 };
  await collectRegistry(parseRegistryUri(`registry://${host}${path}`).target, context, { pace });
  return context;
}

describe('basic authentication', () => {
  async function basicRegistry() {
    const shop = content();
    return await start((request, response) => {
      if (request.headers.authorization === BASIC) return void serveRegistry(shop, request, response);
      sendJson(response, 401, {}, { 'www-authenticate': 'Basic realm="the, registry"' });
    });
  }

  test('is used when asked for', async () => {
    const server = await basicRegistry();
    const context = await collect(server.host, { registryCredentials: { [server.host]: USER } });
    expect(context.names().size).toBe(2);
    expect(context.problems).toEqual([]);
  });

  test.each([
    ['no credential', {}, 'wants a user and password'],
    ['one for another port', { '127.0.0.1:1': USER }, 'wants a user and password'],
    ['a wrong one', { HOST: { ...USER, password: 'hunter2' } }, 'does not accept'],
  ])('with %s ends with what to do and without the secret', async (_, credentials, message) => {
    const server = await basicRegistry();
    const own = Object.entries(credentials).map(([host, user]) => [host.replace('HOST', server.host), user]);
    const failure = collect(server.host, { registryCredentials: Object.fromEntries(own) }, '/one');
    await expect(failure).rejects.toMatchObject({ code: 'registry.denied' });
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow('hunter2');
  });
});

describe('bearer authentication', () => {
  test('asks for one token per repository, with the credential, at the registry itself', async () => {
    const tokens = tokenServer();
    const server = await bearerRegistry(tokens, (host) => `http://${host}/token?keep=1`);
    const context = await collect(server.host, { registryCredentials: { [server.host]: USER } });
    expect(context.problems).toEqual([]);
    expect(context.names().size).toBe(2);
    expect(tokens.asked.map(({ scopes }) => scopes.join(' ')).sort()).toEqual([
      'registry:catalog:*',
      'repository:one:pull',
      'repository:two:pull',
    ]);
    expect(tokens.asked.every(({ authorization }) => authorization === BASIC)).toBe(true);
    expect(
      server.requests.every(({ path, authorization }) => path.startsWith('/token') || authorization !== BASIC),
    ).toBe(true);
  });

  test('takes access_token as well, and works without a credential', async () => {
    const tokens = tokenServer((token) => ({ access_token: token }));
    const server = await bearerRegistry(tokens, (host) => `http://${host}/token`);
    const context = await collect(server.host, {}, '/one');
    expect(context.names().size).toBe(1);
    expect(tokens.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('fetches a token again when it ended before its time', async () => {
    const tokens = tokenServer();
    const shop = content();
    for (let tag = 0; tag < 5; tag += 1) addTag(shop, 'one', `v${tag}`, addImage(shop, `v${tag}`));
    let served = 0;
    const server = await start((request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/token')) return tokens.listener(request, response);
      served += 1;
      if (served === 6) tokens.expireAll();
      const scope = scopeOf(path);
      if (scope !== null && tokens.accepts(request, scope)) return void serveRegistry(shop, request, response);
      sendJson(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` });
    });
    const context = await collect(server.host, { concurrency: 1 }, '/one');
    expect(context.problems).toEqual([]);
    expect(context.names().size).toBe(6);
    expect(tokens.asked).toHaveLength(2);
  });

  test('asks for what the registry wants beyond that, but never for the right to write', async () => {
    const tokens = tokenServer();
    const shop = content();
    const server = await start((request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/token')) return tokens.listener(request, response);
      if (tokens.accepts(request, 'repository:one:metadata_read')) return void serveRegistry(shop, request, response);
      const scope = 'repository:one:metadata_read,push,delete repository:one:push';
      const challenge = `Bearer realm="http://${request.headers.host}/token",scope="${scope}"`;
      sendJson(response, 401, {}, { 'www-authenticate': challenge });
    });
    const context = await collect(server.host, {}, '/one');
    expect(context.names().size).toBe(1);
    expect(tokens.asked.at(-1)?.scopes).toEqual(['repository:one:pull', 'repository:one:metadata_read']);
  });

  test('a registry that is never content is not followed for ever', async () => {
    const tokens = tokenServer();
    let asked = 0;
    const server = await start((request, response) => {
      if (request.url?.startsWith('/token')) return tokens.listener(request, response);
      asked += 1;
      const challenge = `Bearer realm="http://${request.headers.host}/token",scope="repository:x${asked}:pull"`;
      sendJson(response, 401, {}, { 'www-authenticate': challenge });
    });
    await expect(collect(server.host, {}, '/one')).rejects.toMatchObject({ code: 'registry.denied' });
    expect(asked).toBeLessThan(10);
  });

  test('an identity token is exchanged by POST and sent nowhere else', async () => {
    const tokens = tokenServer((token) => ({ access_token: token, expires_in: 60 }));
    const server = await bearerRegistry(tokens, (host) => `http://${host}/token`);
    const folder = await mkdtemp(join(tmpdir(), 'stowage-docker-'));
    const dockerConfig = join(folder, 'config.json');
    await writeFile(dockerConfig, JSON.stringify({ auths: { [server.host]: { identitytoken: 'identity' } } }));
    const context = await collect(server.host, { dockerConfig }, '/one');
    await rm(folder, { recursive: true });
    expect(context.names().size).toBe(1);
    expect(tokens.asked).toHaveLength(1);
    expect(tokens.asked[0]).toMatchObject({ method: 'POST', authorization: undefined });
    expect(Object.fromEntries(new URLSearchParams(tokens.asked[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'identity',
      client_id: 'stowage',
      service: 'a, registry',
      scope: 'repository:one:pull',
    });
    expect(server.requests.some(({ path, authorization }) => `${path}${authorization}`.includes('identity'))).toBe(
      false,
    );
  });
});

describe('a token server on another host', () => {
  test('is not connected to when its address is not public', async () => {
    const tokens = tokenServer();
    const elsewhere = await start(tokens.listener);
    const server = await bearerRegistry(tokens, () => `http://${elsewhere.host}/token`);
    const failure = collect(server.host, { registryCredentials: { [server.host]: USER } }, '/one');
    await expect(failure).rejects.toMatchObject({ code: 'net.address-refused' });
    expect(elsewhere.requests).toEqual([]);
  });

  test('is asked without the credential, even where its address is allowed', async () => {
    const tokens = tokenServer();
    const elsewhere = await start(tokens.listener);
    const server = await bearerRegistry(tokens, () => `http://${elsewhere.host}/token`);
    const settings = { registryCredentials: { [server.host]: USER }, allowNetworks: ['127.0.0.0/8'] };
    const context = await collect(server.host, settings, '/one');
    expect(context.names().size).toBe(1);
    expect(tokens.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('that wants a credential is named, with what would allow it', async () => {
    const elsewhere = await start((_, response) => sendJson(response, 401, {}));
    const server = await bearerRegistry(tokenServer(), () => `http://${elsewhere.host}/token`);
    const settings = { registryCredentials: { [server.host]: USER }, allowNetworks: ['127.0.0.0/8'] };
    const failure = collect(server.host, settings, '/one');
    await expect(failure).rejects.toMatchObject({ code: 'registry.denied' });
    await expect(failure).rejects.toThrow(`trustedRealms of ${server.host}`);
  });

  test('gets the credential when the operator listed the pair', async () => {
    const tokens = tokenServer();
    const elsewhere = await start(tokens.listener);
    const server = await bearerRegistry(tokens, () => `http://${elsewhere.host}/token`);
    const context = await collect(
      server.host,
      { registryCredentials: { [server.host]: USER }, trustedRealms: { [server.host]: [elsewhere.host] } },
      '/one',
    );
    expect(context.names().size).toBe(1);
    expect(tokens.asked.map(({ authorization }) => authorization)).toEqual([BASIC]);
  });

  test.each(['ftp://127.0.0.1/', '/token', 'http://user:pass@127.0.0.1/', 'http://token.test/'])(
    '%s is refused',
    async (realm) => {
      const server = await bearerRegistry(tokenServer(), () => realm);
      await expect(collect(server.host, {}, '/one')).rejects.toMatchObject({
        code: expect.stringMatching(/^registry\.realm$|^net\.plain-http$/),
      });
    },
  );
});

test('a redirect of a blob to another host carries no authorization', async () => {
  const shop = content();
  const storage = await start((request, response) => {
    serveRegistry(shop, Object.assign(request, { url: request.url?.replace('/storage', '') }), response);
  });
  const server = await start((request, response) => {
    if (request.headers.authorization !== BASIC) {
      return void sendJson(response, 401, {}, { 'www-authenticate': 'Basic realm="r"' });
    }
    if (!request.url?.includes('/blobs/')) return void serveRegistry(shop, request, response);
    response.writeHead(307, { location: `http://${storage.host}/storage${request.url}` }).end();
  });
  const settings = { registryCredentials: { [server.host]: USER }, allowNetworks: ['127.0.0.1'] };
  const context = await collect(server.host, settings);
  expect(context.problems).toEqual([]);
  expect(storage.requests).toHaveLength(2);
  expect(storage.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
});

test('an address from an API call is checked like any other', async () => {
  const server = await start((request, response) => void serveRegistry(content(), request, response));
  await expect(collect(server.host, { untrustedAddress: true })).rejects.toMatchObject({ code: 'net.address-refused' });
  const context = await collect(server.host, { untrustedAddress: true, allowNetworks: ['127.0.0.0/8'] });
  expect(context.names().size).toBe(2);
});
