import { sql } from 'kysely';
import type { GroupRequest } from '../store.ts';
import type { Plan } from './access.ts';
import { TRUE } from './condition.ts';
import { type RelationRows, relationRows } from './condition-sql.ts';
import type { ReadContext } from './context.ts';
import type { GroupColumn } from './group-keys.ts';
import { planRows } from './plan-rows.ts';
import type { Question } from './question.ts';
import { ENTITY_KEY } from './relations.ts';
import { slot } from './slots.ts';
import { WORD_INDEX } from './tag-condition.ts';
import { allOf, freely, inProject, type Sql, type SqlWriter, sqlWriter, tableAs } from './writer.ts';

/** What shapes a grouping's statement. */
export interface GroupShape {
  readonly columns: readonly GroupColumn[];
  readonly order: GroupRequest['order'];
  readonly after: boolean;
  /** No row can have two values that make the same group. */
  readonly single: boolean;
}

/**
 * The groups of a plan's rows: `v0` ... the values they are told apart by, `s0` ... the spelling of labels, `n` the
 * count, `total` the number of all groups. When no group is left there is one row with nothing but `total`.
 */
export function groupSql(context: ReadContext, question: Question, plan: Plan, shape: GroupShape): Sql {
  const { project, entity } = question;
  const { columns } = shape;
  // Aliases of the joined rows must not meet those inside the plan's conditions.
  const writer: SqlWriter = { ...sqlWriter(context.capabilities(), project.bucketCount, true), alias: prefixed('g') };
  const driving = plan.access.kind === 'ids' ? -1 : columns.findIndex((column) => column.kind === 'label');
  const joined = columns.map((column, index) => {
    if (column.kind === 'own') return undefined;
    const scope = { of: entity, alias: 'e' } as const;
    const free = index === driving;
    if (column.kind === 'relation') return relationRows(writer, column.relation, TRUE, scope, { free, named: true });
    const words = (alias: string) => sql`${sql.ref(`${alias}.key_fold`)} = ${slot('where', column.key)}`;
    return relationRows(writer, 'label', TRUE, scope, {
      free,
      named: true,
      words: !free && column.few ? words : undefined,
    });
  });
  const rows = planRows(
    context,
    question,
    plan,
    driving < 0,
    columns.every((column) => column.kind === 'label'),
  );
  const first = joined[driving];
  const tables = [first?.table, rows.tables, ...joined.filter((one) => one && one !== first).map((one) => one!.table)];
  const values = columns.map((column, index) => groupValue(column, joined[index]));
  const conditions = [
    ...joined.map((one, index) => one && allOf([keyOf(columns[index]!, one), one.conditions])),
    rows.conditions,
    ...values.map((value) => sql`${value} is not null`),
  ];
  const spellings = columns.flatMap((column, index) =>
    column.kind === 'label' ? [sql`min(${sql.ref(`${joined[index]!.alias}.value`)}) as ${sql.ref(`s${index}`)}`] : [],
  );
  const from = sql`from ${sql.join(
    tables.filter((table) => table !== undefined),
    sql` cross join `,
  )} where ${allOf(conditions)}`;
  const named = values.map((value, index) => sql`${value} as ${sql.ref(`v${index}`)}`);
  if (shape.single) {
    return pageOfGroups(
      shape,
      sql`select ${sql.join([...named, ...spellings])}, count(*) as n ${from} group by ${sql.join(values)}`,
    );
  }
  const keys = ['bucket', ...ENTITY_KEY[entity]].map((name) => sql.ref(`e.${name}`));
  const once = sql`select ${sql.join([...keys, ...named, ...spellings])} ${from} group by ${sql.join([...keys, ...values])}`;
  const outer = columns.map((_, index) => sql.ref(`o.v${index}`));
  const outerSpellings = columns.flatMap((column, index) =>
    column.kind === 'label' ? [sql`min(${sql.ref(`o.s${index}`)}) as ${sql.ref(`s${index}`)}`] : [],
  );
  const groups = sql`select ${sql.join([...outer, ...outerSpellings])}, count(*) as n from (${once}) as o group by ${sql.join(outer)}`;
  return pageOfGroups(shape, groups);
}

/** The groups of one label over all rows, from the dictionary. */
export function labelCountsSql(context: ReadContext, { project, entity }: Question, shape: GroupShape): Sql {
  const writer = freely(sqlWriter(context.capabilities(), project.bucketCount));
  const [label] = shape.columns;
  const key = label?.kind === 'label' ? slot('where', label.key) : sql`''`;
  const count = sql.ref(`d.${entity}_count`);
  const rows = sql`from ${tableAs(writer, 'tag_count', 'd', WORD_INDEX)} where ${inProject(writer, 'd', true)} and d.key_fold = ${key} and d.key <> '' and ${count} > 0`;
  const counts = sql`select d.value_fold as v0, min(d.value) as s0, cast(sum(${count}) as bigint) as n ${rows} group by d.value_fold`;
  return pageOfGroups(shape, counts);
}

/**
 * What the dictionary has under a folded label key, value 0 of `where`: how many entries (`words`), and the first and
 * the last spelling in use by rows of the entity.
 */
export function wordsSql(context: ReadContext, { project, entity }: Pick<Question, 'project' | 'entity'>): Sql {
  const writer = freely(sqlWriter(context.capabilities(), project.bucketCount));
  const used = sql`case when ${sql.ref(`d.${entity}_count`)} > 0 and d.key <> '' then d.key end`;
  return sql`select count(*) as words, min(${used}) as first, max(${used}) as last from ${tableAs(writer, 'tag_count', 'd', WORD_INDEX)} where ${inProject(writer, 'd', true)} and d.key_fold = ${slot('where', 0)}`;
}

function groupValue(column: GroupColumn, joined: RelationRows | undefined): Sql {
  if (column.kind === 'own') return sql.ref(`e.${column.column}`);
  return sql.ref(`${joined!.alias}.${column.kind === 'label' ? 'value_fold' : column.column}`);
}

function keyOf(column: GroupColumn, joined: RelationRows): Sql | undefined {
  return column.kind === 'label'
    ? sql`${sql.ref(`${joined.alias}.key_fold`)} = ${slot('where', column.key)}`
    : undefined;
}

/** One page of groups in order, with the number of all. The position is the count and then the values. */
function pageOfGroups({ columns, order, after }: GroupShape, groups: Sql): Sql {
  const values = (of: string) => columns.map((_, index) => sql.ref(`${of}.v${index}`));
  const byCount = order === 'count-desc' || order === 'count-asc';
  const direction = sql.raw(order === 'name-desc' ? 'desc' : 'asc');
  const sorted = (of: string) => {
    const names = values(of).map((value) => sql`${value} ${direction}`);
    const count = sql`${sql.ref(`${of}.n`)} ${sql.raw(order === 'count-desc' ? 'desc' : 'asc')}`;
    return sql.join(byCount ? [count, ...names] : names);
  };
  const where = after ? sql` where ${beyond()}` : sql``;
  const page = sql`select * from g${where} order by ${sorted('g')} limit ${slot('number', 0)}`;
  return sql`with g as materialized (${groups}) select c.total, p.* from (select count(*) as total from g) as c left join (${page}) as p on 1 = 1 order by ${sorted('p')}`;

  function beyond(): Sql {
    const places = columns.map((_, index) => slot('after', index + 1));
    const names = sql`(${sql.join(values('g'))}) ${sql.raw(order === 'name-desc' ? '<' : '>')} (${sql.join(places)})`;
    if (!byCount) return names;
    const count = slot('after', 0);
    return sql`(g.n ${sql.raw(order === 'count-desc' ? '<' : '>')} ${count} or (g.n = ${count} and ${names}))`;
  }
}

function prefixed(letter: string): () => string {
  let used = 0;
  return () => {
    used += 1;
    return `${letter}${used}`;
  };
}
