/** Puts one question to a store and compares every answer with the naive evaluation. */
import { expect } from 'vitest';
import type { Project } from '../../src/domain/credential.ts';
import type { ImageRecord } from '../../src/domain/record.ts';
import type { EntityName } from '../../src/query/catalogue.ts';
import type { Position, SortKey } from '../../src/query/page.ts';
import type { Predicate } from '../../src/query/predicate.ts';
import type { Group, GroupKey, InventoryReader, InventoryWriter } from '../../src/store/store.ts';
import { groupAll, listAll, type World } from './evaluate.ts';
import { NOW, type Reports } from './evaluate-worlds.ts';

type Inventory = InventoryReader & InventoryWriter;

export interface Question {
  readonly entity: EntityName;
  readonly where: Predicate;
  readonly sort: readonly SortKey[];
  readonly by: readonly GroupKey[];
  readonly limit: number;
  readonly offset: number;
}

const SOURCES = [
  { id: 'a'.repeat(32), kind: 'registry' },
  { id: 'b'.repeat(32), kind: 'docker' },
] as const;

/** Takes reports in, and gives the inventory they make as plain records. */
export async function ingestWorld(store: Inventory, project: Project, reports: Reports): Promise<World> {
  const images = new Map<string, ImageRecord>();
  for (const [index, observations] of reports.images.entries()) {
    await store.ingestImages(project, SOURCES[index]!, observations);
  }
  await store.ingestContainers(project, SOURCES[1], reports.containers);
  const [first, second] = reports.images;
  for (const [index, observation] of first!.entries()) {
    const image = observation.id
      ? await store.image(project, observation.id)
      : await store.imageByDigest(project, observation.digest!);
    const sources = second!.some((_, at) => at === index) ? SOURCES : SOURCES.slice(0, 1);
    const given = { labels: false, service: [], platforms: null };
    images.set(image!.id, { image: image!, size: observation.size ?? null, sources, given, limits: [] });
  }
  const containers = await Promise.all(reports.containers.map((each) => store.container(project, each.id)));
  return { project: project.id, images: [...images.values()], containers: containers.map((each) => each!) };
}

/** List by position to its end, list by offset, count, count with a cap, group to the end. */
export async function checkQuestion(
  store: Inventory,
  project: Project,
  world: World,
  question: Question,
): Promise<void> {
  const { entity, where, sort, limit, offset } = question;
  const expected = listAll(world, { entity, where, sort, now: NOW }).map((row) => row.id);

  const found: string[] = [];
  let after: Position | undefined;
  for (;;) {
    const page = await store.list(project, { entity, where, sort, limit, now: NOW, ...(after ? { after } : {}) });
    found.push(...page.rows.map((row) => idOfRow(entity, row)));
    expect(page.positions.length).toBe(page.rows.length);
    if (!page.more) break;
    expect(page.rows.length).toBe(limit);
    after = page.positions.at(-1);
  }
  expect(found).toEqual(expected);

  const skipped = await store.list(project, { entity, where, sort, limit, offset, now: NOW });
  expect(skipped.rows.map((row) => idOfRow(entity, row))).toEqual(expected.slice(offset, offset + limit));
  expect(skipped.more).toBe(offset + limit < expected.length);

  const total = expected.length;
  expect(await store.count(project, entity, where, { now: NOW })).toEqual({ value: total, relation: 'eq' });
  const capped = total > limit ? { value: limit, relation: 'ge' } : { value: total, relation: 'eq' };
  expect(await store.count(project, entity, where, { now: NOW, cap: limit })).toEqual(capped);

  await checkGroups(store, project, world, question);
}

async function checkGroups(store: Inventory, project: Project, world: World, question: Question): Promise<void> {
  const { entity, where, by, limit } = question;
  const expected = groupAll(world, { entity, where, by, now: NOW });
  for (const order of ['count-desc', 'name-asc'] as const) {
    const found: Group[] = [];
    let after: Position | undefined;
    for (;;) {
      const request = { entity, where, by, order, limit, now: NOW, ...(after ? { after } : {}) };
      const page = await store.group(project, request);
      expect(page.total).toBe(expected.length);
      found.push(...page.groups);
      if (!page.more) break;
      after = page.positions.at(-1);
    }
    expect(sorted(found)).toEqual(sorted(expected));
    if (order === 'count-desc')
      expect(found.map((each) => each.count)).toEqual(found.map((e) => e.count).sort((a, b) => b - a));
  }
}

function sorted(groups: readonly Group[]): readonly string[] {
  return groups.map((group) => JSON.stringify([group.values, group.count])).sort();
}

function idOfRow(entity: EntityName, row: object): string {
  const { id, name, image } = row as { id: string; name: string; image: { digest: string | null } };
  return entity === 'placement' ? `${name} ${(image.digest ?? '').slice(7, 23)}` : id;
}
