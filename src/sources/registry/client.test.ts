import { readFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
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

const TESTDATA = join(import.meta.dirname, '../net/testdata');
const CERTIFICATE = join(TESTDATA, 'loopback-certificate.pem');
const TLS = { key: readFileSync(join(TESTDATA, 'loopback-key.pem'), 'utf8'), cert: readFileSync(CERTIFICATE, 'utf8') };

const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function registry(tls?: typeof TLS, challenge?: string): Promise<TestServer> {
  const content = registryContent();
  addTag(content, 'app', 'latest', addImage(content, 'app'));
  const server = await testServer((request, response) => {
    if (challenge === undefined || request.url === '/v2/') serveRegistry(content, request, response);
    else sendJson(response, 401, {}, { 'www-authenticate': challenge });
  }, tls);
  servers.push(server);
  return server;
}

/** Every name is this machine. */
const lookup: LookupFunction = (_, options, callback) => {
  if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

async function collect(host: string, settings: Partial<SourceSettings> = {}) {
  const context = memoryContext(settings);
  const pace = { backOff: 1, backOffMax: 2, retries: 1 };
  await collectRegistry(parseRegistryUri(`registry://${host}`).target, context, { pace, lookup });
  return context;
}

describe('a registry with a self-signed certificate', () => {
  test('is collected when the certificate is given', async () => {
    const server = await registry(TLS);
    const context = await collect(server.host, { registryCa: [CERTIFICATE] });
    expect([...context.names().keys()]).toEqual([`${server.host}/app:latest`]);
  });

  test('is refused otherwise, and never asked over plain http instead', async () => {
    const server = await registry(TLS);
    await expect(collect(server.host)).rejects.toMatchObject({ code: 'net.tls' });
    await expect(collect(server.host, { registryHttp: [server.host] })).rejects.toMatchObject({ code: 'net.tls' });
    expect(server.requests).toEqual([]);
  });

  test('may not send its clients to a token server on plain http', async () => {
    const server = await registry(TLS, 'Bearer realm="http://127.0.0.1/token"');
    await expect(collect(server.host, { registryCa: [CERTIFICATE] })).rejects.toThrow('plain http');
  });
});

describe('plain http', () => {
  test('is spoken with loopback and with hosts that are listed, by name or with port', async () => {
    const server = await registry();
    const port = server.host.split(':')[1];
    expect((await collect(server.host)).names().size).toBe(1);
    expect((await collect(`plain.test:${port}`, { registryHttp: ['plain.test'] })).names().size).toBe(1);
    expect((await collect(`plain.test:${port}`, { registryHttp: [`PLAIN.test:${port}`] })).names().size).toBe(1);
  });

  test('is not spoken with others', async () => {
    const server = await registry();
    const port = server.host.split(':')[1];
    await expect(collect(`plain.test:${port}`)).rejects.toMatchObject({ code: 'net.tls-protocol' });
    await expect(collect(`plain.test:${port}`, { registryHttp: ['plain.test:1'] })).rejects.toMatchObject({
      code: 'net.tls-protocol',
    });
    expect(server.requests).toEqual([]);
  });
});

test('settings that are wrong are named', async () => {
  await expect(collect('127.0.0.1:1', { allowNetworks: ['intranet'] })).rejects.toMatchObject({ at: 'allowNetworks' });
  await expect(collect('127.0.0.1:1', { registryCa: ['/none.pem'] })).rejects.toMatchObject({ at: 'registryCa' });
  await expect(collect('127.0.0.1:1', { dockerConfig: '/none.json' })).rejects.toMatchObject({ at: 'dockerConfig' });
});
