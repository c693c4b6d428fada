import { sql } from 'kysely';
import type { Plan } from './access.ts';
import { armsOfValues } from './column-plan.ts';
import type { Condition, Leaf } from './condition.ts';
import type { ReadContext } from './context.ts';
import { MOST_PAIRS } from './dictionary.ts';
import { leafSql } from './leaf-sql.ts';
import { orderIndex } from './order-index.ts';
import { type Question, without } from './question.ts';
import { columnOf } from './relations.ts';
import { inProject, type Sql, sqlWriter } from './writer.ts';

/** Columns with more different values than this are not looked through. */
const MOST_VALUES = 5_000;

/**
 * Answers a search in a text column (contains, wildcard, expression, beginning) that few different values satisfy by
 * walking the column's index by each of them, when it has the list's order behind it. The different values are found
 * by jumping through the index from one to the next.
 */
export async function armsOfTexts(
  context: ReadContext,
  question: Question,
  conjuncts: readonly Condition[],
): Promise<Plan | undefined> {
  const { project, entity, keys, values, condition } = question;
  // Jumping is a recursion, which a spread table refuses beyond one bucket (scale-out, section 3).
  if (!keys || project.bucketCount > 1) return undefined;
  for (const part of conjuncts) {
    if (!isSearch(part) || !orderIndex(entity, [columnOf(entity, part.field)], keys)) continue;
    const found = await context.kept(project, 'texts', [entity, part, values], async () => {
      const distinct = await context.run<{ n: number }>(
        project,
        ['distinct', entity, part.field],
        () => distinctCount(context, question, part),
        {},
      );
      if (distinct[0]!.n > MOST_VALUES) return undefined;
      const rows = await context.run<{ value: string }>(
        project,
        ['texts', entity, part],
        () => matching(context, question, part),
        { where: values },
      );
      return rows.length > MOST_PAIRS ? undefined : rows.map((row) => row.value);
    });
    if (!found) continue;
    const rest = without(condition, part);
    if (found.length === 0)
      return { entity, access: { kind: 'empty' }, values: [], rest: { kind: 'false' }, stable: false };
    return armsOfValues(question, { field: part.field, variant: 'plain' }, found, rest);
  }
  return undefined;
}

function isSearch(part: Condition): part is Leaf {
  if (part.kind !== 'test' || part.negated || part.type !== 'text' || part.variant === 'lower') return false;
  return ['contains', 'wildcard', 'regex', 'range'].includes(part.check.op);
}

/** `v(value, n)`: the different values of a column in order, numbered, at most one more than are looked through. */
function valuesOf({ context, question, leaf }: { context: ReadContext; question: Question; leaf: Leaf }): Sql {
  const writer = sqlWriter(context.capabilities(), 1);
  const column = sql.ref(`x.${columnOf(question.entity, leaf.field)}`);
  const rows = sql`from ${sql.table(question.entity)} as x where ${inProject(writer, 'x', false)}`;
  const first = sql`select min(${column}) as value, 1 as n ${rows}`;
  const next = sql`select (select min(${column}) ${rows} and ${column} > v.value), v.n + 1 from v where v.value is not null and v.n <= ${sql.lit(MOST_VALUES)}`;
  return sql`with recursive v(value, n) as (${first} union all ${next})`;
}

function distinctCount(context: ReadContext, question: Question, leaf: Leaf): Sql {
  return sql`${valuesOf({ context, question, leaf })} select count(*) as n from v where v.value is not null`;
}

function matching(context: ReadContext, question: Question, leaf: Leaf): Sql {
  const writer = sqlWriter(context.capabilities(), 1);
  const name = columnOf(question.entity, leaf.field);
  const own = sql`${inProject(writer, 'x', false)} and ${sql.ref(`x.${name}`)} = v.value`;
  const folded =
    leaf.variant === 'fold'
      ? sql`, (select ${sql.ref(`x.${name}_fold`)} from ${sql.table(question.entity)} as x where ${own} limit 1) as ${sql.ref(`${name}_fold`)}`
      : sql``;
  const values = sql`select v.value as ${sql.ref(name)}${folded} from v where v.value is not null`;
  const test = leafSql(
    { ...writer, capabilities: { ...writer.capabilities, unindexed: '' } },
    leaf,
    question.entity,
    'd',
    true,
  );
  return sql`${valuesOf({ context, question, leaf })} select ${sql.ref(`d.${name}`)} as value from (${values}) as d where ${test} limit ${sql.lit(MOST_PAIRS + 1)}`;
}
