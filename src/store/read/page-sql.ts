import { sql } from 'kysely';
import type { EntityName } from '../../query/catalogue.ts';
import type { OutlineOf } from '../store.ts';
import type { Access, Arms } from './access.ts';
import type { Condition } from './condition.ts';
import { conditionSql, relationRows } from './condition-sql.ts';
import { finderSql, keyColumns } from './finder-sql.ts';
import { keysetSql, orderSql, type Segment } from './keyset.ts';
import { idText } from './leaf-sql.ts';
import type { OrderKey } from './order.ts';
import { idIndex, orderIndex } from './order-index.ts';
import { columnOf, standInOf } from './relations.ts';
import { rowColumns } from './rows.ts';
import { slot } from './slots.ts';
import { allOf, inProject, type Sql, type SqlWriter, sameColumns, tableAs } from './writer.ts';

/** Everything that shapes the statement of a page. */
export interface PageShape {
  readonly entity: EntityName;
  readonly access: Access;
  readonly rest: Condition;
  readonly keys: readonly OrderKey[];
  readonly segment: Segment;
  /** Which values of the position to start after are null; undefined: from the beginning. */
  readonly after: readonly boolean[] | undefined;
  /** Whether rows are skipped first (slot `number` 1). */
  readonly skip: boolean;
  /** Whole rows, what tells of their changes, or only their keys; each with the values of the order (`k0`, `k1` ...). */
  readonly select: OutlineOf;
}

const NONE = sql``;

/** Each of several walks must reach as far as the page (`number` 2: skipped rows and page together). */
const ARM_LIMIT = sql`limit ${slot('number', 2)}`;

/** The statement of one page: at most `number` 0 rows of a segment, in order. */
export function pageSql(of: SqlWriter, shape: PageShape): Sql {
  const { entity, keys, segment } = shape;
  const writer = { ...of, whole: sortsAll(shape) };
  const inner = shape.select !== 'keys' && isDirect(writer, shape) ? undefined : keyRows(writer, shape);
  if (!inner) return directPage(writer, shape);
  if (shape.select === 'keys') return inner;
  const values = keys.map((_, index) => sql.ref(`p.k${index}`));
  const row = rowColumns(writer, entity, 'e', shape.select === 'rows');
  const conditions = [inProject(writer, 'e', true), sameColumns('e', 'p', keyColumns(entity)), row.join];
  return sql`select ${sql.join([...row.columns, ...named(values)])} from (${inner}) as p cross join ${sql.table(entity)} as e${row.from} where ${allOf(conditions)} order by ${orderSql(keys, values, segment)}`;
}

/** Whether the page is read along indexes, so that few rows take but a moment. */
export function isAlongIndex({ entity, access, keys }: PageShape): boolean {
  if (keys.some((key) => key.over)) return false;
  return access.kind === 'arms' || (access.kind === 'order' && orderIndex(entity, [], keys) !== undefined);
}

/** Whether the first rows of the walk are the first of the page, so that it can fetch whole rows as it goes. */
function isDirect({ capabilities }: SqlWriter, { entity, access, keys, rest }: PageShape): boolean {
  if (keys.some((key) => key.over)) return false;
  // A planner that is not told the index may think a join finds less than it does, and sort all it finds.
  if (access.kind === 'arms' && access.table !== entity && rest.kind === 'true' && !capabilities.indexHints)
    return false;
  if (access.kind === 'arms') return access.arms === 1;
  return access.kind === 'order' && orderIndex(entity, [], keys) !== undefined;
}

/** Whether all rows are looked at before the first of the page is known. */
function sortsAll({ entity, access, keys }: PageShape): boolean {
  if (keys.some((key) => key.over)) return true;
  return access.kind === 'order' && orderIndex(entity, [], keys) === undefined;
}

function directPage(writer: SqlWriter, shape: PageShape): Sql {
  const { entity, access } = shape;
  const row = rowColumns(writer, entity, 'e', shape.select === 'rows');
  const drive = access.kind === 'arms' && access.table !== entity ? 't' : 'e';
  const values = shape.keys.map((key) => sql.ref(`${drive}.${key.column}`));
  const rows = drivingTable(writer, shape);
  const tables = drive === 't' ? sql`${rows} cross join ${sql.table(entity)} as e` : rows;
  const conditions = [
    ...walkConditions(writer, shape, 0, values),
    drive === 't' ? joined(writer, entity) : undefined,
    restOf(writer, shape),
    row.join,
  ];
  return sql`select ${sql.join([...row.columns, ...named(values)])} from ${tables}${row.from} where ${allOf(conditions)} order by ${orderSql(shape.keys, values, shape.segment)} ${limitOf(shape)}`;
}

/** Keys of the page's rows and the values of their order (`k0` ...), in order, limited. */
function keyRows(writer: SqlWriter, shape: PageShape): Sql {
  const { access, entity, keys, segment } = shape;
  const outer = keys.map((_, index) => sql.ref(`k.k${index}`));
  if (access.kind === 'arms' && access.arms > 1) return mergedWalks(writer, shape, access);
  if (!keys.some((key) => key.over)) return walk(writer, shape, 0, limitOf(shape));
  const all = sql`select ${sql.join([...keyReferences(entity, 'e'), ...named(orderValues(writer, shape, 'e'))])} from ${fromRows(writer, shape)} where ${allOf([...rowConditions(writer, shape), restOf(writer, shape)])}`;
  const after = keysetSql(keys, outer, segment, shape.after);
  const where = after ? sql` where ${after}` : sql``;
  return sql`with k as materialized (${all}) select * from k${where} order by ${orderSql(keys, outer, segment)} ${limitOf(shape)}`;
}

/** Several walks, merged in order: keys only. A row with several of the labels is found by each, and is one. */
function mergedWalks(writer: SqlWriter, shape: PageShape, access: Arms): Sql {
  const { entity, keys, segment } = shape;
  const union = access.table === entity ? sql` union all ` : sql` union `;
  const arms = Array.from({ length: access.arms }, (_, arm) => arm);
  if (writer.capabilities.mergesWalks && keys.every((key, at) => at === 0 || !key.nullable)) {
    const values = keys.map((_, index) => sql.ref(`k${index}`));
    const walks = arms.map((arm) => walk(writer, shape, arm, undefined));
    return sql`${sql.join(walks, union)} order by ${orderSql(keys, values, segment)} ${limitOf(shape)}`;
  }
  const outer = keys.map((_, index) => sql.ref(`k.k${index}`));
  const walks = arms.map((arm) => sql`select * from (${walk(writer, shape, arm, ARM_LIMIT)}) as ${sql.ref(`a${arm}`)}`);
  return sql`select * from (${sql.join(walks, union)}) as k order by ${orderSql(keys, outer, segment)} ${limitOf(shape)}`;
}

/** One walk: keys only; in order up to a limit, or, without one, as a part of a union that is ordered whole. */
function walk(writer: SqlWriter, shape: PageShape, arm: number, limit: Sql | undefined): Sql {
  const { access, entity, keys, segment } = shape;
  const ordered = (values: readonly Sql[]) =>
    limit ? sql` order by ${orderSql(keys, values, segment)} ${limit}` : NONE;
  if (access.kind === 'arms' && access.table !== entity) {
    const values = keys.map((key) => sql.ref(`t.${key.column}`));
    const rest = restOf(writer, shape);
    const entityRow = rest ? sql` cross join ${tableAs(writer, entity, 'e', idIndex(entity))}` : sql``;
    const conditions = [...walkConditions(writer, shape, arm, values), rest && joined(writer, entity), rest];
    return sql`select ${sql.join([...keyReferences(entity, 't'), ...named(values)])} from ${drivingTable(writer, shape)}${entityRow} where ${allOf(conditions)}${ordered(values)}`;
  }
  const values = orderValues(writer, shape, 'e');
  const conditions = [...walkConditions(writer, shape, arm, values), restOf(writer, shape)];
  return sql`select ${sql.join([...keyReferences(entity, 'e'), ...named(values)])} from ${fromRows(writer, shape)} where ${allOf(conditions)}${ordered(values)}`;
}

/** What limits the driving table: project, the arm's values, segment and position. */
function walkConditions(writer: SqlWriter, shape: PageShape, arm: number, values: readonly Sql[]): (Sql | undefined)[] {
  const drive = shape.access.kind === 'arms' && shape.access.table !== shape.entity ? 't' : 'e';
  return [
    inTime(writer, drive),
    ...rowConditions(writer, shape, arm),
    keysetSql(shape.keys, values, shape.segment, shape.after),
  ];
}

/** Asked of every row that the statement comes by, before anything of it is looked up. */
function inTime({ near, capabilities }: SqlWriter, drive: string): Sql | undefined {
  if (!near || capabilities.inTime === undefined) return undefined;
  const [before, after] = capabilities.inTime.split('?');
  return sql`${sql.raw(before!)}${sql.ref(`${drive}.bucket`)}${sql.raw(after!)}`;
}

function rowConditions(writer: SqlWriter, { access, entity }: PageShape, arm = 0): Sql[] {
  if (access.kind === 'empty') return [sql`1 = 0`];
  if (access.kind !== 'arms')
    return [
      inProject(writer, 'e', access.kind === 'ids'),
      ...(access.kind === 'ids' ? [sameColumns('e', 'f', keyColumns(entity))] : []),
    ];
  const drive = access.table === entity ? 'e' : 't';
  const width = access.columns.length;
  const values = access.columns.map(
    (name, index) => sql`${sql.ref(`${drive}.${name}`)} = ${slot('access', arm * width + index)}`,
  );
  return [inProject(writer, drive, false), ...values];
}

function fromRows(writer: SqlWriter, shape: PageShape): Sql {
  const { access, entity } = shape;
  const rows = drivingTable(writer, shape);
  return access.kind === 'ids' ? sql`(${finderSql(writer, access.finder, entity)}) as f cross join ${rows}` : rows;
}

/** The table whose index is walked: `t` when it is another than the entity's own, `e`. */
function drivingTable(writer: SqlWriter, { access, entity, keys }: PageShape): Sql {
  if (access.kind === 'arms') return tableAs(writer, access.table, access.table === entity ? 'e' : 't', access.index);
  return tableAs(writer, entity, 'e', access.kind === 'order' ? orderIndex(entity, [], keys) : undefined);
}

function joined(writer: SqlWriter, entity: EntityName): Sql {
  return sql`${inProject(writer, 'e', true)} and ${sameColumns('e', 't', keyColumns(entity))}`;
}

function restOf(writer: SqlWriter, { rest, entity }: Pick<PageShape, 'rest' | 'entity'>): Sql | undefined {
  return rest.kind === 'true' ? undefined : conditionSql(writer, rest, { of: entity, alias: 'e' });
}

function orderValues(writer: SqlWriter, shape: PageShape, alias: string): Sql[] {
  return shape.keys.map((key) => {
    if (!key.over) return sql.ref(`${alias}.${key.column}`);
    const { relation, where, field, pick } = key.over;
    const rows = relationRows(writer, relation, where, { of: shape.entity, alias }, { named: pick !== 'count' });
    if (pick === 'count') return sql`(select count(*) ${rows.sql})`;
    const stored = sql.ref(`${rows.alias}.${columnOf(relation, field)}`);
    const standIn = standInOf(relation, field);
    const reference = standIn === undefined ? stored : sql`nullif(${stored}, ${sql.lit(standIn)})`;
    const value =
      key.type === 'id'
        ? idText(reference)
        : key.type === 'boolean'
          ? sql`case when ${reference} then 1 else 0 end`
          : reference;
    if (pick === 'distinct') return sql`(select count(distinct ${reference}) ${rows.sql})`;
    return sql`(select ${sql.raw(pick === 'least' ? 'min' : 'max')}(${value}) ${rows.sql})`;
  });
}

function keyReferences(entity: EntityName, alias: string): Sql[] {
  return keyColumns(entity).map((name) => sql.ref(`${alias}.${name}`));
}

function named(values: readonly Sql[]): Sql[] {
  return values.map((value, index) => sql`${value} as ${sql.ref(`k${index}`)}`);
}

function limitOf({ skip }: Pick<PageShape, 'skip'>): Sql {
  return skip ? sql`limit ${slot('number', 0)} offset ${slot('number', 1)}` : sql`limit ${slot('number', 0)}`;
}
