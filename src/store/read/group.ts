import type { Project } from '../../domain/credential.ts';
import { invalid } from '../../domain/error.ts';
import type { EntityName } from '../../query/catalogue.ts';
import type { Position } from '../../query/page.ts';
import { compile } from '../sql.ts';
import type { Group, GroupPage, GroupRequest } from '../store.ts';
import type { ReadContext } from './context.ts';
import { type GroupColumn, groupColumns } from './group-keys.ts';
import { type GroupShape, groupSql, labelCountsSql } from './group-sql.ts';
import type { Prepared, Preparer } from './prepare.ts';
import { isStored } from './stored.ts';

/**
 * Groups rows and counts them. A row with several values is in several groups, one without is in none. Label values
 * are told apart folded and shown in their first spelling by code point (`Prod` for `Prod` and `prod`).
 */
export function grouper(context: ReadContext, preparer: Preparer) {
  return { group };

  async function group(project: Project, request: GroupRequest): Promise<GroupPage> {
    const prepared = preparer.count(project, request.entity, request.where, request.now);
    const values = [...prepared.values];
    const columns = groupColumns(request.entity, request.by, values);
    checkPosition(columns, request.after);
    const empty: GroupPage = { groups: [], positions: [], more: false, total: 0 };
    if (prepared.condition.kind === 'false') return empty;
    const { limit, after, order } = request;
    const plan = await preparer.plan(prepared);
    if (plan.access.kind === 'empty') return empty;
    const single = await isSingle(prepared, columns);
    const shape: GroupShape = { columns, order, after: after !== undefined, single };
    const counts = single && columns.length === 1 && columns[0]!.kind === 'label' && prepared.condition.kind === 'true';
    const build = () => (counts ? labelCountsSql(context, prepared, shape) : groupSql(context, prepared, plan, shape));
    const name = ['group', counts, request.entity, plan.access, plan.rest, shape];
    const rows = await context.kept(project, 'group', [prepared.fingerprint, request.by, order, limit, after], () =>
      context.run<RawGroup>(project, name, build, {
        where: values,
        access: plan.values,
        after: after ?? [],
        number: [limit + 1],
      }),
    );
    const found = rows.filter((row) => row['n'] !== null);
    const shown = found.slice(0, limit);
    return {
      groups: shown.map((row) => toGroup(columns, row)),
      positions: shown.map((row) => [row['n'], ...columns.map((_, index) => row[`v${index}`])] as Position),
      more: found.length > limit,
      total: Number(rows[0]?.['total'] ?? 0),
    };
  }

  /** Whether no row can have two values that make the same group: no relation is asked, and no label has two spellings. */
  async function isSingle({ project, entity }: Prepared, columns: readonly GroupColumn[]): Promise<boolean> {
    for (const column of columns) {
      if (column.kind === 'own') continue;
      if (column.kind === 'relation' || entity === 'container') return false;
      if (!(await hasOneSpelling(project, entity, column.folded))) return false;
    }
    return true;
  }

  function hasOneSpelling(project: Project, entity: EntityName, folded: string): Promise<boolean> {
    return context.kept(project, 'spellings', [entity, folded], async () => {
      const query = context.engine.sql
        .selectFrom('tag_count')
        .select('key')
        .distinct()
        .where('project_no', '=', project.no)
        .where('bucket', 'in', bucketsOf(project))
        .where('key_fold', '=', folded)
        .where('key', '<>', '')
        .where(`${entity}_count`, '>', 0)
        .limit(2);
      return (await context.engine.all(compile(query))).length < 2;
    });
  }
}

type RawGroup = Readonly<Record<string, unknown>>;

function bucketsOf(project: Project): number[] {
  return Array.from({ length: project.bucketCount }, (_, index) => project.bucketBase + index);
}

function toGroup(columns: readonly GroupColumn[], row: RawGroup): Group {
  const values = columns.map((column, index) => {
    const value = row[column.kind === 'label' ? `s${index}` : `v${index}`];
    return column.type === 'boolean' ? String(value === true || value === 1) : String(value);
  });
  return { values, count: Number(row['n']) };
}

function checkPosition(columns: readonly GroupColumn[], after: Position | undefined): void {
  if (!after) return;
  const [count, ...values] = after;
  const fits = values.length === columns.length && columns.every((column, at) => isStored(values[at], column.type));
  if (fits && isStored(count, 'integer')) return;
  throw invalid('cursor.invalid', 'The position is none of this grouping. Start again without it.', 'cursor');
}
