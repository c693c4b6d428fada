/** The docker source against real engines: containers appear, stop and vanish; nothing is missed in between. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ContainerState } from '../../src/domain/container.ts';
import { dockerSource } from '../../src/sources/docker/index.ts';
import { collectAll, recordingContext } from '../support/collect.ts';
import { type RunningEngine, startEngine, whyNoEngine } from '../support/engine.ts';
import { titled } from '../support/peers.ts';

/** Long enough for a loaded machine; what is waited for usually comes within a second. */
const PATIENCE = { timeout: 30_000, interval: 50 };

const ENGINES = (['docker', 'podman'] as const).map((name) => {
  const reason = whyNoEngine(name);
  return [titled(name, reason), { name, reason }] as const;
});

describe.each(ENGINES)('%s', (_, { name, reason }) => {
  let engine: RunningEngine;
  const followers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    if (!reason) engine = await startEngine(name);
  }, 60_000);
  afterAll(() => engine?.close(), 60_000);
  beforeEach((context) => context.skip(reason !== undefined, reason));

  afterEach(async () => {
    for (const end of followers.splice(0)) await end();
  });

  /** Follows, and keeps what the inventory would show: the state of every container there is. */
  function follow() {
    const ending = new AbortController();
    const { context, collected } = recordingContext({ signal: ending.signal, settings: { reconcileSeconds: 60 } });
    const states = new Map<string, ContainerState>();
    const names = new Set<string>();
    const running = dockerSource.follow?.(`docker://${engine.socket}`, {
      ...context,
      async images(observations) {
        names.clear();
        for (const { references } of observations)
          for (const { repository, tag } of references ?? []) names.add(`${repository}:${tag}`);
        await context.images(observations);
      },
      async containers(containers) {
        for (const { name: each, state } of containers) states.set(each, state);
        await context.containers(containers);
      },
      async containersPresent(_, ids) {
        const there = new Set(collected.containers.filter(({ id }) => ids.has(id)).map((container) => container.name));
        for (const each of states.keys()) if (!there.has(each)) states.delete(each);
      },
    });
    const end = async () => {
      ending.abort();
      await running;
    };
    followers.push(end);
    return { states, names, collected, end };
  }

  const shows = (states: ReadonlyMap<string, ContainerState>, expected: Readonly<Record<string, ContainerState>>) =>
    vi.waitFor(() => expect(Object.fromEntries(states)).toEqual(expected), PATIENCE);

  it('one look shows images, containers and the host', async () => {
    const id = await engine.run('look', {
      'io.kubernetes.pod.name': 'cart-1',
      'io.kubernetes.pod.namespace': 'shop',
      'io.kubernetes.pod.uid': 'u1',
    });
    const { images, containers, present, problems, completions } = await collectAll(
      dockerSource,
      `docker://${engine.socket}`,
    );
    await engine.remove(id);
    expect(problems).toEqual([]);
    expect(completions).toBe(1);
    const [image] = images;
    expect(image?.references).toContainEqual({ registry: 'docker.io', repository: 'shop/waits', tag: '1' });
    expect(image?.platforms?.[0]).toMatchObject({
      configDigest: engine.image,
      os: 'linux',
      entrypoint: ['/wait'],
      labels: [['team', 'payments']],
    });
    expect(image?.platforms?.[0]?.layers).toMatchObject([{ createdBy: 'COPY wait /wait', empty: false }]);
    const [host] = image?.hosts ?? [];
    expect(host?.hostId).toBeTruthy();
    expect(containers).toMatchObject([
      {
        id,
        name: 'look',
        state: 'running',
        imageName: 'docker.io/shop/waits:1',
        imageDigest: image?.digest,
        entryPoint: '/wait --for ever',
        podName: 'cart-1',
        podId: 'u1',
        namespace: 'shop',
        hostId: host?.hostId,
      },
    ]);
    expect(containers[0]?.startedAt).toBeGreaterThanOrEqual(containers[0]?.createdAt ?? Number.NaN);
    expect(present).toEqual([{ hostId: host?.hostId, ids: new Set([id]) }]);
    const again = await collectAll(dockerSource, `docker://${engine.socket}`);
    expect(again.images[0]?.hosts).toEqual(image?.hosts);
  });

  it('three containers appear, stop and vanish as it happens', async () => {
    const { states } = follow();
    const [a, b, c] = [await engine.run('c-a'), await engine.run('c-b'), await engine.run('c-c')];
    await shows(states, { 'c-a': 'running', 'c-b': 'running', 'c-c': 'running' });
    await engine.stop(b);
    await shows(states, { 'c-a': 'running', 'c-b': 'exited', 'c-c': 'running' });
    await engine.remove(c);
    await shows(states, { 'c-a': 'running', 'c-b': 'exited' });
    await engine.remove(a);
    await engine.remove(b);
    await shows(states, {});
  });

  it('names of images come and go', async () => {
    const { names, collected } = follow();
    await vi.waitFor(() => expect(names).toContain('shop/waits:1'), PATIENCE);
    await engine.tag('docker.io/shop/other', '2');
    await vi.waitFor(() => expect(names).toContain('shop/other:2'), PATIENCE);
    const before = collected.completions;
    await engine.untag('docker.io/shop/other:2');
    await vi.waitFor(
      () => expect([names.has('shop/other:2'), collected.completions > before]).toEqual([false, true]),
      PATIENCE,
    );
  });

  it('what happens while nobody looks is found afterwards', async () => {
    const first = follow();
    const [a, b] = [await engine.run('c-a'), await engine.run('c-b')];
    await shows(first.states, { 'c-a': 'running', 'c-b': 'running' });
    await first.end();
    await engine.stop(a);
    await engine.remove(b);
    const c = await engine.run('c-c');
    const second = follow();
    await shows(second.states, { 'c-a': 'exited', 'c-c': 'running' });
    await engine.remove(a);
    await engine.remove(c);
    await shows(second.states, {});
  });

  it('an engine that goes away is waited for', async () => {
    const { states, collected } = follow();
    await engine.run('c-a');
    await shows(states, { 'c-a': 'running' });
    await engine.halt();
    await vi.waitFor(() => expect(collected.problems).not.toEqual([]), PATIENCE);
    await engine.resume();
    const b = await engine.run('c-b');
    await vi.waitFor(() => expect(states.get('c-b')).toBe('running'), PATIENCE);
    expect(states.has('c-a')).toBe(true);
    await engine.remove(b);
    await vi.waitFor(() => expect(states.has('c-b')).toBe(false), PATIENCE);
  }, 90_000);
});
