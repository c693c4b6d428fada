import { sql } from 'kysely';
import type { Project } from '../../domain/credential.ts';
import type { EntityName } from '../../query/catalogue.ts';
import type { Condition, Some, Tally } from './condition.ts';
import { conditionSql, onlySql } from './condition-sql.ts';
import type { ReadContext } from './context.ts';
import { isByTagId, wordIndex } from './tag-condition.ts';
import { freely, inProject, sqlWriter, tableAs } from './writer.ts';

/** A label or tag as it is stored, and how many rows of the entity carry it. */
export interface Pair {
  readonly tag_id: string;
  readonly count: number;
}

/** Most walks along an index that are merged into one list. */
export const MOST_PAIRS = 50;
/** Most pairs a condition is resolved to. */
const MOST_RESOLVED = 500;

/** Entities whose labels and tags are counted. */
export type CountedEntity = Exclude<EntityName, 'container'>;

export function isCounted(entity: EntityName): entity is CountedEntity {
  return entity !== 'container';
}

/**
 * The distinct labels (or tags) of an entity that satisfy a condition on them, from the dictionary `tag_count`, so
 * that its cost depends on how many different ones there are, not on the rows.
 * @returns `undefined` when there are more than {@link MOST_RESOLVED}
 */
export async function resolvePairs(
  context: ReadContext,
  project: Project,
  entity: CountedEntity,
  { relation, where }: Pick<Some | Tally, 'relation' | 'where'>,
  values: readonly unknown[],
): Promise<readonly Pair[] | undefined> {
  const found = await context.kept(project, 'pairs', [entity, relation, where, values], () =>
    context.run<Pair>(
      project,
      ['pairs', entity, relation, where],
      () => pairsSql(context, project, entity, relation, where),
      { where: values },
    ),
  );
  return found.length > MOST_RESOLVED ? undefined : found;
}

function pairsSql(
  context: ReadContext,
  project: Project,
  entity: CountedEntity,
  relation: Some['relation'],
  where: Condition,
) {
  // Any condition may choose the index; the bucket only where the whole key is given, since all words are in a few.
  const writer = sqlWriter(context.capabilities(), project.bucketCount);
  const tests = conditionSql(freely(writer), where, { of: relation, alias: 'd' });
  const only = onlySql(freely(writer), { only: relation === 'label' ? 'labels' : 'tags' }, 'd');
  const count = sql.ref(`d.${entity}_count`);
  const here = sql`${inProject(writer, 'd', isByTagId(where))} and ${only} and ${tests} and ${count} > 0`;
  const words = tableAs(writer, 'tag_count', 'd', wordIndex(where));
  const limit = sql.lit(MOST_RESOLVED + 1);
  return project.bucketCount === 1
    ? sql`select d.tag_id, ${count} as count from ${words} where ${here} limit ${limit}`
    : sql`select d.tag_id, cast(sum(${count}) as bigint) as count from ${words} where ${here} group by d.tag_id limit ${limit}`;
}
