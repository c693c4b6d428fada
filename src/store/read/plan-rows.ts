import { sql } from 'kysely';
import type { Plan } from './access.ts';
import { parts } from './condition.ts';
import { conditionSql } from './condition-sql.ts';
import type { ReadContext } from './context.ts';
import { leafSql } from './leaf-sql.ts';
import { finderSql } from './page-sql.ts';
import type { Question } from './question.ts';
import { ENTITY_KEY } from './relations.ts';
import { allOf, inProject, type Sql, sameColumns, sqlWriter } from './writer.ts';

/** All rows of a plan, in no order: tables and conditions, with the entity's row as `e`. */
export interface PlanRows {
  readonly tables: Sql;
  readonly conditions: Sql;
}

/** @param free whether a test of an own column may choose the index, where nothing else does */
export function planRows(
  context: ReadContext,
  { project, entity }: Pick<Question, 'project' | 'entity'>,
  plan: Plan,
  free: boolean,
): PlanRows {
  const writer = sqlWriter(context.engine.capabilities, project.bucketCount);
  const { access, rest } = plan;
  const few = access.kind === 'ids';
  const tests = parts(rest).map((part) =>
    part.kind === 'test'
      ? leafSql(writer, part, entity, 'e', free && !few)
      : conditionSql(writer, part, { of: entity, alias: 'e' }),
  );
  const rows = sql`${sql.table(entity)} as e`;
  if (!few) return { tables: rows, conditions: allOf([inProject(writer, 'e', !free), ...tests]) };
  const same = sameColumns('e', 'f', ['project_id', 'bucket', ...ENTITY_KEY[entity]]);
  return {
    tables: sql`(${finderSql(writer, access.finder, entity)}) as f cross join ${rows}`,
    conditions: allOf([inProject(writer, 'e', true), same, ...tests]),
  };
}
