import type { Project } from '../domain/credential.ts';
import type { Id } from '../domain/id.ts';
import { compareRows, type Difference, type StoredRow } from './doctor/compare.ts';
import { checkCounters } from './doctor/counters.ts';
import { checkContents, checkImages } from './doctor/images.ts';
import { checkNames, repositoryPages } from './doctor/names.ts';
import type { Engine } from './engine.ts';
import { decodeContainer } from './summaries/container.ts';
import { TABLES, tableNamed } from './tables.ts';
import type { Row } from './write/arrange.ts';
import { containerRows } from './write/container-rows.ts';
import { readSession, type Session, selectIn } from './write/session.ts';

export type { Difference };

/** Rows looked at together. */
const AT_ONCE = 300;

/**
 * Recomputes everything derived in a project's inventory - every row, summary, count and name - from the documents
 * and containers, and says where the stored is another. Reads only, in bounded memory; differences are cut at `limit`.
 * Changes made meanwhile can look like differences: check while nothing is collected.
 */
export async function checkInventory(
  engine: Engine,
  project: Project,
  options: { limit?: number } = {},
): Promise<readonly Difference[]> {
  const { limit = 1_000 } = options;
  const session = readSession(engine, project);
  const found: Difference[] = [];
  for await (const part of parts(engine, session)) {
    found.push(...part);
    if (found.length >= limit) return found.slice(0, limit);
  }
  return found;
}

async function* parts(engine: Engine, session: Session): AsyncGenerator<readonly Difference[]> {
  for await (const ids of pages(engine, session, 'image', 'image_id')) yield await checkImages(session, ids);
  for await (const digests of pages(engine, session, 'platform', 'config_digest'))
    yield await checkContents(session, digests);
  for await (const ids of pages(engine, session, 'container', 'container_id'))
    yield await checkContainers(session, ids);
  for (const table of ['reference', 'name_head'] as const) {
    for await (const { registry, repositories } of repositoryPages(engine, session, table)) {
      yield await checkNames(session, registry, repositories);
    }
  }
  yield await orphans(engine, session);
  yield await checkCounters(engine, session);
}

/** All values of a column, in order, a page at a time; rows without one are left out. */
async function* pages(
  engine: Engine,
  session: Session,
  table: string,
  column: string,
): AsyncGenerator<readonly string[]> {
  let after: string | undefined;
  for (;;) {
    let query = engine.sql
      .selectFrom(table)
      .select(column)
      .distinct()
      .where('project_no', '=', session.scope.no)
      .where('bucket', 'in', [...session.buckets])
      .where(column, 'is not', null)
      .orderBy(column)
      .limit(AT_ONCE);
    if (after !== undefined) query = query.where(column, '>', after);
    const rows = await engine.all<Record<string, string>>(query.compile());
    after = rows.at(-1)?.[column];
    if (after === undefined) return;
    yield rows.map((row) => row[column]!);
  }
}

async function checkContainers(session: Session, ids: readonly string[]): Promise<Difference[]> {
  const read = (table: string, column: string, values: readonly string[]) => {
    const columns = tableNamed(table).columns.map((each) => each.name);
    return selectIn<StoredRow>(session, table, columns, column, values);
  };
  const stored = await read('container', 'container_id', ids);
  const images = [...new Set(stored.map((row) => String(row['image_id'])))];
  const wanted = new Set(ids);
  const labels = (await read('container_label', 'image_id', images)).filter((row) =>
    wanted.has(String(row['container_id'])),
  );
  const expected = new Map<string, Row[]>([
    ['container', []],
    ['container_label', []],
  ]);
  for (const row of stored) {
    const container = decodeContainer(String(row['summary']));
    for (const [table, rows] of containerRows(container, session.scope)) expected.get(table)!.push(...rows);
  }
  const twice =
    ids.length === stored.length ? [] : [{ table: 'container', row: '', problem: 'an id is there more than once' }];
  return [
    ...twice,
    ...compareRows('container', expected.get('container')!, stored),
    ...compareRows('container_label', expected.get('container_label')!, labels),
  ];
}

/** Tables that hold rows of images or contents, and where their owners are. */
const OWNED: readonly { table: string; owner: string; id: string }[] = TABLES.flatMap(({ name, key }) => {
  if (name === 'image' || name === 'content' || name.startsWith('container')) return [];
  const id = key[2];
  return id === 'image_id' || id === 'content_id'
    ? [{ table: name, owner: id === 'image_id' ? 'image' : 'content', id }]
    : [];
});

/** Rows whose image or content is gone, and contents that no image shows. */
async function orphans(engine: Engine, session: Session): Promise<Difference[]> {
  const found: Difference[] = [];
  const here = (table: string) => ({ project: `${table}.project_no`, bucket: `${table}.bucket` });
  for (const { table, owner, id } of OWNED) {
    const rows = await engine.all<Record<string, Id>>(
      engine.sql
        .selectFrom(table)
        .leftJoin(owner, (join) =>
          join
            .onRef(here(owner).project, '=', here(table).project)
            .onRef(here(owner).bucket, '=', here(table).bucket)
            .onRef(`${owner}.${id}`, '=', `${table}.${id}`)
            .on(here(owner).project, '=', session.scope.no)
            .on(here(owner).bucket, 'in', [...session.buckets]),
        )
        .select(`${table}.${id}`)
        .distinct()
        .where(here(table).project, '=', session.scope.no)
        .where(here(table).bucket, 'in', [...session.buckets])
        .where(`${owner}.${id}`, 'is', null)
        .limit(100)
        .compile(),
    );
    for (const row of rows) found.push({ table, row: row[id]!, problem: `belongs to no ${owner}` });
  }
  const shown = await engine.all<{ config_digest: string }>(
    engine.sql
      .selectFrom('content')
      .select('config_digest')
      .where('project_no', '=', session.scope.no)
      .where('bucket', 'in', [...session.buckets])
      .where(
        'config_digest',
        'not in',
        engine.sql
          .selectFrom('platform')
          .select('config_digest')
          .where('project_no', '=', session.scope.no)
          .where('bucket', 'in', [...session.buckets])
          .where('config_digest', 'is not', null),
      )
      .limit(100)
      .compile(),
  );
  for (const row of shown) found.push({ table: 'content', row: row.config_digest, problem: 'is shown by no image' });
  return found;
}
