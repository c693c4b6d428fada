import { sql } from 'kysely';
import type { Project } from '../../domain/credential.ts';
import type { EntityName } from '../../query/catalogue.ts';
import type { ReadContext } from './context.ts';
import { inProject, sqlWriter } from './writer.ts';

/** How many rows of an entity a project has: a number that is kept as they come and go. */
export function totalOf(context: ReadContext, project: Project, entity: EntityName): Promise<number> {
  return context.kept(project, 'all', entity, async () => {
    const build = () => {
      const writer = sqlWriter(context.capabilities(), project.bucketCount);
      return sql`select cast(sum(r.count) as bigint) as n from row_count as r where ${inProject(writer, 'r', true)} and r.entity = ${sql.lit(entity)}`;
    };
    const rows = await context.run<{ n: number | null }>(project, ['all', entity], build, {});
    return Number(rows[0]?.n ?? 0);
  });
}
