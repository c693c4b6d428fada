import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Project } from '../../src/domain/credential.ts';
import { ALL, and, compare, eq, label, not, or, type Predicate, some } from '../../src/query/predicate.ts';
import { aProject, aSource, digestOf, T0 } from '../support/fixtures.ts';
import { ENGINES, type OpenTestStore, openTestStore } from '../support/stores.ts';

/** More images, each with a label of its own, than labels are ever resolved one by one. */
const IMAGES = 620;

describe.each(ENGINES)('labels by their ids on %s', (kind) => {
  let opened: OpenTestStore;
  const project: Project = aProject('tags');
  const source = aSource();
  const spelling = (n: number): readonly [string, string] =>
    n % 3 === 0 ? ['Team', 'Web'] : n % 3 === 1 ? ['team', 'web'] : ['team', 'WEB'];

  beforeAll(async () => {
    opened = await openTestStore(kind, { now: () => T0 });
    const observations = Array.from({ length: IMAGES }, (_, n) => ({
      kind: 'container' as const,
      digest: digestOf(`image ${n}`),
      labels: [['build', `b${String(n).padStart(4, '0')}`] as const, spelling(n)],
      tags: n % 2 === 0 ? ['even'] : [],
      references: [{ registry: 'r.example.com', repository: `one/${n % 5}`, tag: `${n}` }],
      seenAt: T0,
      createdAt: T0 + n,
    }));
    await opened.store.ingestImages(project, source, observations);
    // As a collection does that added many.
    await opened.store.refreshStatistics();
  });
  afterAll(() => opened.close());

  const isBuild = (prefix: string): Predicate =>
    some('label', and(eq('key', 'build'), compare('value', { op: 'prefix', value: prefix })));

  test.each<[string, Predicate, number]>([
    ['one label', label('build', 'b0007'), 1],
    ['a label nobody has', label('build', 'B0007'), 0],
    ['a label without a key', some('label', and(eq('key', ''), eq('value', 'even'))), 0],
    ['one spelling of three', label('Team', 'Web'), 207],
    ['all spellings', label('TEAM', 'weB', { fold: true }), IMAGES],
    [
      'any of several values',
      some('label', and(eq('key', 'team'), compare('value', { op: 'in', values: ['web', 'WEB', 'x'] }))),
      413,
    ],
    ['both of two labels', and(label('team', 'web'), label('build', 'b0001')), 1],
    ['a tag', some('tag', eq('value', 'even')), 310],
    ['no such tag', not(some('tag', eq('value', 'even'))), 310],
    ['not a folded label', not(label('BUILD', 'B0001', { fold: true })), IMAGES - 1],
    ['any tag', some('tag'), 310],
    ['more labels than are walked', isBuild('b00'), 100],
    ['more labels than are resolved', isBuild('b0'), IMAGES],
    ['more labels than are resolved, and a rare one', and(isBuild('b0'), label('build', 'b0003')), 1],
  ])('%s', async (_, where, expected) => {
    const { store } = opened;
    for (const entity of ['image', 'placement'] as const) {
      const field = entity === 'image' ? 'created_at' : 'name';
      const asked = { entity, where, sort: [{ field, direction: 'desc' as const }] };
      expect((await store.count(project, entity, where)).value).toBe(expected);
      const page = await store.list(project, { ...asked, limit: 1_000, offset: 0 });
      expect(page.rows).toHaveLength(expected);
      expect((await store.list(project, { ...asked, limit: 7, offset: 0 })).rows).toEqual(page.rows.slice(0, 7));
    }
  });

  test('groups count all spellings of a label as one', async () => {
    const by = [{ label: 'TEAM' }];
    for (const where of [ALL, some('tag', eq('value', 'even'))]) {
      const { groups } = await opened.store.group(project, {
        entity: 'image',
        where,
        by,
        order: 'count-desc',
        limit: 5,
      });
      expect(groups).toEqual([{ values: ['WEB'], count: where === ALL ? IMAGES : 310 }]);
    }
  });

  test('a kept list asks for both of two labels, whichever has become the rarer one', async () => {
    const other = aProject('turning');
    let made = 0;
    const observe = (count: number, labels: readonly (readonly [string, string])[]) =>
      Array.from({ length: count }, () => {
        made += 1;
        return { kind: 'container' as const, digest: digestOf(`turning ${made}`), labels, seenAt: T0, createdAt: T0 };
      });
    const [tier, team] = [['tier', 'edge'] as const, ['team', 'web'] as const];
    const asked = {
      entity: 'image' as const,
      where: and(label('TIER', 'edge', { fold: true }), label('TEAM', 'web', { fold: true })),
      sort: [{ field: 'created_at', direction: 'desc' as const }],
      limit: 100,
    };
    await opened.store.ingestImages(other, source, [...observe(5, [tier, team]), ...observe(20, [team])]);
    expect((await opened.store.list(other, asked)).rows).toHaveLength(5);
    await opened.store.ingestImages(other, source, observe(40, [tier]));
    expect((await opened.store.list(other, asked)).rows).toHaveLength(5);
  });

  test('groups of two labels, of which one has more values than are looked up ahead', async () => {
    const where = some('tag', eq('value', 'even'));
    for (const by of [
      ['build', 'team'],
      ['team', 'build'],
      ['TEAM', 'Build'],
    ]) {
      for (const asked of [where, and(where, label('build', 'b0002'))]) {
        const { groups, total } = await opened.store.group(project, {
          entity: 'image',
          where: asked,
          by: by.map((key) => ({ label: key })),
          order: 'name-asc',
          limit: 2,
        });
        const values = (build: string) => (by[0] === 'build' ? [build, 'WEB'] : ['WEB', build]);
        const found = groups.map((each) => ({
          ...each,
          values: each.values.map((one) => (/web/i.test(one) ? 'WEB' : one)),
        }));
        if (asked === where)
          expect({ found, total }).toEqual({
            found: [
              { values: values('b0000'), count: 1 },
              { values: values('b0002'), count: 1 },
            ],
            total: 310,
          });
        else expect({ found, total }).toEqual({ found: [{ values: values('b0002'), count: 1 }], total: 1 });
      }
    }
  });

  test('labels that differ only in what is cut off are one, however long they are folded', async () => {
    const other = aProject('long');
    // The Kelvin sign has three bytes, its small letter one.
    const values = ['a', 'b'].map((end) => `${'\u212a'.repeat(400)}${end.repeat(300)}`);
    const observations = values.map((value, n) => ({
      kind: 'container' as const,
      digest: digestOf(`long ${n}`),
      labels: [['note', value] as const],
      seenAt: T0,
      createdAt: T0,
    }));
    await opened.store.ingestImages(other, source, observations);
    for (const value of values) {
      for (const where of [label('note', value), label('note', value, { fold: true })])
        expect((await opened.store.count(other, 'image', where)).value).toBe(2);
    }
  });

  test('a spelling nobody had is found at once, wherever it is asked for', async () => {
    const other = aProject('spelling');
    const observe = (n: number, value: string) => ({
      kind: 'container' as const,
      digest: digestOf(`spelling ${n}`),
      labels: [['team', value] as const],
      seenAt: T0,
      createdAt: T0,
    });
    const web = label('team', 'web', { fold: true });
    const counts = async () => {
      const found: number[] = [];
      for (const where of [web, not(web), or(eq('digest', 'none'), web), or(eq('digest', 'none'), not(web))]) {
        const sort = [{ field: 'created_at', direction: 'desc' as const }];
        found.push((await opened.store.list(other, { entity: 'image', where, sort, limit: 10 })).rows.length);
        found.push((await opened.store.count(other, 'image', where)).value);
      }
      return found;
    };
    await opened.store.ingestImages(other, source, [observe(1, 'web'), observe(2, 'db')]);
    expect(await counts()).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    await opened.store.ingestImages(other, source, [observe(3, 'WEB'), observe(4, 'wEb')]);
    expect(await counts()).toEqual([3, 3, 1, 1, 3, 3, 1, 1]);
  });
});
