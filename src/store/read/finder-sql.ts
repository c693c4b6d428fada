import { sql } from 'kysely';
import type { EntityName } from '../../query/catalogue.ts';
import type { Finder } from './access.ts';
import { parts } from './condition.ts';
import { conditionSql, onlySql } from './condition-sql.ts';
import { leafSql } from './leaf-sql.ts';
import { ENTITY_KEY } from './relations.ts';
import { slot } from './slots.ts';
import { allOf, inProject, type Sql, type SqlWriter, tableAs } from './writer.ts';

/** The key of an entity's table: what its rows, and those of the tables that belong to it, are joined by. */
export function keyColumns(entity: EntityName): readonly string[] {
  return ['project_no', 'bucket', ...ENTITY_KEY[entity]];
}

/** Keys of the rows an index finds, each once. */
export function finderSql(writer: SqlWriter, finder: Finder, entity: EntityName): Sql {
  const keys = keyColumns(entity).map((name) => sql.ref(`x.${name}`));
  return sql`select distinct ${sql.join(keys)} ${finderRows(writer, finder)}`;
}

/** `from ... where ...` of what an index finds, as `x`. */
export function finderRows(writer: SqlWriter, finder: Finder): Sql {
  let used = 0;
  const lookups = finder.lookups.map(({ column, values }) => {
    const slots = Array.from({ length: values }, (_, index) => slot('access', used + index));
    used += values;
    const reference = sql.ref(`x.${column}`);
    return values === 1 ? sql`${reference} = ${slots[0]}` : sql`${reference} in (${sql.join(slots)})`;
  });
  const tests = parts(finder.where).map((part) =>
    part.kind === 'test' && part.field === finder.range
      ? leafSql(writer, part, finder.of, 'x', true)
      : conditionSql(writer, part, { of: finder.of, alias: 'x' }),
  );
  const here = inProject(writer, 'x', finder.byKey === true);
  const table = tableAs(writer, finder.table, 'x', finder.index);
  return sql`from ${table} where ${allOf([here, ...lookups, onlySql(writer, finder, 'x'), ...tests])}`;
}
