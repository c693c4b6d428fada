import { type ExecFileException, execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { glance } from '../../src/dialects/glance/index.ts';
import { dashed, imageId } from '../../src/domain/id.ts';
import type { ImageObservation } from '../../src/store/store.ts';
import { testApp } from '../support/app.ts';
import { titled, whyNoPeer } from '../support/peers.ts';
import { ENGINES } from '../support/stores.ts';

/** Debian's own clients, unmodified, against a real port: https://packages.debian.org/python3-openstackclient. */
const OPENSTACK = '/usr/bin/openstack';
const GLANCE = '/usr/bin/glance';
const reason = whyNoPeer([OPENSTACK, GLANCE], 'python3-openstackclient python3-glanceclient');

const IMAGES = 2_000;
const CONTAINER = `sha256:${'c0'.repeat(32)}`;
const sizeOf = (number: number) => 1_000 + ((number * 7_919) % 2_003);
const uuid = (number: number) => `10000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

// On one engine: what the engines answer is compared beside the dialect; here it is the bytes that count.
describe.skipIf(reason)(titled('openstack and glance clients', reason), { timeout: 120_000 }, () => {
  let server: Awaited<ReturnType<typeof testApp>>;
  let url: string;
  let home: string;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'openstack-'));
    server = await testApp({ engine: ENGINES[0]!, dialects: [glance] });
    const made = await server.store.upsertSource(server.project, {
      kind: 'glance',
      uri: 'glance://test',
      settings: {},
    });
    const source = { id: made.id, kind: made.kind };
    for (let start = 0; start < IMAGES - 1; start += 200) {
      const count = Math.min(200, IMAGES - 1 - start);
      await server.store.ingestImages(
        server.project,
        source,
        Array.from({ length: count }, (_, index) => vm(start + index)),
      );
    }
    await server.store.ingestImages(server.project, source, [container()]);
    url = await server.listen();
  }, 120_000);
  afterAll(async () => {
    await server?.close();
    if (home) rmSync(home, { recursive: true });
  });

  function vm(number: number): ImageObservation {
    const at = Date.UTC(2026, 0, 1) * 1000 + number * 1_000_000;
    return {
      kind: 'vm',
      digest: null,
      id: uuid(number).replaceAll('-', ''),
      size: sizeOf(number),
      labels: [['os_distro', number % 500 === 0 ? 'haiku' : 'debian']],
      tags: number % 400 === 0 ? ['pg', 'two'] : ['two'],
      seenAt: at,
      createdAt: at,
      updatedAt: at,
      service: {
        name: `vm ${String(number).padStart(4, '0')}`,
        status: 'active',
        visibility: 'public',
        diskFormat: 'qcow2',
        containerFormat: 'bare',
      },
    };
  }

  function container(): ImageObservation {
    return {
      kind: 'container',
      digest: CONTAINER,
      references: [{ registry: 'registry.example', repository: 'team/web', tag: '1.2' }],
      platforms: [],
      seenAt: Date.UTC(2026, 1, 1) * 1000,
    };
  }

  function password(secret = server.reader.secret): Record<string, string> {
    return {
      OS_AUTH_URL: `${url}/v3`,
      OS_USERNAME: server.reader.id,
      OS_PASSWORD: secret,
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_NAME: 'default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
      OS_REGION_NAME: 'RegionOne',
      OS_IDENTITY_API_VERSION: '3',
    };
  }

  function applicationCredential(): Record<string, string> {
    return {
      OS_AUTH_TYPE: 'v3applicationcredential',
      OS_AUTH_URL: `${url}/v3`,
      OS_APPLICATION_CREDENTIAL_ID: server.reader.id,
      OS_APPLICATION_CREDENTIAL_SECRET: server.reader.secret,
      OS_REGION_NAME: 'RegionOne',
    };
  }

  /** Runs a client with nothing of this machine's own settings. */
  function run(program: string, options: readonly string[], env: Record<string, string>) {
    return new Promise<{ code: number; out: string; err: string }>((resolve) => {
      // A home of its own for every run: this glance client does not start a second time with the schema it kept.
      const own = mkdtempSync(join(home, 'run-'));
      const clean = { PATH: '/usr/bin:/bin', HOME: own, LANG: 'C.UTF-8', no_proxy: '*', ...env };
      execFile(program, options, { env: clean, maxBuffer: 1 << 26 }, (error: ExecFileException | null, out, err) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, out, err });
      });
    });
  }

  async function list(options: readonly string[], env = password()): Promise<Record<string, unknown>[]> {
    const { code, out, err } = await run(OPENSTACK, ['image', 'list', '-f', 'json', ...options], env);
    expect(code, err).toBe(0);
    return JSON.parse(out);
  }

  test('image list pages to the last image, with a password', async () => {
    const images = await list([]);
    expect(images).toHaveLength(IMAGES);
    expect(new Set(images.map(({ ID }) => ID)).size).toBe(IMAGES);
    expect(images).toContainEqual({
      ID: dashed(imageId(server.project.id, CONTAINER)),
      Name: 'registry.example/team/web:1.2',
      Status: 'active',
    });
  });

  test('image list --public, --limit and --marker, with an application credential', async () => {
    const env = applicationCredential();
    const [all, after] = await Promise.all([
      list(['--public', '--page-size', '700'], env),
      list(['--limit', '3', '--marker', uuid(10)], env),
    ]);
    expect(all).toHaveLength(IMAGES - 1);
    // Whatever the order of the server, this client shows a list by name.
    expect(after.map(({ Name }) => Name).slice(-3)).toEqual(['vm 0007', 'vm 0008', 'vm 0009']);
  });

  test('image list by property, tag, name and visibility', async () => {
    const [property, tags, name, own] = await Promise.all([
      list(['--property', 'os_distro=haiku']),
      list(['--tag', 'pg', '--tag', 'two']),
      list(['--name', 'vm 0042']),
      list(['--private']),
    ]);
    expect(property.map(({ ID }) => ID).sort()).toEqual([0, 500, 1000, 1500].map(uuid));
    expect(tags).toHaveLength(5);
    expect(name).toMatchObject([{ ID: uuid(42), Name: 'vm 0042', Status: 'active' }]);
    expect(own).toHaveLength(1);
  });

  test('image show by name and by id', async () => {
    for (const name of ['vm 0007', uuid(7), 'registry.example/team/web:1.2']) {
      const { code, out, err } = await run(OPENSTACK, ['image', 'show', '-f', 'json', name], password());
      expect(code, err).toBe(0);
      const image = JSON.parse(out);
      if (name.startsWith('registry')) {
        expect(image).toMatchObject({ container_format: 'docker', visibility: 'private', owner: server.project.id });
      } else {
        expect(image).toMatchObject({
          id: uuid(7),
          name: 'vm 0007',
          properties: { os_distro: 'debian' },
          tags: ['two'],
        });
      }
    }
    const { code, err } = await run(OPENSTACK, ['image', 'show', 'no such image'], password());
    expect(code).toBe(1);
    expect(err).toMatch(/No Image found for no such image/);
  });

  test('a wrong password and a wrong project', async () => {
    const wrong = await run(OPENSTACK, ['image', 'list'], password('wrong'));
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('The request you have made requires authentication. (HTTP 401)');
    const project = await run(OPENSTACK, ['image', 'list'], { ...password(), OS_PROJECT_NAME: 'other' });
    expect(project.err).toContain('(HTTP 401)');
  });

  test('bad input reaches the reader of the terminal', async () => {
    const { code, err } = await run(OPENSTACK, ['image', 'list', '--name', 'like:vm'], password());
    expect(code).toBe(1);
    expect(err).toContain("Unable to filter by unknown operator 'like'.");
  });

  test('token issue, and the token alone', async () => {
    const issued = await run(OPENSTACK, ['token', 'issue', '-f', 'json'], password());
    expect(issued.code, issued.err).toBe(0);
    const { id, project_id } = JSON.parse(issued.out);
    expect(project_id).toBe(server.project.id);
    const { code, out } = await run(
      GLANCE,
      ['--os-auth-token', id, '--os-image-url', url, 'image-list', '--limit', '3'],
      {},
    );
    expect(code).toBe(0);
    expect(out.match(/^\| [0-9a-f]{8}-/gm)).toHaveLength(3);
    const fixed = [
      '--os-auth-type',
      'admin_token',
      '--os-endpoint',
      `${url}/v2`,
      '--os-token',
      `${server.reader.id}:${server.reader.secret}`,
    ];
    const listed = await run(
      OPENSTACK,
      [...fixed, 'image', 'list', '--name', 'vm 0001', '-f', 'value', '-c', 'ID'],
      {},
    );
    expect(listed.out.trim(), listed.err).toBe(uuid(1));
  });

  test('a credential as HTTP Basic', async () => {
    const basic = [
      '--os-auth-type',
      'http_basic',
      '--os-endpoint',
      `${url}/v2`,
      '--os-username',
      server.reader.id,
      '--os-password',
      server.reader.secret,
    ];
    const { out, err } = await run(
      OPENSTACK,
      [...basic, 'image', 'list', '--name', 'vm 0002', '-f', 'value', '-c', 'ID'],
      {},
    );
    expect(out.trim(), err).toBe(uuid(2));
  });

  test('glance image-list pages to the last image, sorted here', async () => {
    const [byName, bySize] = await Promise.all([
      run(GLANCE, ['image-list', '--page-size', '300', '--sort', 'name:asc'], password()),
      run(GLANCE, ['image-list', '--limit', '60', '--page-size', '25', '--sort', 'size:desc'], password()),
    ]);
    expect(byName.code, byName.err).toBe(0);
    const names = byName.out.match(/(?<=\| )vm \d{4}(?= )/g);
    expect(names).toEqual(Array.from({ length: IMAGES - 1 }, (_, index) => `vm ${String(index).padStart(4, '0')}`));
    expect(byName.out).toContain('| registry.example/team/web:1.2 |');
    const sizes = bySize.out.match(/(?<=\| vm )\d{4}(?= )/g)?.map((number) => sizeOf(Number(number)));
    const largest = Array.from({ length: IMAGES - 1 }, (_, index) => sizeOf(index)).sort((a, b) => b - a);
    expect(sizes, bySize.err).toEqual(largest.slice(0, 60));
  });

  test('glance image-list by property and tag; image-show', async () => {
    const [filtered, one, none] = await Promise.all([
      run(GLANCE, ['image-list', '--property-filter', 'os_distro=haiku', '--tag', 'pg'], password()),
      run(GLANCE, ['image-show', uuid(400)], password()),
      run(GLANCE, ['image-show', uuid(9_999)], password()),
    ]);
    expect(filtered.out.match(/^\| 10000000-/gm), filtered.err).toHaveLength(1);
    expect(one.out).toMatch(/\| os_distro +\| debian/);
    expect(none.err).toContain(`HTTP 404 Not Found: No image found with ID ${uuid(9_999)}`);
  });
});
