/**
 * A real registry (Debian's docker-registry) with password authentication, filled by skopeo with an image umoci made
 * under 2,000 names.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registrySource } from '../../src/sources/registry/index.ts';
import { memoryContext } from '../support/collect-context.ts';
import { titled, whyNoPeer } from '../support/peers.ts';

const USER = { username: 'stowage', password: 'correct horse' };
/** bcrypt of the password above. */
const HTPASSWD = 'stowage:$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n';
const TAGS = 2_000;
/** Generous: what is measured is printed; the bound only catches a re-collection that fetches everything again. */
const SECONDS = 60;

const reason = whyNoPeer(['docker-registry', 'skopeo', 'umoci']);

describe.skipIf(reason)(titled("Debian's docker-registry with htpasswd", reason), () => {
  let folder = '';
  let host = '';
  let registry: ChildProcess | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stowage-registry-'));
    host = `127.0.0.1:${await freePort()}`;
    registry = await startRegistry(folder, host);
    buildImage(folder);
    for (const [repository, tag] of [
      ['team/app', 'v0'],
      ['team/app', 'latest'],
      ['tools/shell', '1.0'],
    ]) {
      const to = ['--dest-tls-verify=false', '--dest-creds', `${USER.username}:${USER.password}`];
      run('skopeo', [
        'copy',
        '--insecure-policy',
        ...to,
        `oci:${folder}/image:v1`,
        `docker://${host}/${repository}:${tag}`,
      ]);
    }
  }, 120_000);

  afterAll(async () => {
    if (registry?.exitCode === null) {
      const ended = new Promise((resolve) => registry?.once('exit', resolve));
      registry.kill();
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test('is collected whole with the credential of its host, and not without', async () => {
    const context = memoryContext({ registryCredentials: { [host]: USER } });
    await registrySource.collect(`registry://${host}`, context);
    expect(context.problems).toEqual([]);
    expect(context.completed).toBe(true);
    expect([...context.names().keys()].sort()).toEqual([
      `${host}/team/app:latest`,
      `${host}/team/app:v0`,
      `${host}/tools/shell:1.0`,
    ]);
    const [image] = context.observed;
    expect(context.observed.every(({ digest }) => digest === image?.digest)).toBe(true);
    expect(image?.platforms?.[0]).toMatchObject({ os: 'linux', user: '1000', entrypoint: ['/bin/hello'] });
    expect(image?.platforms?.[0]?.labels).toContainEqual(['org.example.team', 'harbour']);
    expect(image?.platforms?.[0]?.layers.filter(({ digest }) => digest !== null)).toHaveLength(2);
    expect(context.totals.blobs).toBe(1);

    await expect(registrySource.collect(`registry://${host}`, memoryContext())).rejects.toThrow('user and password');
  });

  test(`with ${TAGS} tags costs one HEAD per tag the second time, and no blob`, async () => {
    addTags(folder, 'team/app', TAGS);
    const context = memoryContext({ registryCredentials: { [host]: USER } });
    const first = await timed(() => registrySource.collect(`registry://${host}`, context));
    expect(context.problems).toEqual([]);
    expect(context.names().size).toBe(TAGS + 2);
    expect(context.totals).toMatchObject({ found: TAGS + 2, done: TAGS + 2, blobs: 1 });

    context.nextRun();
    const second = await timed(() => registrySource.collect(`registry://${host}`, context));
    expect(context.problems).toEqual([]);
    expect(context.completed).toBe(true);
    expect(context.touched).toHaveLength(TAGS + 2);
    expect(context.observed).toEqual([]);
    expect(context.totals).toMatchObject({ found: TAGS + 2, blobs: 0, bytes: 0 });
    console.log(`${TAGS + 2} tags: first collection ${first.toFixed(2)} s, second ${second.toFixed(2)} s`);
    expect(second).toBeLessThan(SECONDS);
  }, 180_000);
});

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

async function startRegistry(folder: string, host: string): Promise<ChildProcess> {
  writeFileSync(join(folder, 'htpasswd'), HTPASSWD);
  const config = {
    version: 0.1,
    log: { accesslog: { disabled: true }, level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'registry') } },
    http: { addr: host },
    auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
  };
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.status === 401) return child;
    await delay(50);
  }
  child.kill();
  throw new Error('docker-registry did not start');
}

/** An OCI layout with one image of two layers, at `image:v1`. */
function buildImage(folder: string): void {
  const layout = join(folder, 'image');
  mkdirSync(join(folder, 'files'));
  writeFileSync(join(folder, 'files', 'hello'), '#!/bin/sh\necho hello\n');
  run('umoci', ['init', '--layout', layout]);
  run('umoci', ['new', '--image', `${layout}:v1`]);
  for (const target of ['/bin/hello', '/etc/hello']) {
    run('umoci', ['insert', '--rootless', '--image', `${layout}:v1`, join(folder, 'files', 'hello'), target]);
  }
  const config = ['--config.entrypoint', '/bin/hello', '--config.user', '1000'];
  run('umoci', ['config', '--image', `${layout}:v1`, ...config, '--config.label', 'org.example.team=harbour']);
}

/**
 * Names the image `v0` of a repository `v0` to `v<count - 1>`, as the registry itself keeps it on its disk: pushing as
 * many tags would take longer than everything else here.
 */
function addTags(folder: string, repository: string, count: number): void {
  const tags = join(folder, 'registry/docker/registry/v2/repositories', repository, '_manifests/tags');
  const link = readFileSync(join(tags, 'v0/current/link'));
  for (let tag = 1; tag < count; tag += 1) {
    mkdirSync(join(tags, `v${tag}/current`), { recursive: true });
    writeFileSync(join(tags, `v${tag}/current/link`), link);
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1_000;
}
