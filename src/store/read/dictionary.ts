import { sql } from 'kysely';
import type { Project } from '../../domain/credential.ts';
import type { EntityName } from '../../query/catalogue.ts';
import type { Condition, Some } from './condition.ts';
import { conditionSql, onlySql } from './condition-sql.ts';
import type { ReadContext } from './context.ts';
import { inProject, sqlWriter } from './writer.ts';

/** A label or tag as it is stored, and how many rows of the entity carry it. */
export interface Pair {
  readonly key: string;
  readonly key_fold: string;
  readonly value: string;
  readonly value_fold: string;
  readonly count: number;
}

/** Most pairs a condition is resolved to. */
export const MOST_PAIRS = 50;

/** Entities whose labels and tags are counted. */
export type CountedEntity = Exclude<EntityName, 'container'>;

export function isCounted(entity: EntityName): entity is CountedEntity {
  return entity !== 'container';
}

/**
 * The distinct labels (or tags) of an entity that satisfy a condition on them, from the dictionary `tag_count`, so
 * that its cost depends on how many different ones there are, not on the rows.
 * @returns `undefined` when there are more than {@link MOST_PAIRS}
 */
export async function resolvePairs(
  context: ReadContext,
  project: Project,
  entity: CountedEntity,
  some: Some,
  values: readonly unknown[],
): Promise<readonly Pair[] | undefined> {
  const found = await context.kept(project, 'pairs', [entity, some, values], () =>
    context.run<Pair>(
      project,
      ['pairs', entity, some],
      () => pairsSql(context, project, entity, some.relation, some.where),
      {
        where: values,
      },
    ),
  );
  return found.length > MOST_PAIRS ? undefined : found;
}

function pairsSql(
  context: ReadContext,
  project: Project,
  entity: CountedEntity,
  relation: Some['relation'],
  where: Condition,
) {
  // Here any condition may choose the index.
  const writer = sqlWriter({ ...context.capabilities(), unindexed: '' }, project.bucketCount);
  const tests = conditionSql(writer, where, { of: relation, alias: 'd' });
  const only = onlySql(writer, { only: relation === 'label' ? 'labels' : 'tags' }, 'd');
  const here = sql`${inProject(writer, 'd', true)} and ${sql.ref('d.entity')} = ${sql.lit(entity)} and ${only} and ${tests} and ${sql.ref('d.count')} > 0`;
  const limit = sql.lit(MOST_PAIRS + 1);
  return project.bucketCount === 1
    ? sql`select d.key, d.key_fold, d.value, d.value_fold, d.count from tag_count as d where ${here} limit ${limit}`
    : sql`select d.key, d.key_fold, d.value, d.value_fold, cast(sum(d.count) as bigint) as count from tag_count as d where ${here} group by d.key, d.key_fold, d.value, d.value_fold limit ${limit}`;
}
