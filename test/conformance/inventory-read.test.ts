import { RE2JS } from 're2js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Project } from '../../src/domain/credential.ts';
import type { EntityName } from '../../src/query/catalogue.ts';
import type { Position, SortKey } from '../../src/query/page.ts';
import { ALL, and, compare, eq, label, not, type Predicate, some } from '../../src/query/predicate.ts';
import { createInventoryReader } from '../../src/store/inventory-reader.ts';
import type { World } from '../support/evaluate.ts';
import { checkQuestion, ingestWorld } from '../support/evaluate-check.ts';
import { digest, NOW, reports } from '../support/evaluate-worlds.ts';
import { ENGINES, type OpenTestStore, openTestStore } from '../support/stores.ts';

const PROJECT: Project = { id: '5e'.repeat(16), no: 1, name: 'reading', bucketBase: 0, bucketCount: 1, createdAt: 0 };
const SPREAD: Project = { id: '5f'.repeat(16), no: 2, name: 'spread', bucketBase: 7, bucketCount: 5, createdAt: 0 };
const REPORTS = reports({ images: 40, machines: 10, containers: 50 }, 7);

const by = (direction: 'asc' | 'desc', ...fields: string[]): SortKey[] => fields.map((field) => ({ field, direction }));

describe.each(ENGINES)('reading the inventory on %s', (engine) => {
  let opened: OpenTestStore;
  let world: World;
  beforeAll(async () => {
    opened = await openTestStore(engine);
    world = await ingestWorld(opened.store, PROJECT, REPORTS);
    // What the database does by itself within a minute.
    await opened.engine.execute('analyze');
  });
  afterAll(() => opened.close());

  const ask = (project: Project, of: World, entity: EntityName, where: Predicate, sort: SortKey[] = []) =>
    checkQuestion(opened.store, project, of, { entity, where, sort, by: [{ label: 'ENV' }], limit: 7, offset: 11 });

  test('a project spread over several buckets answers alike', async () => {
    const spread = await ingestWorld(opened.store, SPREAD, REPORTS);
    await ask(SPREAD, spread, 'image', ALL, by('desc', 'size', 'created_at'));
    await ask(SPREAD, spread, 'image', label('env', 'a', { fold: true }), by('asc', 'created_at'));
    await ask(SPREAD, spread, 'image', some('content', compare('size', { op: 'gt', value: 0 })));
    await ask(SPREAD, spread, 'content', some('image', some('container')), by('desc', 'built_at'));
    await ask(SPREAD, spread, 'placement', not(some('tag')), by('asc', 'size'));
    await ask(
      SPREAD,
      spread,
      'container',
      compare('image_repository', { op: 'contains', value: 'i' }),
      by('asc', 'host_name', 'name'),
    );
  });

  test('a project sees nothing of another', async () => {
    const other = { ...PROJECT, no: 3, id: '60'.repeat(16) };
    for (const entity of ['image', 'placement', 'content', 'container'] as const) {
      expect((await opened.store.list(other, { entity, where: ALL, sort: [], limit: 5 })).rows).toEqual([]);
      expect(await opened.store.count(other, entity, ALL)).toEqual({ value: 0, relation: 'eq' });
      expect(
        (await opened.store.group(other, { entity, where: ALL, by: [{ label: 'env' }], order: 'name-asc', limit: 5 }))
          .total,
      ).toBe(0);
    }
    expect(await opened.store.generation(other)).toBe(0);
  });

  test('rows are whole: counts, the image of a placement and of a content, times', async () => {
    const { rows } = await opened.store.list(PROJECT, { entity: 'placement', where: ALL, sort: [], limit: 100 });
    for (const row of rows) {
      expect(await opened.store.imageRow(PROJECT, row.image.id)).toEqual(row.image);
      expect(row.id).toBe(`${row.name}@${row.image.digest}`);
      expect(row.references.every((each) => `${each.registry}/${each.repository}` === row.name)).toBe(true);
    }
    const contents = await opened.store.list(PROJECT, { entity: 'content', where: ALL, sort: [], limit: 100 });
    for (const row of contents.rows) expect(await opened.store.content(PROJECT, row.id)).toEqual(row);
    const containers = await opened.store.list(PROJECT, { entity: 'container', where: ALL, sort: [], limit: 100 });
    expect(containers.rows).toHaveLength(50);
    for (const row of containers.rows) expect(await opened.store.container(PROJECT, row.id)).toEqual(row);
  });

  test('long lists of values, and long queries', async () => {
    const digests = Array.from({ length: 5_000 }, (_, number) => digest(number % 256).replace(/^sha256:0/, 'sha256:0'));
    const odd = Array.from({ length: 300 }, (_, number) => `x${number}`);
    await ask(PROJECT, world, 'image', compare('digest', { op: 'in', values: [...odd, ...digests.slice(0, 20)] }));
    await ask(PROJECT, world, 'image', not(compare('digest', { op: 'in', values: [...odd, ...digests.slice(0, 20)] })));
    const sizes = Array.from({ length: 300 }, (_, number) => number + 800);
    await ask(PROJECT, world, 'image', compare('size', { op: 'in', values: sizes }));
    await ask(
      PROJECT,
      world,
      'image',
      not(compare('risk_score', { op: 'in', values: sizes.map((size) => (size - 800) / 2) })),
    );
    const ids = world.images.slice(0, 5).map(({ image }) => image.id);
    await ask(
      PROJECT,
      world,
      'image',
      compare('id', { op: 'in', values: [...ids, ...odd, ...Array(300).fill('0'.repeat(32))] }),
    );
    await ask(PROJECT, world, 'image', {
      kind: 'or',
      of: odd.flatMap((text) => [eq('name', text), compare('user', { op: 'contains', value: text })]),
    });
    await ask(
      PROJECT,
      world,
      'image',
      { kind: 'or', of: [...odd, 'a'].map((text) => label('env', text)) },
      by('desc', 'created_at'),
    );
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['an unknown field', () => list({ where: eq('colour', 'red') }), 'query.unknown-field'],
    ['an unknown sort field', () => list({ sort: by('asc', 'colour') }), 'query.unknown-field'],
    ['a field no list is sorted by', () => list({ sort: by('asc', 'media_type') }), 'query.unsortable'],
    [
      'an expression that is none',
      () => list({ where: compare('name', { op: 'regex', pattern: 'a(' }) }),
      'query.regex',
    ],
    ['a position of another list', () => list({ after: [1] }), 'cursor.invalid'],
    ['a position with what no id is', () => list({ after: ['x'] }), 'cursor.invalid'],
    ['a position with null where nothing is missing', () => list({ after: [null] }), 'cursor.invalid'],
    ['too many relations within relations', () => list({ where: nested(5) }), 'query.too-deep'],
    [
      'a wildcard pattern without end',
      () => list({ where: compare('name', { op: 'like', pattern: '_a'.repeat(6_000) }) }),
      'query.pattern-too-long',
    ],
    ['grouping by nothing', () => group([]), 'query.ungroupable'],
    ['grouping by what is no group', () => group([{ field: 'size' }]), 'query.ungroupable'],
    [
      'grouping by an unknown field of a relation',
      () => group([{ relation: 'platform', field: 'colour' }]),
      'query.unknown-field',
    ],
  ])('refuses %s', async (_, asked, code) => {
    await expect(asked()).rejects.toMatchObject({ name: 'StowageError', kind: 'invalid', code });
  });

  function list(more: { where?: Predicate; sort?: SortKey[]; after?: Position }) {
    return opened.store.list(PROJECT, { entity: 'image', where: ALL, sort: [], limit: 5, ...more });
  }

  function group(keys: Parameters<typeof opened.store.group>[1]['by']) {
    return opened.store.group(PROJECT, { entity: 'image', where: ALL, by: keys, order: 'count-desc', limit: 5 });
  }

  function nested(levels: number): Predicate {
    let where: Predicate = ALL;
    for (let level = levels; level > 0; level -= 1)
      where = { kind: 'some', relation: level % 2 ? 'placement' : 'image', where };
    return where;
  }

  test('four relations within each other are fine', async () => {
    expect((await list({ where: nested(4) })).rows.length).toBeGreaterThan(0);
  });

  test('no rows are asked for', async () => {
    const none = await opened.store.list(PROJECT, { entity: 'image', where: ALL, sort: [], limit: 0 });
    expect(none).toEqual({ rows: [], positions: [], more: true });
    const nothing = await opened.store.list(PROJECT, {
      entity: 'image',
      where: eq('name', 'nobody'),
      sort: [],
      limit: 0,
    });
    expect(nothing.more).toBe(false);
  });

  test('a statement is compiled once per shape, whatever the values', async () => {
    const { sql } = opened.engine;
    let compiled = 0;
    const counting = new Proxy(sql, {
      get(target, name) {
        if (name === 'getExecutor') compiled += 1;
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const reader = createInventoryReader(
      new Proxy(opened.engine, { get: (target, name) => (name === 'sql' ? counting : bound(target, name)) }),
    );
    const ask = (value: string, size: number) =>
      reader.list(PROJECT, {
        entity: 'image',
        where: and(compare('user', { op: 'contains', value }), compare('size', { op: 'ge', value: size })),
        sort: by('desc', 'created_at'),
        limit: size + 1,
      });
    await ask('a', 1);
    const once = compiled;
    expect(once).toBeGreaterThan(0);
    await ask('b', 2);
    await ask('root', 3);
    expect(compiled).toBe(once);
  });

  test('answers that are kept follow every change', async () => {
    const project = { ...PROJECT, no: 4, id: '61'.repeat(16) };
    const source = { id: 'a'.repeat(32), kind: 'registry' };
    const asked = async () => {
      const { store } = opened;
      const grouped = await store.group(project, {
        entity: 'image',
        where: ALL,
        by: [{ label: 'env' }],
        order: 'count-desc',
        limit: 5,
      });
      return [
        (await store.count(project, 'image', ALL)).value,
        (await store.count(project, 'image', label('ENV', 'prod', { fold: true }))).value,
        (await store.count(project, 'image', eq('kind', 'container'))).value,
        (
          await store.list(project, {
            entity: 'image',
            where: label('ENV', 'prod', { fold: true }),
            sort: by('desc', 'created_at'),
            limit: 9,
            offset: 0,
          })
        ).rows.length,
        grouped.groups.map((each) => `${each.values[0]} ${each.count}`).join(),
      ];
    };
    expect(await asked()).toEqual([0, 0, 0, 0, '']);
    const before = await opened.store.generation(project);
    for (const [index, value] of ['prod', 'Prod', 'dev'].entries()) {
      const labels = [[index === 1 ? 'Env' : 'env', value]] as const;
      await opened.store.ingestImages(project, source, [
        { kind: 'container', digest: digest(index + 1), labels, seenAt: NOW },
      ]);
    }
    expect(await opened.store.generation(project)).toBeGreaterThan(before);
    expect(await asked()).toEqual([3, 2, 3, 2, 'Prod 2,dev 1']);
    const [first] = (
      await opened.store.list(project, { entity: 'image', where: label('env', 'prod'), sort: [], limit: 1 })
    ).rows;
    await opened.store.deleteImages(project, [first!.id]);
    expect(await asked()).toEqual([2, 1, 2, 1, 'dev 1,Prod 1']);
  });

  test('expressions mean what RE2 says', async () => {
    const { engine: database, store } = opened;
    expect(database.capabilities.regex).toBe(engine === 'sqlite' ? 'function' : 'are');
    const names = [...new Set(world.containers.map((each) => each.name))];
    const patterns = [
      'a', 'A', '(?i)a', '^a', 'c$', '^$', '', 'a|^$', '[A-Z]{2}', '(?i)[k-s]', '\\d+\\.\\d', '\\s', '\\S\\s\\S', '\\w+\\W', '.', '^.$', '^..$',
      '(?s)^.+$', '(?m)^break', '(?m)line$', 'line$', '\\Aline', 'k\\z', '\\pL', '\\PL', '\\p{Greek}', '\\p{Lu}\\p{Ll}', '[^\\x00-\\x7F]', '[[:upper:]]', '[[:^alpha:]]',
      '\\bset\\b', '\\Bet', 'stra(?:ß|ss)e', '(?i)STRASSE', '(?i)straSSe|École', '\\Q[set]\\E', '\\Q*\\E', '\\*star\\?', '[*?]', '[]]', '[^]]$', 'a{1,2}b?', '(?U)a+', 'e+?m', '(?P<x>q)uo', '\\x{1F600}', '😀', '[😀-😂]', '\\\\', 'back\\\\slash', '_', '%', '-', '(?i)\\x{212A}', '()', '(|a)+$', '(?i:É)c',
    ]; // biome-ignore format: one list
    for (const pattern of patterns) {
      for (const fold of [false, true]) {
        const expression = RE2JS.compile(pattern, fold ? RE2JS.CASE_INSENSITIVE : 0);
        const where = compare('name', { op: 'regex', pattern, fold });
        const page = await store.list(PROJECT, { entity: 'container', where, sort: [], limit: 100 });
        const found = new Set(page.rows.map((row) => row.name));
        expect({ pattern, fold, found: [...found].sort() }).toEqual({
          pattern,
          fold,
          found: names.filter((name) => expression.matcher(name).find()).sort(),
        });
      }
    }
  });
});

function bound<T extends object>(target: T, name: string | symbol): unknown {
  const value = Reflect.get(target, name);
  return typeof value === 'function' ? value.bind(target) : value;
}
