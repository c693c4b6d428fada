import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Credential, Project } from '../../src/domain/credential.ts';
import { randomId } from '../../src/domain/id.ts';
import { SECOND } from '../../src/domain/time.ts';
import { openStore } from '../../src/store/open.ts';
import type { AuditEntry, Store } from '../../src/store/store.ts';
import { ENGINES, type OpenTestStore, openTestStore } from '../support/stores.ts';

const T0 = 1_763_772_000_000_000;

describe.each(ENGINES)('access on %s', (kind) => {
  let opened: OpenTestStore;
  let store: Store;
  let project: Project;

  beforeAll(async () => {
    opened = await openTestStore(kind, { now: () => T0 });
    store = opened.store;
    project = await store.createProject('north');
  });
  afterAll(() => opened.close());

  function credential(id: string, more: Partial<Credential> = {}): Credential {
    return {
      id,
      projectId: project.id,
      role: 'operator',
      description: 'for CI',
      createdAt: T0,
      revokedAt: null,
      expiresAt: null,
      ...more,
    };
  }
  const secret = { hash: '$argon2id$v=19$x', sealed: Buffer.from([0, 1, 2, 255]) };

  test('a project is found by id and by name', async () => {
    expect(project).toMatchObject({ name: 'north', bucketBase: 0, bucketCount: 1, createdAt: T0 });
    expect(project.id).toMatch(/^[0-9a-f]{32}$/);
    expect(await store.project(project.id)).toEqual(project);
    expect(await store.projectByName('north')).toEqual(project);
    expect(await store.project(randomId())).toBeUndefined();
    expect(await store.projectByName('North')).toBeUndefined();
  });

  test('names are unique, and wrong ones refused', async () => {
    await expect(store.createProject('north')).rejects.toMatchObject({ kind: 'conflict', code: 'project.exists' });
    for (const name of ['', '  ', 'x'.repeat(256), 'a\0b']) {
      await expect(store.createProject(name)).rejects.toMatchObject({ kind: 'invalid' });
    }
    const made = await Promise.allSettled(Array.from({ length: 5 }, () => store.createProject('at once')));
    expect(made.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
    expect((await store.projects()).map((each) => each.name)).toEqual(['at once', 'north']);
  });

  test('every project has a number of its own, and keeps it', async () => {
    const made = await Promise.all(['east', 'west', 'centre'].map((name) => store.createProject(name)));
    const numbers = [project, ...made].map((each) => each.no);
    expect(new Set(numbers).size).toBe(4);
    expect(numbers.every((no) => Number.isSafeInteger(no) && no > 0)).toBe(true);
    expect((await store.project(made[1]!.id))?.no).toBe(made[1]!.no);
    await expect(store.createProject('east')).rejects.toMatchObject({ code: 'project.exists' });
    const later = await store.createProject('later');
    expect(Math.max(...numbers)).toBeLessThan(later.no);
  });

  test('a credential comes back with its secret, lists without', async () => {
    const south = await store.createProject('south');
    const one = credential('AK1', { projectId: south.id });
    const two = credential('AK2', { projectId: south.id, createdAt: T0 + 1, expiresAt: T0 + SECOND });
    await store.createCredential(two, secret);
    await store.createCredential(one, secret);
    expect(await store.credential('AK1')).toEqual({ ...one, ...secret });
    expect(await store.credentials(south)).toEqual([one, two]);
    expect(await store.credential('ak1')).toBeUndefined();
    expect(await store.credential('nul\0byte')).toBeUndefined();
  });

  test('an id is given once; the very same credential again is no error', async () => {
    await store.createCredential(credential('same'), secret);
    await store.createCredential(credential('same'), secret);
    const other = store.createCredential(credential('same'), { ...secret, hash: 'other' });
    await expect(other).rejects.toMatchObject({ kind: 'conflict', code: 'credential.exists' });
  });

  test('a credential is revoked once', async () => {
    await store.createCredential(credential('gone'), secret);
    expect(await store.revokeCredential('gone', T0 + 7)).toBe(true);
    expect(await store.revokeCredential('gone', T0 + 8)).toBe(false);
    expect(await store.revokeCredential('never was', T0)).toBe(false);
    expect(await store.credential('gone')).toMatchObject({ revokedAt: T0 + 7 });
  });

  test('a revoked token stays revoked until it would have ended', async () => {
    expect(await store.isTokenRevoked('t1')).toBe(false);
    await store.revokeToken('t1', T0 + SECOND);
    await store.revokeToken('t1', T0 + SECOND);
    await store.revokeToken('over', T0 - SECOND);
    await store.revokeToken('t2', T0 + SECOND);
    expect(await store.isTokenRevoked('t1')).toBe(true);
    expect(await store.isTokenRevoked('over')).toBe(false);
  });

  test('the access generation counts up with every change and with nothing else', async () => {
    let last = await store.accessGeneration();
    async function changes(): Promise<boolean> {
      const now = await store.accessGeneration();
      const changed = now > last;
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
      return changed;
    }
    expect(await changes()).toBe(false);
    await store.audit([]);
    await store.enqueue([{ queue: 'x' }], T0);
    expect(await changes()).toBe(false);
    await store.createCredential(credential('counted'), secret);
    expect(await changes()).toBe(true);
    await store.revokeCredential('counted', T0);
    expect(await changes()).toBe(true);
    await store.revokeCredential('counted', T0);
    expect(await changes()).toBe(false);
    await store.revokeToken('counted', T0 + SECOND);
    expect(await changes()).toBe(true);
    await store.createProject('counted');
    expect(await changes()).toBe(true);
  });

  test('the access generation is at once there where the engine can tell that nothing changed', async () => {
    // Where it cannot, an answer is believed for a moment; the first may have taken longer than that.
    await vi.waitFor(async () => {
      await store.accessGeneration();
      expect(typeof store.accessGeneration()).toBe('number');
    });
  });

  test('a change by another process is noticed', async () => {
    const other = await openStore(opened.options);
    try {
      const before = await store.accessGeneration();
      await other.createCredential(credential('elsewhere'), secret);
      await expect.poll(() => store.accessGeneration(), { timeout: 10_000 }).toBe(before + 1);
      expect(await other.accessGeneration()).toBe(before + 1);
    } finally {
      await other.close();
    }
  });

  test('the audit log is read newest first, in pages, and by project', async () => {
    const audited = await store.createProject('audited');
    const entry = (n: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
      projectId: audited.id,
      at: T0 + n,
      actor: 'AK1',
      action: 'credential.create',
      outcome: 'done',
      object: `o${n}`,
      remote: '127.0.0.1',
      detail: { n, note: 'nul\0 in JSON is fine' },
      ...more,
    });
    await store.audit([entry(1), entry(2, { projectId: null, actor: null, object: null, remote: null }), entry(3)]);
    await store.audit(Array.from({ length: 40 }, (_, n) => entry(10 + n, { projectId: project.id })));
    await store.audit([entry(4, { outcome: 'denied' })]);
    expect(await store.auditTrail(audited, { limit: 10 })).toEqual([
      entry(4, { outcome: 'denied' }),
      entry(3),
      entry(1),
    ]);
    expect(await store.auditTrail(audited, { limit: 10, before: T0 + 4 })).toEqual([entry(3), entry(1)]);
    expect(await store.auditTrail(project, { limit: 5 })).toHaveLength(5);
  });

  test('a server secret is made once, by whoever asks first', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => store.serverSecret('key', 32)));
    expect(answers[0]).toHaveLength(32);
    for (const answer of answers) expect(answer.equals(answers[0]!)).toBe(true);
    const other = await openStore(opened.options);
    expect((await other.serverSecret('key', 32)).equals(answers[0]!)).toBe(true);
    await other.close();
    expect((await store.serverSecret('another', 16)).equals(answers[0]!.subarray(0, 16))).toBe(false);
  });

  test('everything is there after the store was closed and opened again', async () => {
    const other = await openStore(opened.options);
    expect(await other.projectByName('north')).toEqual(project);
    await other.ping();
    await other.close();
    await other.close();
    await expect(other.ping()).rejects.toThrow();
    await store.ping();
  });
});
