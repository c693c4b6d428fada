import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Project } from '../../src/domain/credential.ts';
import { compare, type Predicate } from '../../src/query/predicate.ts';
import type { Statement } from '../../src/store/engine.ts';
import { createInventoryReader, type InventoryReading } from '../../src/store/inventory-reader.ts';
import { watchedEngine } from '../support/evaluate-plans.ts';
import { reports } from '../support/evaluate-worlds.ts';
import { ENGINES, type OpenTestStore, openTestStore } from '../support/stores.ts';

const PROJECT: Project = { id: '5e'.repeat(16), no: 1, name: 'searching', bucketBase: 0, bucketCount: 1, createdAt: 0 };
const SORT = ['host_name', 'name'].map((field) => ({ field, direction: 'asc' as const }));

/** Repositories and how many containers each has: each search below is answered in another way. */
const REPOSITORIES: readonly (readonly [name: string, containers: number])[] = [
  ...Array.from({ length: 3 }, (_, n) => [`few/app-${n}`, 4] as const),
  ...Array.from({ length: 20 }, (_, n) => [`common/app-${n}`, 60] as const),
  ...Array.from({ length: 300 }, (_, n) => [`single/app-${n}`, 1] as const),
  ...Array.from({ length: 230 }, (_, n) => [`most/app-${n}`, 10] as const),
];

describe.each(ENGINES)('searching a text column on %s', (engine) => {
  let opened: OpenTestStore;
  let reader: InventoryReading;
  let asked: Statement[] = [];
  const containers = containersOf(REPOSITORIES);

  beforeAll(async () => {
    opened = await openTestStore(engine);
    await opened.store.ingestContainers(PROJECT, { id: 'a1'.repeat(16), kind: 'docker' }, containers);
    await opened.engine.execute('analyze');
    reader = createInventoryReader(watchedEngine(opened.engine, (statement) => asked.push(statement)));
  });
  afterAll(() => opened.close());

  /** The ids of a whole list, read in pages, and the text of its last page's statement. */
  async function found(where: Predicate): Promise<{ ids: string[]; sql: string }> {
    const ids: string[] = [];
    let after: Parameters<InventoryReading['list']>[1]['after'];
    let sql = '';
    for (;;) {
      asked = [];
      const request = { entity: 'container', where, sort: SORT, limit: 333, after } as const;
      const page = await reader.list(PROJECT, request);
      ids.push(...page.rows.map(({ id }) => id));
      sql ||= asked.at(-1)!.sql;
      if (!page.more) return { ids, sql };
      after = page.positions.at(-1);
    }
  }

  const expected = (part: string) =>
    containers.filter(({ imageRepository }) => imageRepository.includes(part)).map(({ id }) => id);
  const walks = (sql: string) => sql.split(' union all ').length;

  test('a few repositories are walked side by side', async () => {
    const { ids, sql } = await found(compare('image_repository', { op: 'contains', value: 'few/' }));
    expect(ids.length).toBe(12);
    expect(ids).toEqual(expected('few/'));
    expect(walks(sql)).toBe(3);
  });

  test('repositories that a large part of the containers have are met on the walk along the order', async () => {
    const { ids, sql } = await found(compare('image_repository', { op: 'contains', value: 'common/' }));
    expect(ids).toEqual(expected('common/'));
    expect(walks(sql)).toBe(1);
    expect(sql).not.toContain(' as f cross join ');
  });

  test('many repositories with few containers are found first and sorted', async () => {
    const { ids, sql } = await found(compare('image_repository', { op: 'contains', value: 'single/' }));
    expect(ids).toEqual(expected('single/'));
    expect(sql).toContain(' as f cross join ');
  });

  test('many repositories with many containers are met on the walk along the order', async () => {
    const { ids, sql } = await found(compare('image_repository', { op: 'contains', value: 'most/' }));
    expect(ids).toEqual(expected('most/'));
    expect(walks(sql)).toBe(1);
    expect(sql).not.toContain(' as f cross join ');
  });

  test('no repository, no rows', async () => {
    const { ids } = await found(compare('image_repository', { op: 'contains', value: 'nowhere/' }));
    expect(ids).toEqual([]);
  });
});

/** Containers in the order of the lists, repositories mixed. */
function containersOf(repositories: typeof REPOSITORIES) {
  const [like] = reports({ images: 1, machines: 0, containers: 1 }, 7).containers;
  const names = repositories.flatMap(([name, count]) => Array.from({ length: count }, () => name));
  return names.map((_, n) => ({
    ...like!,
    id: `c${String(n).padStart(5, '0')}`,
    name: `container-${String(n).padStart(5, '0')}`,
    hostId: 'h1',
    hostName: 'host',
    // A stride that has no factor in common with their number brings all of them, mixed.
    imageRepository: names[(n * 1_009) % names.length]!,
  }));
}
