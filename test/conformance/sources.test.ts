import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Project } from '../../src/domain/credential.ts';
import { randomId } from '../../src/domain/id.ts';
import { SECOND } from '../../src/domain/time.ts';
import { KEPT_RUNS } from '../../src/store/sources/runs.ts';
import type { SourceStore } from '../../src/store/store.ts';
import { ENGINES, type OpenTestStore, openTestStore } from '../support/stores.ts';

const T0 = 1_763_772_000_000_000;
const SOURCE = { kind: 'registry', uri: 'registry://127.0.0.1:5000', settings: { keep: true } };

describe.each(ENGINES)('sources on %s', (kind) => {
  let opened: OpenTestStore;
  let store: SourceStore;
  let clock = T0;
  const freshProject = (): Promise<Project> => opened.store.createProject(`project ${randomId()}`);

  beforeAll(async () => {
    opened = await openTestStore(kind, { now: () => clock });
    store = opened.store;
  });
  afterAll(() => opened.close());

  test('a source is added once, however often', async () => {
    const project = await freshProject();
    clock = T0;
    const source = await store.upsertSource(project, SOURCE);
    expect(source).toMatchObject({ ...SOURCE, projectId: project.id, createdAt: T0, removedAt: null, lastRun: null });
    clock = T0 + SECOND;
    const again = await store.upsertSource(project, { ...SOURCE, settings: { keep: false } });
    expect(again).toEqual({ ...source, settings: { keep: false } });
    expect(await store.sources(project)).toEqual([again]);
    expect(await store.source(project, source.id)).toEqual(again);
  });

  test('the same address in two projects is two sources, and neither project sees the other', async () => {
    const [one, two] = [await freshProject(), await freshProject()];
    const first = await store.upsertSource(one, SOURCE);
    const second = await store.upsertSource(two, SOURCE);
    expect(second.id).not.toBe(first.id);
    expect(await store.source(two, first.id)).toBeUndefined();
    expect(await store.removeSource(two, first.id)).toBe(false);
    await expect(store.startRun(two, first.id, T0)).rejects.toMatchObject({ kind: 'not-found' });
    const run = await store.startRun(one, first.id, T0);
    await store.updateRun(two, { ...run, state: 'failed' });
    expect(await store.runs(two, first.id, 5)).toEqual([]);
    expect(await store.runs(one, first.id, 5)).toEqual([run]);
  });

  test('a removed source is out of the list, still known, and can be added again', async () => {
    const project = await freshProject();
    const source = await store.upsertSource(project, SOURCE);
    clock = T0 + 5 * SECOND;
    expect(await store.removeSource(project, source.id)).toBe(true);
    expect(await store.removeSource(project, source.id)).toBe(false);
    expect(await store.sources(project)).toEqual([]);
    expect(await store.source(project, source.id)).toMatchObject({ removedAt: T0 + 5 * SECOND });
    expect(await store.upsertSource(project, SOURCE)).toMatchObject({ id: source.id, removedAt: null });
  });

  test('the last run of each source is shown with it', async () => {
    const project = await freshProject();
    const a = await store.upsertSource(project, SOURCE);
    const b = await store.upsertSource(project, { ...SOURCE, uri: 'registry://b' });
    const c = await store.upsertSource(project, { ...SOURCE, uri: 'registry://c' });
    await store.startRun(project, a.id, T0);
    const last = await store.startRun(project, a.id, T0 + 1);
    const other = await store.startRun(project, b.id, T0 + 2);
    const progress = { ...last.progress, found: 3, done: 2, current: 'library/nginx:1' };
    const done = { ...last, finishedAt: T0 + 9, state: 'partial', progress, error: 'one\0 failed' } as const;
    await store.updateRun(project, done);
    const shown = new Map((await store.sources(project)).map((source) => [source.id, source.lastRun]));
    expect(shown.get(a.id)).toEqual({ ...done, error: 'one\ufffd failed' });
    expect(shown.get(b.id)).toEqual(other);
    expect(shown.get(c.id)).toBeNull();
    expect((await store.runs(project, a.id, 1))[0]?.id).toBe(last.id);
    expect(await store.runs(project, a.id, 10)).toHaveLength(2);
  });

  test('a run without an end is over when the next begins, unless it speaks again', async () => {
    const project = await freshProject();
    const source = await store.upsertSource(project, SOURCE);
    const other = await store.upsertSource(project, { ...SOURCE, uri: 'registry://other' });
    const elsewhere = await store.startRun(project, other.id, T0);
    const killed = await store.startRun(project, source.id, T0);
    const next = await store.startRun(project, source.id, T0 + 5 * SECOND);
    const [newest, left] = await store.runs(project, source.id, 5);
    expect(newest).toEqual(next);
    expect(left).toMatchObject({ id: killed.id, state: 'failed', finishedAt: T0 + 5 * SECOND });
    expect(left?.error).toContain('killed');
    expect(await store.runs(project, other.id, 5)).toEqual([elsewhere]);
    await store.updateRun(project, killed);
    expect((await store.runs(project, source.id, 5))[1]).toEqual(killed);
  });

  test('only the newest runs are kept', async () => {
    const project = await freshProject();
    const source = await store.upsertSource(project, SOURCE);
    const first = await store.startRun(project, source.id, T0);
    await store.addRunProblems(project, [{ runId: first.id, code: 'x', message: 'x', part: 'x', at: T0 }]);
    for (let n = 1; n <= KEPT_RUNS; n += 1) await store.startRun(project, source.id, T0 + n * SECOND);
    const kept = await store.runs(project, source.id, 1_000);
    expect(kept).toHaveLength(KEPT_RUNS);
    expect(kept.map((run) => run.id)).not.toContain(first.id);
    expect(await store.runProblems(project, first.id)).toEqual([]);
  });

  test('problems are counted by code, with the first few of each', async () => {
    const project = await freshProject();
    const source = await store.upsertSource(project, SOURCE);
    const run = await store.startRun(project, source.id, T0);
    const problem = (code: string, n: number) => ({
      runId: run.id,
      code,
      message: `m${n}\0`,
      part: `p${n}`,
      at: T0 + n,
    });
    const many = Array.from({ length: 1_500 }, (_, n) => problem('digest.mismatch', n));
    await store.addRunProblems(project, [...many, problem('manifest.invalid', 1)]);
    await store.addRunProblems(project, [problem('manifest.invalid', 2)]);
    await store.addRunProblems(project, []);
    const [most, rest] = await store.runProblems(project, run.id);
    expect(most).toMatchObject({ code: 'digest.mismatch', count: 1_500 });
    expect(most?.samples.map((sample) => sample.part)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
    expect(rest).toMatchObject({ code: 'manifest.invalid', count: 2 });
    expect(rest?.samples[0]).toEqual({ ...problem('manifest.invalid', 1), message: 'm1\ufffd' });
    expect(await store.runProblems(await freshProject(), run.id)).toEqual([]);
  });
});
