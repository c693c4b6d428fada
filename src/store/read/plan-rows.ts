import { sql } from 'kysely';
import type { Plan } from './access.ts';
import { parts } from './condition.ts';
import { conditionSql } from './condition-sql.ts';
import type { ReadContext } from './context.ts';
import { finderSql, keyColumns } from './finder-sql.ts';
import { leafSql } from './leaf-sql.ts';
import type { Question } from './question.ts';
import { allOf, inProject, type Sql, sameColumns, sqlWriter } from './writer.ts';

/** All rows of a plan, in no order: tables and conditions, with the entity's row as `e`. */
export interface PlanRows {
  readonly tables: Sql;
  readonly conditions: Sql;
}

/**
 * @param free whether a test of an own column may choose the index, where nothing else does
 * @param keysOnly whether of `e` only the key is used
 */
export function planRows(
  context: ReadContext,
  { project, entity }: Pick<Question, 'project' | 'entity'>,
  plan: Plan,
  free: boolean,
  keysOnly: boolean,
): PlanRows {
  const writer = sqlWriter(context.capabilities(), project.bucketCount, true);
  const { access, rest } = plan;
  const few = access.kind === 'ids';
  const tests = parts(rest).map((part) =>
    part.kind === 'test'
      ? leafSql(writer, part, entity, 'e', free && !few)
      : conditionSql(writer, part, { of: entity, alias: 'e' }),
  );
  // Where only the key is asked, the rows found are enough.
  if (few && keysOnly && tests.length === 0) {
    return { tables: sql`(${finderSql(writer, access.finder, entity)}) as e`, conditions: sql`1 = 1` };
  }
  const rows = sql`${sql.table(entity)} as e`;
  if (!few) return { tables: rows, conditions: allOf([inProject(writer, 'e', !free), ...tests]) };
  const same = sameColumns('e', 'f', keyColumns(entity));
  return {
    tables: sql`(${finderSql(writer, access.finder, entity)}) as f cross join ${rows}`,
    conditions: allOf([inProject(writer, 'e', true), same, ...tests]),
  };
}
