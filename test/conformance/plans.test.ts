import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Project } from '../../src/domain/credential.ts';
import type { EntityName } from '../../src/query/catalogue.ts';
import type { SortKey } from '../../src/query/page.ts';
import { ALL, and, compare, eq, label, not, or, type Predicate, some } from '../../src/query/predicate.ts';
import { tableNamed } from '../../src/store/tables.ts';
import { ingestWorld } from '../support/evaluate-check.ts';
import { watchedReader } from '../support/evaluate-plans.ts';
import { reports } from '../support/evaluate-worlds.ts';
import { type OpenTestStore, openTestStore } from '../support/stores.ts';

const PROJECT: Project = { id: '5e'.repeat(16), no: 1, name: 'reading', bucketBase: 0, bucketCount: 1, createdAt: 0 };
const REPORTS = reports({ images: 40, machines: 10, containers: 50 }, 7);

const by = (direction: 'asc' | 'desc', ...fields: string[]): SortKey[] => fields.map((field) => ({ field, direction }));

describe('how SQLite finds the rows of a page', () => {
  let opened: OpenTestStore;
  let watched: ReturnType<typeof watchedReader>;
  beforeAll(async () => {
    opened = await openTestStore('sqlite');
    await ingestWorld(opened.store, PROJECT, REPORTS);
    watched = watchedReader(opened.engine, join((opened.options as { data: string }).data, await databaseFile(opened)));
  });
  afterAll(async () => {
    watched.close();
    await opened.close();
  });

  /** The statements of a page behind a position in the middle of the list: the last one fetches the rows. */
  async function stepsOf(entity: EntityName, where: Predicate, sort: SortKey[]): Promise<string[]> {
    const first = await watched.reader.list(PROJECT, { entity, where, sort, limit: 1 });
    watched.steps();
    await watched.reader.list(PROJECT, { entity, where, sort, limit: 1, after: first.positions[0]! });
    return watched.steps()[0]!;
  }

  /** The label most rows have of its key. */
  async function aTeam(entity: EntityName): Promise<Predicate> {
    const by = [{ label: 'team' }];
    const page = await watched.reader.group(PROJECT, { entity, where: ALL, by, order: 'count-desc', limit: 1 });
    return label('team', page.groups[0]!.values[0]!);
  }

  const orders: [EntityName, SortKey[]][] = [
    ...tableNamed('image')
      .indexes.map(({ columns }) => columns.slice(1, columns.indexOf('image_id')))
      .filter((columns) => columns.at(-1) === 'created_at' && !['visibility', 'owner'].includes(columns[0]!))
      .flatMap((columns): [EntityName, SortKey[]][] => [
        ['image', by('asc', ...columns)],
        ['image', by('desc', ...columns)],
      ]),
    ['placement', []],
    ...['size', 'built_at', 'running_count', 'short_name', 'registry', 'repository', 'tag_count'].map(
      (field): [EntityName, SortKey[]] => ['placement', by('desc', field)],
    ),
    ['content', by('desc', 'built_at')],
    ['content', by('asc', 'updated_at')],
    ['container', by('asc', 'host_name', 'name')],
    ['container', by('desc', 'started_at')],
  ];

  test.each(orders)('a deep page of %s by %j walks one index and sorts nothing', async (entity, sort) => {
    const steps = await stepsOf(entity, ALL, sort);
    const first = sort[0]?.field ?? 'name';
    expect(steps[0]).toMatch(new RegExp(`^SEARCH e USING INDEX ${entity}_by_${first}\\w* \\(project_no=\\? AND `));
    expect(steps.filter((step) => /TEMP B-TREE|^SCAN/.test(step))).toEqual([]);
  });

  test.each<[EntityName, SortKey[], string]>([
    ['image', by('desc', 'created_at'), 'image_tag_by_tag_id_created_at'],
    ['image', by('desc', 'updated_at', 'created_at'), 'image_tag_by_tag_id_updated_at'],
    ['image', by('asc', 'size', 'created_at'), 'image_tag_by_tag_id_size'],
    ['placement', [], 'placement_tag_by_tag_id_name'],
    ['content', by('desc', 'built_at'), 'content_tag_by_tag_id_built_at'],
  ])('a page of %s with a label by %j walks the tags', async (entity, sort, index) => {
    const steps = await stepsOf(entity, and(await aTeam(entity), not(some('tag', eq('value', 'x')))), sort);
    expect(steps[0]).toContain(` t USING COVERING INDEX ${index}`);
    expect(steps[0]).toMatch(/\(project_no=\? AND tag_id=\?/);
    expect(steps.filter((step) => /TEMP B-TREE|^SCAN/.test(step))).toEqual([]);
  });

  const none = (field: string, value: string) => not(eq(field, value));
  const listed = and(
    or(none('visibility', 'community'), eq('owner', 'f'.repeat(32))),
    none('status', 'killed'),
    not(eq('hidden', true)),
  );
  const held = and(eq('enterprise_project', '0'), none('state', 'gone'));
  test.each<[string, EntityName, Predicate, SortKey[], tagged?: 'tagged']>([
    ['StackRox', 'image', eq('kind', 'container'), by('asc', 'updated_at', 'created_at')],
    ['StackRox', 'image', eq('kind', 'container'), by('desc', 'built_at', 'created_at')],
    ['StackRox', 'image', eq('kind', 'container'), by('asc', 'updated_at', 'created_at'), 'tagged'],
    ['Glance', 'image', listed, by('desc', 'created_at')],
    ['Glance', 'image', listed, by('desc', 'size', 'created_at')],
    ['Glance', 'image', listed, by('desc', 'created_at'), 'tagged'],
    ['HSS', 'container', held, by('asc', 'host_name', 'name')],
    [
      'HSS',
      'container',
      and(held, compare('image_repository', { op: 'contains', value: 'e' })),
      by('asc', 'host_name', 'name'),
    ],
  ])('what %s asks of every %s does not need its row: %j by %j %s', async (_dialect, entity, asked, sort, tagged) => {
    const where = tagged ? and(asked, await aTeam(entity)) : asked;
    const { positions } = await watched.reader.list(PROJECT, { entity, where, sort, limit: 1 });
    expect(positions).toHaveLength(1);
    watched.steps();
    await watched.reader.outline(PROJECT, { entity, where, sort, limit: 1, after: positions[0]! }, 'keys');
    const steps = watched.steps().at(-1)!;
    expect(steps.filter((step) => !/^SEARCH \w+ USING COVERING INDEX |^MERGE|^LEFT$|^RIGHT$/.test(step))).toEqual([]);
  });

  test('groups of a label with few values look up no other label in the dictionary', async () => {
    const where = and(await aTeam('image'), not(some('tag', eq('value', 'x'))));
    const request = { entity: 'image', where, by: [{ label: 'team' }], order: 'name-asc', limit: 5 } as const;
    await watched.reader.group(PROJECT, request);
    const statement = watched.statements().findLast((each) => each.startsWith('with g as'));
    expect(statement).toMatch(
      /\+"\w+"\."tag_id" in \(select "\w+"\."tag_id" from "tag_count" as "\w+" indexed by "tag_count_by_key_fold/,
    );
  });

  test('a rare row of a relation is found by its index', async () => {
    const where = some('reference', compare('tag', { op: 'eq', value: 'v1', fold: true }));
    await watched.reader.list(PROJECT, { entity: 'image', where, sort: by('desc', 'created_at'), limit: 5 });
    const steps = watched.steps().at(-1)!;
    expect(steps.some((step) => step.startsWith('SEARCH x USING INDEX reference_by_tag_fold'))).toBe(true);
    expect(steps.some((step) => /SEARCH e USING .*\(project_no=\? AND bucket=\? AND image_id=\?\)/.test(step))).toBe(
      true,
    );
  });

  test('a search in container repositories walks each that fits', async () => {
    const where = compare('image_repository', { op: 'contains', value: 'NGINX', fold: true });
    await watched.reader.list(PROJECT, { entity: 'container', where, sort: by('asc', 'host_name', 'name'), limit: 5 });
    const steps = watched.steps().at(-1)!;
    expect(steps[0]).toMatch(
      /^SEARCH e USING INDEX container_by_image_repository\w* \(project_no=\? AND image_repository=\?\)/,
    );
  });

  test('a page by offset that was read before begins where it is', async () => {
    const request = {
      entity: 'image',
      where: ALL,
      sort: by('desc', 'size', 'created_at'),
      limit: 4,
      offset: 17,
    } as const;
    const first = await watched.reader.list(PROJECT, request);
    expect(watched.statements().at(-1)).toMatch(/ offset \?\d*$/);
    const again = await watched.reader.list(PROJECT, request);
    expect(watched.statements().at(-1)).not.toContain(' offset ');
    expect(again).toEqual(first);
  });

  test('an index that is gone for a while is done without', async () => {
    const name = 'image_by_updated_at_created_at_image_id';
    const sort = by('desc', 'updated_at', 'created_at');
    const before = await watched.reader.list(PROJECT, { entity: 'image', where: ALL, sort, limit: 50 });
    await opened.engine.execute(`drop index "${name}"`);
    const without = await watched.reader.list(PROJECT, { entity: 'image', where: ALL, sort, limit: 50 });
    expect(without).toEqual(before);
  });
});

/** Name of the database file in a store's folder. */
async function databaseFile({ engine }: OpenTestStore): Promise<string> {
  const [main] = await engine.all<{ file: string }>({
    sql: "select file from pragma_database_list where name = 'main'",
    parameters: [],
  });
  return main!.file.slice(main!.file.lastIndexOf('/') + 1);
}
