/** That `transport: 'curl'` is curl over a port, and tells the same as an injection; the cases are beside the dialects. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../support/app.ts';
import { titled, whyNoPeer } from '../support/peers.ts';
import { ENGINES } from '../support/stores.ts';
import { overCurl, type Send } from '../support/transport.ts';

const reason = whyNoPeer(['curl']);

describe.skipIf(reason)(titled('curl', reason), () => {
  let server: Server;
  let send: Send;
  const seen: { request: IncomingMessage; body: string }[] = [];

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      seen.push({ request, body: await text(request) });
      response.writeHead(203, { 'X-Two': 'b: c', 'content-type': 'text/plain' });
      response.write('ä\r\n\r\n');
      response.end('end');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    send = overCurl(addressOf(server));
  });
  afterAll(() => server.close());

  function addressOf(listening: { address(): unknown }): string {
    return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  }

  test('sends path and headers to the letter, and reads status, headers and body', async () => {
    const url = '/a/../%2F//b?q=[1..2]{x}`"\'+%zz;&&';
    const answer = await send({ url, headers: { 'X-One': 'two', empty: '' } });
    const { request } = seen.at(-1)!;
    expect(request).toMatchObject({ url, method: 'GET', headers: { 'x-one': 'two', empty: '' } });
    expect(request.headers['user-agent']).toMatch(/^curl\//);
    expect(answer).toMatchObject({ statusCode: 203, headers: { 'x-two': 'b: c' }, body: 'ä\r\n\r\nend' });
  });

  test('sends a long body whole, over the interim answer it asks for', async () => {
    const payload = 'x'.repeat(3 << 20);
    const answer = await send({ method: 'POST', url: '/', headers: { 'content-type': 'text/plain' }, payload });
    expect(answer.statusCode).toBe(203);
    expect(seen.at(-1)!.request.headers['expect']).toBe('100-continue');
    expect(seen.at(-1)!.body).toBe(payload);
  });

  test('an answer that is cut, or none, is an error', async () => {
    const broken = createTcp((socket) => socket.resume().end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'));
    await new Promise<void>((done) => broken.listen(0, '127.0.0.1', done));
    const address = addressOf(broken);
    await expect(overCurl(address)({ url: '/' })).rejects.toThrow(/^curl: .*transfer closed/);
    await new Promise((done) => broken.close(done));
    await expect(overCurl(address)({ url: '/' })).rejects.toThrow(/^curl: .*connect/i);
  });

  test('tells the same as an injection', async () => {
    const engine = ENGINES[0];
    const apps = [await testApp({ engine }), await testApp({ engine, transport: 'curl' })];
    const told = await Promise.all(apps.map(({ send: ask }) => ask({ url: '/v1/images?query=%zz' })));
    const [injected, asked] = told.map(({ statusCode, body, headers }) => ({
      statusCode,
      body,
      type: headers['content-type'],
    }));
    expect(asked).toEqual(injected);
    expect(asked?.statusCode).toBe(400);
    await Promise.all(apps.map((app) => app.close()));
  });
});
