import { readFileSync } from 'node:fs';
import type { RequestListener, ServerResponse } from 'node:http';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type TestServer, testServer } from '../../../test/support/registry-server.ts';
import { parseNetworks } from './addresses.ts';
import { type HttpClient, type HttpRequest, httpClient } from './client.ts';
import { DEFAULT_PACE, type Pace } from './pace.ts';
import { trustStore } from './trust-store.ts';

const TESTDATA = join(import.meta.dirname, 'testdata');
const CERTIFICATE = join(TESTDATA, 'loopback-certificate.pem');
const TLS = { key: readFileSync(join(TESTDATA, 'loopback-key.pem'), 'utf8'), cert: readFileSync(CERTIFICATE, 'utf8') };
const SECRET = 'Basic c2VjcmV0OnNlY3JldA==';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function serve(listener: RequestListener, tls?: typeof TLS): Promise<TestServer> {
  const server = await testServer(listener, tls);
  open.push(server);
  return server;
}

interface ClientSettings {
  readonly trusted?: readonly string[];
  readonly allowed?: readonly string[];
  readonly pace?: Partial<Pace>;
  readonly lookup?: LookupFunction;
  readonly plainHttp?: readonly string[];
  readonly ca?: readonly string[];
}

async function client(settings: ClientSettings = {}): Promise<HttpClient> {
  const pace = { ...DEFAULT_PACE, backOff: 1, backOffMax: 5, coolDown: 1, ...settings.pace };
  const made = httpClient({
    guard: {
      trusted: new Set(settings.trusted),
      allowed: parseNetworks(settings.allowed ?? []),
      ...(settings.lookup ? { lookup: settings.lookup } : {}),
    },
    connect: { secureContext: await trustStore(settings.ca ?? []), timeout: 2_000 },
    pace,
    concurrency: 4,
    plainHttp: settings.plainHttp ?? [],
  });
  open.push(made);
  return made;
}

function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url: new URL(url), limit: 1_000, signal: new AbortController().signal, ...more };
}

function redirectTo(location: string): RequestListener {
  return (_, response) => void response.writeHead(302, { location }).end();
}

function hello(response: ServerResponse): void {
  response.end('hello');
}

describe('addresses', () => {
  test('the operator named are not questioned, any other is', async () => {
    const server = await serve((_, response) => hello(response));
    const named = await client({ trusted: [server.host] });
    expect((await named.fetch(get(`http://${server.host}/`))).body.toString()).toBe('hello');
    const unnamed = await client({ trusted: ['127.0.0.1:1'] });
    await expect(unnamed.fetch(get(`http://${server.host}/`))).rejects.toMatchObject({ code: 'net.address-refused' });
    const allowed = await client({ allowed: ['127.0.0.0/8'] });
    expect((await allowed.fetch(get(`http://${server.host}/`))).status).toBe(200);
  });

  test.each(['127.0.0.1', '2130706433', '0x7f.1', '0177.0.0.1', '[::ffff:127.0.0.1]', 'localhost'])(
    'a redirect to %s is refused although the server there would answer',
    async (name) => {
      const inner = await serve((_, response) => hello(response));
      const port = inner.host.split(':')[1];
      const server = await serve(redirectTo(`http://${name}:${port}/inner`));
      const guarded = await client({ trusted: [server.host], plainHttp: ['[::ffff:7f00:1]'] });
      await expect(guarded.fetch(get(`http://${server.host}/`))).rejects.toMatchObject({ code: 'net.address-refused' });
      expect(inner.requests).toEqual([]);
    },
  );

  test.each(['169.254.169.254', '10.0.0.1', '[fd00:ec2::254]', '0xa9fea9fe'])(
    'a redirect to %s is refused',
    async (address) => {
      const server = await serve(redirectTo(`https://${address}/latest/meta-data`));
      const guarded = await client({ trusted: [server.host] });
      await expect(guarded.fetch(get(`http://${server.host}/`))).rejects.toMatchObject({ code: 'net.address-refused' });
    },
  );

  test('behind a name that changes are looked at in every connection', async () => {
    const inner = await serve((_, response) => void response.writeHead(200, { connection: 'close' }).end('inner'));
    const port = inner.host.split(':')[1];
    const answers = ['127.0.0.1', '10.9.9.9', '127.0.0.1'];
    let asked = 0;
    const lookup: LookupFunction = (_, options, callback) => {
      const address = answers[asked] ?? '';
      asked += 1;
      if (options.all) callback(null, [{ address, family: 4 }]);
      else callback(null, address, 4);
    };
    const guarded = await client({ lookup, allowed: ['127.0.0.1'], plainHttp: ['changing.test'] });
    const request = get(`http://changing.test:${port}/`);
    expect((await guarded.fetch(request)).body.toString()).toBe('inner');
    await expect(guarded.fetch(request)).rejects.toMatchObject({ code: 'net.address-refused' });
    expect((await guarded.fetch(request)).body.toString()).toBe('inner');
    expect(asked).toBe(3);
  });

  test('that may not be used are left out of what a name gives', async () => {
    const server = await serve((_, response) => hello(response));
    const port = server.host.split(':')[1];
    const lookup: LookupFunction = (_, options, callback) => {
      const both = [
        { address: '10.9.9.9', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ];
      if (options.all) callback(null, both);
      else callback(null, '10.9.9.9', 4);
    };
    const guarded = await client({ lookup, allowed: ['127.0.0.1'], plainHttp: ['two.test'] });
    expect((await guarded.fetch(get(`http://two.test:${port}/`))).status).toBe(200);
  });
});

describe('redirects', () => {
  test('keep the credential on the same origin and lose it for good on the way to another', async () => {
    const home = await serve((request, response) => {
      if (request.url === '/') response.writeHead(307, { location: '/again' }).end();
      else if (request.url === '/again') response.writeHead(302, { location: `http://${away.host}/` }).end();
      else hello(response);
    });
    const away: TestServer = await serve((_, response) => {
      response.writeHead(302, { location: `http://${home.host}/back` }).end();
    });
    const trusting = await client({ trusted: [home.host, away.host] });
    const answer = await trusting.fetch(get(`http://${home.host}/`, { authorization: SECRET }));
    expect(answer.body.toString()).toBe('hello');
    expect(answer.url.pathname).toBe('/back');
    expect(home.requests.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/', SECRET],
      ['/again', SECRET],
      ['/back', undefined],
    ]);
    expect(away.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('without end are ended', async () => {
    const server = await serve((request, response) => {
      response.writeHead(302, { location: `${request.url}x` }).end();
    });
    const one = await client({ trusted: [server.host] });
    await expect(one.fetch(get(`http://${server.host}/`))).rejects.toMatchObject({ code: 'net.redirect' });
    expect(server.requests).toHaveLength(6);
  });

  test.each(['file:///etc/passwd', 'http://user:password@127.0.0.1/', 'http://['])(
    'to %s are refused',
    async (location) => {
      const server = await serve(redirectTo(location));
      const one = await client({ trusted: [server.host] });
      const failure = one.fetch(get(`http://${server.host}/`));
      await expect(failure).rejects.toMatchObject({ code: 'net.redirect' });
      await expect(failure).rejects.not.toThrow('password@');
    },
  );

  test('of a POST are refused', async () => {
    const server = await serve(redirectTo('/other'));
    const one = await client({ trusted: [server.host] });
    await expect(one.fetch(get(`http://${server.host}/`, { method: 'POST', body: 'a=b' }))).rejects.toMatchObject({
      code: 'net.redirect',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('from https to http are refused, loopback or not', async () => {
    const plain = await serve((_, response) => hello(response));
    const server = await serve(redirectTo(`http://${plain.host}/`), TLS);
    const one = await client({ trusted: [server.host, plain.host], ca: [CERTIFICATE] });
    await expect(one.fetch(get(`https://${server.host}/`))).rejects.toMatchObject({ code: 'net.plain-http' });
    expect(plain.requests).toEqual([]);
  });

  test('to plain http on a host where it is not allowed are refused', async () => {
    const server = await serve(redirectTo('http://registry.test/'));
    const one = await client({ trusted: [server.host] });
    await expect(one.fetch(get(`http://${server.host}/`))).rejects.toMatchObject({ code: 'net.plain-http' });
  });
});

describe('TLS', () => {
  test('a certificate nobody knows is refused, with what to do', async () => {
    const server = await serve((_, response) => hello(response), TLS);
    const one = await client({ trusted: [server.host] });
    const failure = one.fetch(get(`https://${server.host}/`));
    await expect(failure).rejects.toMatchObject({ code: 'net.tls' });
    await expect(failure).rejects.toThrow('--registry-ca');
    expect(server.requests).toEqual([]);
  });

  test('and accepted when its signer is given', async () => {
    const server = await serve((_, response) => hello(response), TLS);
    const one = await client({ trusted: [server.host], ca: [CERTIFICATE] });
    expect((await one.fetch(get(`https://${server.host}/`))).status).toBe(200);
  });

  test('a certificate for another name is refused', async () => {
    const server = await serve((_, response) => hello(response), TLS);
    const port = server.host.split(':')[1];
    const lookup: LookupFunction = (_, options, callback) => {
      if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
      else callback(null, '127.0.0.1', 4);
    };
    const one = await client({ lookup, trusted: [`other.test:${port}`], ca: [CERTIFICATE] });
    await expect(one.fetch(get(`https://other.test:${port}/`))).rejects.toMatchObject({ code: 'net.tls' });
  });

  test.each(['/no/such/file.pem', join(import.meta.dirname, 'client.ts')])(
    '%s is no certificate file',
    async (file) => {
      await expect(trustStore([file])).rejects.toMatchObject({ code: 'settings.registry-ca' });
    },
  );
});

describe('budgets', () => {
  async function failing(listener: RequestListener, pace: Partial<Pace> = {}) {
    const server = await serve(listener);
    const one = await client({ trusted: [server.host], pace: { retries: 1, ...pace } });
    const error = await one.fetch(get(`http://${server.host}/`)).catch((reason: unknown) => reason);
    return { error, tries: server.requests.length };
  }

  test('a body over the limit ends at the limit, announced or not', async () => {
    const announced = await failing((_, response) => void response.end(Buffer.alloc(1_001)));
    expect(announced).toMatchObject({ error: { code: 'limit.bytes' }, tries: 1 });
    const endless = await failing((_, response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(500)), 1);
      response.on('close', () => clearInterval(timer));
    });
    expect(endless).toMatchObject({ error: { code: 'limit.bytes' }, tries: 1 });
  });

  test('a trickle is too slow', async () => {
    const { error, tries } = await failing(
      (_, response) => {
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      },
      { rateWindow: 200, idleTimeout: 5_000 },
    );
    expect(error).toMatchObject({ code: 'net.slow' });
    expect(tries).toBe(2);
  });

  test('silence in the middle of a body, and before the headers', async () => {
    const body = await failing((_, response) => void response.write('x'), { idleTimeout: 50 });
    expect(body).toMatchObject({ error: { code: 'net.timeout' }, tries: 2 });
    const headers = await failing(() => {}, { headerTimeout: 50 });
    expect(headers).toMatchObject({ error: { code: 'net.timeout' }, tries: 2 });
  });

  test('a length that lies: too much announced', async () => {
    const { error, tries } = await failing((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('x');
      setTimeout(() => response.destroy(), 5);
    });
    expect(error).toMatchObject({ code: 'net.connect' });
    expect(tries).toBe(2);
  });

  test('a coding nobody asked for', async () => {
    const { error } = await failing(
      (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    );
    expect(error).toMatchObject({ code: 'net.encoding' });
  });

  test('a slow reader is not the fault of the server', async () => {
    const server = await serve((_, response) => void response.end(Buffer.alloc(300_000)));
    const one = await client({
      trusted: [server.host],
      pace: { idleTimeout: 30, rateWindow: 30, minimumRate: 1_000_000 },
    });
    const { pieces } = await one.stream(get(`http://${server.host}/`, { limit: 1_000_000 }));
    let bytes = 0;
    for await (const piece of pieces) {
      bytes += piece.length;
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(bytes).toBe(300_000);
  });

  test('an abort ends a request at once, waiting or reading', async () => {
    const server = await serve((_, response) => void response.write('x'));
    const one = await client({ trusted: [server.host] });
    const control = new AbortController();
    const reading = one.fetch(get(`http://${server.host}/`, { signal: control.signal }));
    setTimeout(() => control.abort(new Error('enough')), 20);
    await expect(reading).rejects.toThrow('enough');
    await expect(one.fetch(get(`http://${server.host}/`, { signal: control.signal }))).rejects.toThrow('enough');
  });
});

describe('repetition', () => {
  test('ends a passing failure, and only that', async () => {
    let asked = 0;
    const server = await serve((request, response) => {
      asked += 1;
      if (request.url === '/wrong') response.writeHead(404).end();
      else if (asked < 4) response.writeHead(503, { 'retry-after': '35µs' }).end();
      else hello(response);
    });
    const one = await client({ trusted: [server.host] });
    expect((await one.fetch(get(`http://${server.host}/`))).body.toString()).toBe('hello');
    expect(asked).toBe(4);
    expect((await one.fetch(get(`http://${server.host}/wrong`))).status).toBe(404);
    expect(asked).toBe(5);
  });

  test('stops at a host that is down, and goes on when it is back', async () => {
    let isDown = true;
    const server = await serve((_, response) => {
      if (isDown) response.socket?.destroy();
      else hello(response);
    });
    const one = await client({ trusted: [server.host], pace: { retries: 3, breakerAfter: 2, coolDowns: 30 } });
    await expect(one.fetch(get(`http://${server.host}/`))).rejects.toMatchObject({ code: 'net.connect' });
    isDown = false;
    expect((await one.fetch(get(`http://${server.host}/`))).body.toString()).toBe('hello');
    isDown = true;
    const impatient = await client({ trusted: [server.host], pace: { retries: 20, breakerAfter: 2, coolDowns: 2 } });
    server.requests.length = 0;
    await expect(impatient.fetch(get(`http://${server.host}/`))).rejects.toMatchObject({ code: 'net.host-down' });
    await expect(impatient.fetch(get(`http://${server.host}/`))).rejects.toMatchObject({ code: 'net.host-down' });
    expect(server.requests).toHaveLength(4);
  });

  test('a name that does not resolve is not asked for again', async () => {
    let asked = 0;
    const lookup: LookupFunction = (_, __, callback) => {
      asked += 1;
      callback(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), [], 0);
    };
    const one = await client({ lookup });
    await expect(one.fetch(get('https://nowhere.test/'))).rejects.toMatchObject({ code: 'net.name' });
    expect(asked).toBe(1);
  });
});

test('says who it is', async () => {
  const server = await serve((request, response) => void response.end(request.headers['user-agent']));
  const one = await client({ trusted: [server.host] });
  expect((await one.fetch(get(`http://${server.host}/`))).body.toString()).toMatch(/^stowage\/\d+\.\d+\.\d+/);
});
