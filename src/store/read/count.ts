import { sql } from 'kysely';
import type { Project } from '../../domain/credential.ts';
import type { Micros } from '../../domain/time.ts';
import type { EntityName } from '../../query/catalogue.ts';
import type { Predicate } from '../../query/predicate.ts';
import type { Count } from '../store.ts';
import type { Plan } from './access.ts';
import { parts } from './condition.ts';
import type { ReadContext } from './context.ts';
import { isCounted, resolvePairs } from './dictionary.ts';
import { planRows } from './plan-rows.ts';
import type { Prepared, Preparer } from './prepare.ts';
import { slot } from './slots.ts';
import { totalOf } from './total.ts';
import type { Sql } from './writer.ts';

/** Counts rows: from what is counted already where that answers, else by the plan of a list without order. */
export function counter(context: ReadContext, preparer: Preparer) {
  return { count };

  async function count(
    project: Project,
    entity: EntityName,
    where: Predicate,
    options: { cap?: number; now?: Micros } = {},
  ): Promise<Count> {
    const prepared = preparer.count(project, entity, where, options.now);
    const { cap } = options;
    const value = (await counted(prepared)) ?? (await countRows(prepared, cap));
    return cap !== undefined && value > cap ? { value: cap, relation: 'ge' } : { value, relation: 'eq' };
  }

  /** Everything, and a single label: both are kept as numbers. */
  async function counted({ project, entity, condition, values }: Prepared): Promise<number | undefined> {
    if (condition.kind === 'false') return 0;
    if (condition.kind === 'true') return totalOf(context, project, entity);
    const [only] = parts(condition);
    if (only !== condition || only?.kind !== 'some' || only.negated || !isCounted(entity)) return undefined;
    if (only.relation !== 'label' && only.relation !== 'tag') return undefined;
    const pairs = await resolvePairs(context, project, entity, only, values);
    // A row can carry several of several pairs.
    if (!pairs || pairs.length > 1) return undefined;
    return pairs[0]?.count ?? 0;
  }

  function countRows(prepared: Prepared, cap: number | undefined): Promise<number> {
    const { project, fingerprint, values } = prepared;
    return context.kept(project, 'count', [fingerprint, cap ?? null], async () => {
      const plan = await preparer.plan(prepared);
      if (plan.access.kind === 'empty') return 0;
      const shape = ['count', prepared.entity, plan.access, plan.rest, cap === undefined];
      const rows = await context.run<{ n: number }>(
        project,
        shape,
        () => countSql(context, prepared, plan, cap !== undefined),
        {
          where: values,
          access: plan.values,
          number: [(cap ?? 0) + 1],
        },
      );
      return Number(rows[0]!.n);
    });
  }
}

function countSql(context: ReadContext, prepared: Prepared, plan: Plan, capped: boolean): Sql {
  const limit = capped ? sql` limit ${slot('number', 0)}` : sql``;
  const { tables, conditions } = planRows(context, prepared, plan, true, true);
  const rows = sql`from ${tables} where ${conditions}`;
  return capped
    ? sql`select count(*) as n from (select 1 as one ${rows}${limit}) as c`
    : sql`select count(*) as n ${rows}`;
}
