import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { load } from './load.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A server that takes so many milliseconds for an answer; undefined: it gives none. */
async function slow(milliseconds: number | undefined): Promise<string> {
  const server = createServer((_, response) => {
    if (milliseconds !== undefined) setTimeout(() => response.end('{}'), milliseconds);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const SHORT = { paths: ['/{n}'], headers: {}, clients: 2, warmSeconds: 0, seconds: 0.001 };

test('a load goes on beyond its time until there are answers enough', async () => {
  const { answered } = await load({ ...SHORT, url: await slow(10), least: 6 });
  expect(answered).toBeGreaterThanOrEqual(6);
});

test('and hangs up where there are none', async () => {
  const { answered, lasted } = await load({ ...SHORT, url: await slow(undefined), least: 6, mostSeconds: 0.1 });
  expect(answered).toBe(0);
  expect(lasted).toBeGreaterThan(0);
});
