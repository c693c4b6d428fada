import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { askHelper } from './credential-helper.ts';
import { findCredential } from './credentials.ts';
import { hostOfKey, readDockerConfig } from './docker-config.ts';

let folder = '';
const signal = new AbortController().signal;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-credentials-'));
  await helper('good', 'read server; echo "{\\"Username\\":\\"u-$server\\",\\"Secret\\":\\"s\\"}"');
  await helper('token', 'echo \'{"Username":"<token>","Secret":"identity"}\'');
  await helper('empty', 'echo "credentials not found in native keychain"; exit 1');
  await helper('broken', 'echo "the secret is hunter2"; exit 3');
  await helper('garbled', 'echo "no json"');
  await helper('slow', 'exec sleep 30');
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function helper(name: string, script: string): Promise<void> {
  const path = join(folder, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

async function config(json: unknown): Promise<string> {
  const path = join(folder, `config-${Math.random()}.json`);
  await writeFile(path, typeof json === 'string' ? json : JSON.stringify(json));
  return path;
}

async function find(host: string, json: unknown, own = {}) {
  return await findCredential(host, { registryCredentials: own, dockerConfig: await config(json) }, signal);
}

function auth(text: string): { auth: string } {
  return { auth: Buffer.from(text).toString('base64') };
}

describe('a credential', () => {
  test.each([
    ['r.example', { 'r.example': auth('u:p') }],
    ['r.example', { 'https://r.example/v2/': auth('u:p') }],
    ['R.example:443', { 'r.example': auth('u:p') }],
    ['localhost:5000', { 'http://localhost:5000': auth('u:p') }],
    ['docker.io', { 'https://index.docker.io/v1/': auth('u:p') }],
    ['registry-1.docker.io', { 'docker.io': auth('u:p') }],
    ['r.example', { 'r.example': { username: 'u', password: 'p' } }],
  ])('of %s is found', async (host, auths) => {
    expect(await find(host, { auths })).toEqual({
      credential: { kind: 'basic', username: 'u', password: 'p' },
      notes: [],
    });
  });

  test.each([
    ['r.example:5000', { 'r.example': auth('u:p') }],
    ['r.example', { 'r.example:5000': auth('u:p') }],
    ['example', { 'r.example': auth('u:p') }],
    ['r.example.evil', { 'r.example': auth('u:p') }],
    ['r.example', { 'r.example/team': auth('u:p') }],
    ['r.example', { 'r.example': auth('no colon') }],
    ['r.example', { 'r.example': auth(':p') }],
    ['r.example', { 'r.example': 7, '': null }],
    ['__proto__', {}],
  ])('of another host is none of %s', async (host, auths) => {
    expect((await find(host, { auths })).credential).toBeNull();
  });

  test("of Stowage's own settings goes first", async () => {
    const own = { 'index.docker.io': { username: 'own', password: 'p' } };
    const { credential } = await find('docker.io', { auths: { 'docker.io': auth('u:p') } }, own);
    expect(credential).toMatchObject({ username: 'own' });
  });

  test('with colons in the password is whole', async () => {
    const { credential } = await find('r.example', { auths: { 'r.example': auth('u:p:q:') } });
    expect(credential).toEqual({ kind: 'basic', username: 'u', password: 'p:q:' });
  });

  test('may be an identity token', async () => {
    const auths = { 'r.example': { ...auth('u:p'), identitytoken: 'identity' } };
    expect((await find('r.example', { auths })).credential).toEqual({ kind: 'identity-token', token: 'identity' });
  });

  test('comes from the helper of its host, else from the store', async () => {
    const json = { credHelpers: { 'r.example': 'good' }, credsStore: 'token', auths: { 'a.example': auth('u:p') } };
    expect((await find('r.example', json)).credential).toMatchObject({ username: 'u-r.example' });
    expect((await find('a.example', json)).credential).toMatchObject({ username: 'u' });
    expect((await find('other.example', json)).credential).toEqual({ kind: 'identity-token', token: 'identity' });
    expect((await find('docker.io', { credsStore: 'good' })).credential).toMatchObject({
      username: 'u-https://index.docker.io/v1/',
    });
  });

  test.each([
    ['empty', []],
    ['broken', ['docker-credential-broken ended with status 3']],
    ['garbled', ['docker-credential-garbled gave no credential in JSON']],
    ['missing', ['docker-credential-missing cannot be started (ENOENT)']],
    ['../evil', ['credential helper name "../evil" is not usable']],
  ])('of helper %s is none, with the reason but without secrets', async (name, notes) => {
    expect(await find('r.example', { credsStore: name })).toEqual({ credential: null, notes });
  });
});

test('a helper that does not answer is ended', async () => {
  await expect(askHelper('slow', 'r.example', { timeout: 50, signal })).rejects.toThrow('no answer within');
});

test.each(['no json', '[]', 'null'])('a config file of %j is an error that names it', async (text) => {
  const path = await config(text);
  await expect(readDockerConfig(path)).rejects.toThrow(path);
});

test('a config file that the operator named must be there', async () => {
  await expect(readDockerConfig(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'settings.docker-config' });
});

test('the default one need not', async () => {
  vi.stubEnv('DOCKER_CONFIG', join(folder, 'nowhere'));
  expect(await readDockerConfig(null)).toMatchObject({ store: null });
  vi.stubEnv('DOCKER_CONFIG', undefined);
});

test('keys with a path are bound to it', () => {
  expect(hostOfKey('https://r.example/v1/')).toBe('r.example');
  expect(hostOfKey('r.example/team/app')).toBeUndefined();
});
