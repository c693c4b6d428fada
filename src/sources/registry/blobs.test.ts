import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryContext } from '../../../test/support/collect-context.ts';
import { sendJson, sha256, type TestServer, testServer } from '../../../test/support/registry-server.ts';
import { readWhole } from '../net/body.ts';
import { DEFAULT_PACE } from '../net/pace.ts';
import { streamBlob } from './blobs.ts';
import { connectRegistry, type RegistryClient } from './client.ts';

const BLOB = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251));
const PACE = { ...DEFAULT_PACE, backOff: 1, backOffMax: 2, retries: 3, breakerAfter: 100 };

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** Reads the blob from a registry that answers blob requests like this. */
async function read(listener: RequestListener, digest = sha256(BLOB), size = BLOB.length) {
  const server: TestServer = await testServer((request, response) => {
    if (request.url === '/v2/') sendJson(response, 200, {});
    else listener(request, response);
  });
  open.push(server);
  const { settings, signal } = memoryContext();
  const client: RegistryClient = await connectRegistry({ registry: server.host, settings, signal, pace: PACE });
  open.push(client);
  server.requests.length = 0;
  const content = readWhole(streamBlob(client, { repository: 'app', digest, size }, PACE, signal));
  return { content, requests: server.requests };
}

/** Sends part of the blob and breaks off. */
function breakOff(response: Parameters<RequestListener>[1], from: number, to: number): void {
  response.write(BLOB.subarray(from, to), () => response.destroy());
}

describe('a blob', () => {
  test('comes whole', async () => {
    const { content, requests } = await read((_, response) => void response.end(BLOB));
    expect(await content).toEqual(BLOB);
    expect(requests).toHaveLength(1);
  });

  test('is taken up where it broke off', async () => {
    const asked: (string | undefined)[] = [];
    const { content } = await read((request, response) => {
      asked.push(request.headers.range);
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? 'bytes=0-')?.[1]);
      const headers = { 'content-length': BLOB.length - from, 'content-range': `bytes ${from}-/${BLOB.length}` };
      response.writeHead(from === 0 ? 200 : 206, headers);
      if (asked.length < 4) breakOff(response, from, from + 50_000);
      else response.end(BLOB.subarray(from));
    });
    expect(await content).toEqual(BLOB);
    expect(asked[0]).toBeUndefined();
    expect(asked.slice(1).every((range) => range?.startsWith('bytes='))).toBe(true);
  });

  test('is read past what is there when the registry does not know Range', async () => {
    let asked = 0;
    const { content } = await read((_, response) => {
      asked += 1;
      response.writeHead(200, { 'content-length': BLOB.length });
      if (asked < 3) breakOff(response, 0, 70_000 * asked);
      else response.end(BLOB);
    });
    expect(await content).toEqual(BLOB);
    expect(asked).toBe(3);
  });

  test('that breaks off again and again is given up', async () => {
    const { content, requests } = await read((_, response) => {
      response.writeHead(200, { 'content-length': BLOB.length });
      response.flushHeaders();
      setTimeout(() => response.destroy(), 2);
    });
    await expect(content).rejects.toMatchObject({ code: 'net.connect', kind: 'unavailable' });
    expect(requests).toHaveLength(4);
  });

  test.each([
    ['other content', Buffer.alloc(BLOB.length), 'digest.mismatch'],
    ['too little', BLOB.subarray(1), 'size.mismatch'],
    ['too much', Buffer.concat([BLOB, BLOB]), 'size.mismatch'],
  ])('with %s is refused', async (_, bytes, code) => {
    const { content, requests } = await read((_, response) => void response.end(bytes));
    await expect(content).rejects.toMatchObject({ code });
    expect(requests).toHaveLength(1);
  });

  test('whose resumed part is another one is refused', async () => {
    const { content } = await read((request, response) => {
      response.writeHead(request.headers.range ? 206 : 200, {
        'content-length': BLOB.length,
        'content-range': `bytes 0-/${BLOB.length}`,
      });
      if (request.headers.range) response.end(BLOB);
      else breakOff(response, 0, 70_000);
    });
    await expect(content).rejects.toMatchObject({ code: 'registry.protocol' });
  });

  test('whose content changes between two parts is refused', async () => {
    let asked = 0;
    const { content } = await read((_, response) => {
      asked += 1;
      response.writeHead(200, { 'content-length': BLOB.length });
      if (asked === 1) breakOff(response, 0, 70_000);
      else response.end(Buffer.alloc(BLOB.length));
    });
    await expect(content).rejects.toMatchObject({ code: 'digest.mismatch' });
  });

  test.each([
    [404, 'blob.missing'],
    [403, 'registry.denied'],
    [416, 'registry.protocol'],
  ])('answered with %i', async (status, code) => {
    const { content } = await read((_, response) => sendJson(response, status, {}));
    await expect(content).rejects.toMatchObject({ code });
  });

  test('of sha512 is checked as such', async () => {
    const digest = `sha512:${createHash('sha512').update(BLOB).digest('hex')}`;
    const { content } = await read((_, response) => void response.end(BLOB), digest);
    expect(await content).toEqual(BLOB);
  });
});
