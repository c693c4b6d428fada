import type { Id } from '../../domain/id.ts';
import type { Micros } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { bucketOfName, headOf } from '../write/names.ts';
import { type Session, selectIn } from '../write/session.ts';
import type { Difference } from './compare.ts';

interface NamePart {
  readonly registry: string;
  readonly repository: string;
  readonly tag_key: string;
  readonly image_id: Id;
}

type Held = NamePart & { readonly first_seen_at: Micros };
type Head = NamePart & { readonly bucket: number; readonly seen_at: Micros };

/** The heads of all names in some repositories of a registry, against the references that hold them. */
export async function checkNames(
  session: Session,
  registry: string,
  repositories: readonly string[],
): Promise<Difference[]> {
  const parts = ['registry', 'repository', 'tag_key', 'image_id'];
  const held = await selectIn<Held>(session, 'reference', [...parts, 'first_seen_at'], 'repository', repositories, {
    name: 'open tags',
    narrow: (query) => query.where('registry', '=', '').where('closed_at', 'is', null).where('tag_key', '!=', ''),
    parameters: [registry, ''],
  });
  const heads = await selectIn<Head>(
    session,
    'name_head',
    [...parts, 'bucket', 'seen_at'],
    'repository',
    repositories,
    {
      name: 'of registry',
      narrow: (query) => query.where('registry', '=', ''),
      parameters: [registry],
    },
  );
  const expected = new Map<string, { of: Held; holders: Map<Id, Micros> }>();
  for (const row of held) {
    const name = nameOf(row);
    const known = expected.get(name) ?? { of: row, holders: new Map<Id, Micros>() };
    known.holders.set(row.image_id, row.first_seen_at);
    expected.set(name, known);
  }
  const found: Difference[] = [];
  for (const head of heads) {
    const name = nameOf(head);
    const right = expected.get(name);
    expected.delete(name);
    const wanted = right && headOf(right.holders);
    const key = { registry: head.registry, repository: head.repository, tag: head.tag_key };
    if (!wanted)
      found.push({ table: 'name_head', row: name, problem: 'leads to an image that does not have the name' });
    else if (wanted[0] !== head.image_id || wanted[1] !== head.seen_at) {
      found.push({ table: 'name_head', row: name, problem: `leads to ${head.image_id}, should lead to ${wanted[0]}` });
    } else if (bucketOfName(session.scope, key) !== head.bucket) {
      found.push({ table: 'name_head', row: name, problem: `is in bucket ${head.bucket}` });
    }
  }
  for (const name of expected.keys()) found.push({ table: 'name_head', row: name, problem: 'is missing' });
  return found;
}

/** All repositories that references or heads are in, by registry, in order, a page at a time. */
export async function* repositoryPages(
  engine: Engine,
  session: Session,
  table: 'reference' | 'name_head',
): AsyncGenerator<{ registry: string; repositories: readonly string[] }> {
  for await (const [registry] of values(engine, session, table, 'registry', undefined, 1)) {
    for await (const repositories of values(engine, session, table, 'repository', registry, 100)) {
      yield { registry: registry!, repositories };
    }
  }
}

/** The distinct values of a column, in order, a page at a time. */
async function* values(
  engine: Engine,
  session: Session,
  table: string,
  column: 'registry' | 'repository',
  registry: string | undefined,
  limit: number,
): AsyncGenerator<readonly string[]> {
  let after: string | undefined;
  for (;;) {
    let query = engine.sql
      .selectFrom(table)
      .select(column)
      .distinct()
      .where('project_no', '=', session.scope.no)
      .where('bucket', 'in', [...session.buckets])
      .orderBy(column)
      .limit(limit);
    if (registry !== undefined) query = query.where('registry', '=', registry);
    if (after !== undefined) query = query.where(column, '>', after);
    const rows = await engine.all<Record<string, string>>(query.compile());
    after = rows.at(-1)?.[column];
    if (after === undefined) return;
    yield rows.map((row) => row[column]!);
  }
}

function nameOf(row: NamePart): string {
  return `${row.registry}/${row.repository}:${row.tag_key}`;
}
