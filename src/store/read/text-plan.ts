import { sql } from 'kysely';
import { tableNamed } from '../tables.ts';
import type { Plan } from './access.ts';
import { armsOfValues } from './column-plan.ts';
import { type Condition, type Leaf, TRUE } from './condition.ts';
import type { ReadContext } from './context.ts';
import { leafSql } from './leaf-sql.ts';
import { foundAtMost } from './lookup.ts';
import { orderIndex } from './order-index.ts';
import { type Question, without } from './question.ts';
import { columnOf } from './relations.ts';
import { totalOf } from './total.ts';
import { inProject, type Sql, sqlWriter } from './writer.ts';

/** Columns with more different values than this are not looked through. */
const MOST_VALUES = 50_000;
/** Up to so many rows are found first and sorted then; a search that more values satisfy is no rare one. */
const MOST_SORTED = 2_000;
/** So few walks are merged whatever share of the rows they are. */
const FEW_WALKS = 4;

/**
 * Answers a search in a text column (contains, wildcard, expression, beginning) by the column's index, when few
 * different values satisfy it: walks it by each of them where it has the list's order behind it, or finds and sorts
 * the rows when they are few. Values that most rows have are no help: the list's own order soon finds a page of them.
 * The different values are found by jumping through the index from one to the next.
 */
export async function findTexts(
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
      const rows = await context.run<{ value: string; n: number }>(
        project,
        ['texts', entity, part],
        () => matching(context, question, part),
        { where: values },
      );
      const many = rows.length > MOST_SORTED || rows.some(({ n }) => n > MOST_VALUES);
      return many ? undefined : rows.map(({ value }) => value);
    });
    if (!found) continue;
    if (found.length === 0)
      return { entity, access: { kind: 'empty' }, values: [], rest: { kind: 'false' }, stable: false };
    const plan = await byValues(context, question, part, found);
    if (plan) return { ...plan, rest: without(condition, part) };
  }
  return undefined;
}

/** The way to the rows that have one of a few values in a column; undefined when the walk along the order is a better one. */
async function byValues(
  context: ReadContext,
  question: Question,
  part: Leaf,
  found: readonly string[],
): Promise<Plan | undefined> {
  const { project, entity } = question;
  const column = columnOf(entity, part.field);
  const rows = sortedPlan(question, column, found);
  if (found.length > context.capabilities().mostWalks) {
    return (await foundAtMost(context, question, rows, MOST_SORTED)) ? rows : undefined;
  }
  const walks = armsOfValues(question, { field: part.field, variant: 'plain' }, found, rows.rest);
  if (!walks || found.length <= FEW_WALKS) return walks;
  // Each walk costs a row at least. So does each row on the way to the next one of these.
  const total = await totalOf(context, project, entity);
  return (await foundAtMost(context, question, rows, Math.floor(total / found.length))) ? walks : undefined;
}

/** Finds the rows that have one of some values in a column, and sorts them. */
function sortedPlan({ entity }: Question, column: string, found: readonly string[]): Plan {
  // Padded with one of them, so that statements are of few sizes.
  const size = 2 ** Math.ceil(Math.log2(found.length));
  const values = Array.from({ length: size }, (_, at) => found[Math.min(at, found.length - 1)]!);
  const index = tableNamed(entity).indexes.find(({ columns }) => columns[1] === column)?.name;
  const finder = {
    table: entity,
    of: entity,
    lookups: [{ column, values: size }],
    where: TRUE,
    ...(index === undefined ? {} : { index }),
  };
  return { entity, access: { kind: 'ids', finder }, values, rest: TRUE, stable: false };
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

/** The values that satisfy a search, and one whose number tells that there are too many to look through. */
function matching(context: ReadContext, question: Question, leaf: Leaf): Sql {
  const writer = sqlWriter(context.capabilities(), 1);
  const name = columnOf(question.entity, leaf.field);
  const own = sql`${inProject(writer, 'x', false)} and ${sql.ref(`x.${name}`)} = v.value`;
  const folded =
    leaf.variant === 'fold'
      ? sql`, (select ${sql.ref(`x.${name}_fold`)} from ${sql.table(question.entity)} as x where ${own} limit 1) as ${sql.ref(`${name}_fold`)}`
      : sql``;
  const values = sql`select v.value as ${sql.ref(name)}, v.n${folded} from v where v.value is not null`;
  const test = leafSql(
    { ...writer, capabilities: { ...writer.capabilities, unindexed: '' } },
    leaf,
    question.entity,
    'd',
    true,
  );
  return sql`${valuesOf({ context, question, leaf })} select ${sql.ref(`d.${name}`)} as value, d.n from (${values}) as d where ${test} or d.n > ${sql.lit(MOST_VALUES)} limit ${sql.lit(MOST_SORTED + 1)}`;
}
