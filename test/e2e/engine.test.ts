/** A running server over a real container engine: what the engine does shows in three APIs, and nothing is missed. */
import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RunningEngine, startEngine, whyNoEngine } from '../support/engine.ts';
import { titled } from '../support/peers.ts';
import { type Running, scratch, serve } from '../support/program.ts';

const PRESET = { STOWAGE_ADMIN_ID: 'admin', STOWAGE_ADMIN_SECRET: 'the secret of the engine test' };
const { STOWAGE_ADMIN_ID: ID, STOWAGE_ADMIN_SECRET: SECRET } = PRESET;
/** What is promised of an event, in milliseconds; the full looks in between are much farther apart. */
const WITHIN = 5_000;
const RECONCILE = ['--reconcile-seconds', '120'];

const ENGINES = (['docker', 'podman'] as const).map((name) => {
  const reason = whyNoEngine(name);
  return [titled(`serve docker:// over ${name}`, reason), { name, reason }] as const;
});

type States = Readonly<Record<string, string>>;

/** What the three APIs say of the containers that exist: name to state (HSS says no state). */
async function shown(url: string) {
  const basic = { authorization: `Basic ${Buffer.from(`${ID}:${SECRET}`).toString('base64')}` };
  const native = await ask(`${url}/stowage/v1/containers?limit=1000`, basic);
  const datadog = await ask(`${url}/api/v2/containers`, { 'dd-api-key': ID, 'dd-application-key': SECRET });
  const signIn = await fetch(`${url}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: ID, domain: { name: 'Default' }, password: SECRET } },
        },
        scope: { project: { name: 'default', domain: { name: 'Default' } } },
      },
    }),
  });
  const { token } = (await signIn.json()) as { token: { project: { id: string } } };
  const hss = await ask(`${url}/v5/${token.project.id}/image/local/containers?limit=200`, {
    'x-auth-token': signIn.headers.get('x-subject-token') ?? '',
    region: 'RegionOne',
  });
  return {
    native: states((native['items'] as { name: string; state: string }[]).map((each) => [each.name, each.state])),
    datadog: states(
      (datadog['data'] as { attributes: { name: string; state: string } }[]).map(({ attributes }) => [
        attributes.name,
        attributes.state,
      ]),
    ),
    hss: (hss['data_list'] as { container_name: string }[]).map((each) => each.container_name).sort(),
  };
}

function states(pairs: readonly (readonly [string, string])[]): States {
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
  return Object.fromEntries(pairs);
}

async function ask(url: string, headers: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

describe.each(ENGINES)('%s', { timeout: 120_000 }, (_, { name, reason }) => {
  let engine: RunningEngine;
  let data: string;
  const running: Running[] = [];
  const times: string[] = [];

  beforeAll(async () => {
    if (reason) return;
    engine = await startEngine(name);
    data = await scratch('engine');
  }, 60_000);
  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop('SIGKILL');
  });
  afterAll(async () => {
    await engine?.close();
    if (data) await rm(data, { recursive: true, force: true });
  }, 60_000);

  async function served() {
    const server = await serve(['--data', data, ...RECONCILE, `docker://${engine.socket}`], { env: PRESET });
    running.push(server);
    return server;
  }

  /** Waits, at most as long as is promised, until all three APIs show these containers. */
  async function shows(url: string, event: string, expected: States): Promise<void> {
    const from = performance.now();
    await vi.waitFor(
      async () =>
        expect(await shown(url)).toEqual({ native: expected, datadog: expected, hss: Object.keys(expected).sort() }),
      { timeout: WITHIN, interval: 50 },
    );
    times.push(`${event} ${((performance.now() - from) / 1_000).toFixed(2)} s`);
  }

  test.skipIf(reason)('containers appear, stop and vanish; a stop of the server misses nothing', async () => {
    const first = await served();
    const [a, b, c] = [await engine.run('c-a'), await engine.run('c-b'), await engine.run('c-c')];
    await shows(first.url, 'appear', { 'c-a': 'running', 'c-b': 'running', 'c-c': 'running' });
    await engine.stop(b);
    await shows(first.url, 'stop', { 'c-a': 'running', 'c-b': 'exited', 'c-c': 'running' });
    await engine.remove(c);
    await shows(first.url, 'vanish', { 'c-a': 'running', 'c-b': 'exited' });

    expect(await first.stop()).toEqual({ code: 0, signal: null });
    await engine.stop(a);
    await engine.remove(b);
    const d = await engine.run('c-d');
    const second = await served();
    await shows(second.url, 'after a restart', { 'c-a': 'exited', 'c-d': 'running' });

    // Killed, not asked to stop: what it held is taken over.
    expect(await second.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    await engine.remove(a);
    const e = await engine.run('c-e');
    const third = await served();
    await vi.waitFor(
      async () => expect((await shown(third.url)).native).toEqual({ 'c-d': 'running', 'c-e': 'running' }),
      { timeout: 40_000, interval: 200 },
    );
    await engine.stop(d);
    await engine.remove(e);
    await vi.waitFor(async () => expect((await shown(third.url)).native).toEqual({ 'c-d': 'exited' }), {
      timeout: 40_000,
      interval: 200,
    });
    // Gone is closed with when it was last seen, not deleted.
    const headers = { authorization: `Basic ${Buffer.from(`${ID}:${SECRET}`).toString('base64')}` };
    const { items } = await ask(`${third.url}/stowage/v1/containers?state=gone`, headers);
    const gone = items as { name: string; last_seen_at: string | null }[];
    expect(gone.map((each) => each.name).sort()).toEqual(['c-a', 'c-b', 'c-c', 'c-e']);
    for (const each of gone) expect(each.last_seen_at).toMatch(/^\d{4}-/);
    console.log(`${name}: ${times.join(', ')}`);
  });
});
