/** The built `stowage serve` as a user meets it: what it prints, what its lines answer, how it ends. */
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { finish, type Running, scratch, serve, stowage } from '../support/program.ts';
import { ROOT } from '../support/source-tree.ts';

const EXAMPLES = ['beacon.tar', 'cart', 'worker.tar'].map((name) => join(ROOT, 'examples', 'images', name));
const NAMES = ['platform/beacon', 'shop/cart', 'shop/worker'];
const DIALECTS = ['datadog', 'qualys', 'huawei-hss', 'stackrox', 'glance'];
const PRESET = { STOWAGE_ADMIN_ID: 'first-admin', STOWAGE_ADMIN_SECRET: 'a secret of "five" $words' };
const ADMIN = { authorization: `Basic ${Buffer.from(Object.values(PRESET).join(':')).toString('base64')}` };

let folder: string;
let folders = 0;
const running: Running[] = [];

/** A data folder nobody had before. */
const data = () => join(folder, `data-${folders++}`);

async function started(...call: Parameters<typeof serve>): ReturnType<typeof serve> {
  const process = await serve(...call);
  running.push(process);
  return process;
}

const curlLines = (output: string) => output.split('\n').filter((line) => line.startsWith('curl '));

/** Pastes a line into a shell; with the status of its last request. */
async function paste(
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: string }> {
  const { code, stdout, stderr } = await finish('bash', ['-c', `${line} -w '\\n%{http_code}'`], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const cut = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(cut + 1)), body: stdout.slice(0, cut) };
}

beforeAll(async () => {
  folder = await scratch('serve');
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('stowage serve', () => {
  test('each printed line, pasted as it stands, answers with the example images', async () => {
    const server = await started(['--data', data(), ...EXAMPLES]);
    const lines = curlLines(server.output());
    expect(lines).toHaveLength(DIALECTS.length);
    const [datadog = '', qualys = '', hss = '', stackrox = '', glance = ''] = lines;
    for (const line of [datadog, qualys, stackrox, glance]) {
      const { status, body } = await paste(line);
      expect(status).toBe(200);
      for (const name of NAMES) expect(body).toContain(name);
      JSON.parse(body);
    }
    const containers = await paste(hss);
    expect(containers.status).toBe(200);
    expect(JSON.parse(containers.body)).toEqual({ total_num: 0, data_list: [] });
  });

  test('the secret is shown at the first start only; what is stored outlives the process', async () => {
    const at = data();
    const first = await started(['--data', at, ...EXAMPLES]);
    const [, id = '', secret = ''] = /^ {2}id +(\S+)\n {2}secret +(\S+)$/m.exec(first.output()) ?? [];
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(await first.stop('SIGTERM')).toEqual({ code: 0, signal: null });

    const second = await started(['--data', at]);
    expect(second.output() + second.errors()).not.toContain(secret);
    expect(second.output()).not.toContain('shown this once');
    expect(second.output()).toContain('STOWAGE_ID and STOWAGE_SECRET');
    const lines = curlLines(second.output());
    expect(lines).toHaveLength(DIALECTS.length);
    for (const line of lines) {
      const answer = await paste(line, { STOWAGE_ID: id, STOWAGE_SECRET: secret });
      expect(answer.status, line).toBe(200);
      if (!line.includes('/v5/')) expect(answer.body).toContain('shop/cart');
    }
  });

  test('a preset credential is the one that is let in', async () => {
    const at = data();
    const server = await started(['--data', at, ...EXAMPLES.slice(0, 1)], { env: PRESET });
    expect(server.output()).not.toContain('shown this once');
    const images = await fetch(`${server.url}/stowage/v1/images`, { headers: ADMIN });
    expect(images.status).toBe(200);
    expect((await fetch(`${server.url}/stowage/v1/images`)).status).toBe(401);
    // Awkward signs in the secret: every line still is one that can be pasted.
    for (const line of curlLines(server.output())) expect((await paste(line)).status, line).toBe(200);
    const { stdout } = await stowage(['credentials', 'list', '--data', at, '--json']);
    expect(stdout).toContain(PRESET.STOWAGE_ADMIN_ID);
    expect(stdout).not.toContain('five');
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it cleanly, also with a client connected', async (signal) => {
    const server = await started(['--data', data(), ...EXAMPLES]);
    const idle = await fetch(`${server.url}/healthz`);
    expect(idle.status).toBe(200);
    const since = Date.now();
    expect(await server.stop(signal)).toEqual({ code: 0, signal: null });
    expect(Date.now() - since).toBeLessThan(10_000);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  });

  test('at / a browser gets a page, everything else the version list', async () => {
    const { url } = await started(['--data', data()]);
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const page = await fetch(`${url}/`, { headers: { accept } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await page.text();
    expect(html).toMatch(/^<!doctype html>/i);
    for (const path of ['/api/v2/container_images', '/csapi/v1.3/images', '/v5/', '/v1/images', '/v2/images']) {
      expect(html).toContain(path);
    }
    for (const headers of [{}, { accept: 'application/json' }]) {
      const versions = await fetch(`${url}/`, { headers });
      expect(versions.status).toBe(300);
      const { versions: list } = (await versions.json()) as { versions: { id: string; status: string }[] };
      expect(list[0]).toMatchObject({ id: expect.stringMatching(/^v2\./), status: 'CURRENT' });
    }
  });

  test('--without switches a dialect off, --dialect-listen gives one a port of its own', async () => {
    const server = await started(
      [
        ...['--data', data(), '--without', 'qualys', '--without', 'stackrox', '--dialect-listen', 'glance=127.0.0.1:0'],
        ...EXAMPLES,
      ],
      { env: PRESET },
    );
    expect(curlLines(server.output())).toHaveLength(3);
    expect((await fetch(`${server.url}/v1/images`, { headers: ADMIN })).status).not.toBe(200);
    expect((await fetch(`${server.url}/csapi/v1.3/images`, { headers: ADMIN })).status).not.toBe(200);
    const [, own = ''] = /^glance alone answers at (\S+)$/m.exec(server.output()) ?? [];
    const alone = await fetch(`${own}/v2/images`, { headers: ADMIN });
    expect(alone.status).toBe(200);
    expect(((await alone.json()) as { images: unknown[] }).images).toHaveLength(3);
    expect((await fetch(`${own}/api/v2/container_images`, { headers: ADMIN })).status).toBe(300);
  });

  test('--insecure-no-auth answers everybody on loopback, under a loopback name', async () => {
    const { url } = await started(['--data', data(), '--insecure-no-auth', ...EXAMPLES]);
    const answer = await fetch(`${url}/v2/images`);
    expect(((await answer.json()) as { images: unknown[] }).images).toHaveLength(3);
    const rebound = await finish('curl', [
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '-H',
      'Host: evil.example',
      `${url}/v2/images`,
    ]);
    expect(rebound.stdout).toBe('403');
  });

  test.each<[readonly string[], RegExp]>([
    [['--listen', 'nowhere'], /^stowage: --listen is HOST:PORT, not "nowhere"\.\n$/],
    [['--listen', '127.0.0.1:70000'], /^stowage: --listen is HOST:PORT/],
    [['--insecure-no-auth', '--listen', '0.0.0.0:0'], /^stowage: --insecure-no-auth only works on a loopback address/],
    [['--without', 'nobody'], /^stowage: There is no dialect "nobody"\. Dialects: datadog, qualys/],
    [['--dialect-listen', 'nobody=127.0.0.1:0'], /^stowage: There is no dialect "nobody"/],
    [['--dialect-listen', 'glance'], /^stowage: --dialect-listen is NAME=VALUE/],
    [['--interval', 'soon'], /^stowage: --interval is a number above 0, not "soon"\.\n$/],
    [['--database', 'mysql://127.0.0.1/x'], /^stowage: The database is given as postgres:\/\//],
    [['--nonsense'], /^error: unknown option '--nonsense'\n/],
    [['ftp://127.0.0.1/x'], /^stowage: "ftp:\/\/127\.0\.0\.1\/x" is no source: .*Write one of /],
    [['/nothing/here'], /^stowage: "\/nothing\/here" is no source: nothing known lies at /],
  ])('wrongly called with %j: exit 2 and one clear line', async (args, message) => {
    const { code, stdout, stderr } = await stowage(['serve', '--data', data(), ...args]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('an address that is taken: exit 1 and one clear line', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const { code, stderr } = await stowage(['serve', '--data', data(), '--listen', `127.0.0.1:${port}`]);
    taken.close();
    expect(stderr).toMatch(new RegExp(`^stowage: .*127\\.0\\.0\\.1:${port} .*in use.*\\n$`));
    expect(code).toBe(1);
  });
});
