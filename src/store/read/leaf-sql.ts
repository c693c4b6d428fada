import { sql } from 'kysely';
import type { RelationName } from '../../query/catalogue.ts';
import type { Check, Leaf } from './condition.ts';
import { columnOf, standInOf } from './relations.ts';
import { slot } from './slots.ts';
import { column, type Sql, type SqlWriter } from './writer.ts';

const OPERATORS = { eq: '=', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;
const NEGATED = { eq: '<>', lt: '>=', le: '>', gt: '<=', ge: '<' } as const;

/** A test of a column of the row `alias` of a relation. Negated, it holds for a missing value. */
export function leafSql(writer: SqlWriter, leaf: Leaf, of: RelationName, alias: string, free: boolean): Sql {
  const name = columnOf(of, leaf.field);
  const bare = column(writer, alias, leaf.variant === 'fold' ? `${name}_fold` : name, free);
  if (leaf.check.op === 'true' || leaf.check.op === 'false') return booleanSql(bare, leaf);
  return checkSql(writer, leaf.check, leaf, operand(leaf, of, bare));
}

/** A test of a number of rows. */
export function countSql(writer: SqlWriter, check: Check, negated: boolean, count: Sql): Sql {
  return checkSql(writer, check, { type: 'integer', nullable: false, negated }, count);
}

/** The field of a row as a value: ids as text where `asText`, stand-ins as missing. */
export function operand(leaf: Pick<Leaf, 'field' | 'type' | 'variant' | 'check'>, of: RelationName, bare: Sql): Sql {
  const standIn = standInOf(of, leaf.field);
  const present = standIn === undefined ? bare : sql`nullif(${bare}, ${sql.lit(standIn)})`;
  if (leaf.type === 'id' && !comparesIds(leaf.check)) return idText(present, leaf.variant === 'lower');
  return leaf.variant === 'lower' ? sql`lower(${present})` : present;
}

/** An id column as 32 hex digits in every engine, whatever its type. */
export function idText(id: Sql, lower = false): Sql {
  const text = sql`replace(cast(${id} as text), '-', '')`;
  return lower ? sql`lower(${text})` : text;
}

function comparesIds(check: Check): boolean {
  return check.op === 'eq' || check.op === 'in' || check.op === 'in-json' || check.op === 'known';
}

function booleanSql(bare: Sql, leaf: Leaf): Sql {
  const wanted = (leaf.check.op === 'true') !== leaf.negated;
  const test = wanted ? bare : sql`not ${bare}`;
  return leaf.negated && leaf.nullable ? sql`(${bare} is null or ${test})` : test;
}

function checkSql(writer: SqlWriter, check: Check, leaf: Pick<Leaf, 'type' | 'nullable' | 'negated'>, value: Sql): Sql {
  if (check.op === 'known') return leaf.negated ? sql`${value} is null` : sql`${value} is not null`;
  if (!leaf.negated) return positive(writer, check, leaf.type, value);
  const test = negative(writer, check, leaf.type, value);
  return leaf.nullable ? sql`(${value} is null or ${test})` : test;
}

function negative(writer: SqlWriter, check: Check, type: Leaf['type'], value: Sql): Sql {
  switch (check.op) {
    case 'eq':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return sql`${value} ${sql.raw(NEGATED[check.op])} ${slot('where', check.value)}`;
    case 'in':
      return sql`${value} not in (${sql.join(check.values.map((index) => slot('where', index)))})`;
    default:
      return sql`not ${positive(writer, check, type, value)}`;
  }
}

function positive(writer: SqlWriter, check: Check, type: Leaf['type'], value: Sql): Sql {
  const { capabilities } = writer;
  switch (check.op) {
    case 'eq':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return sql`${value} ${sql.raw(OPERATORS[check.op])} ${slot('where', check.value)}`;
    case 'in':
      return sql`${value} in (${sql.join(check.values.map((index) => slot('where', index)))})`;
    case 'in-json': {
      const [before, after] = capabilities.jsonElements.split('?');
      const rows = sql`${sql.raw(before!)}${slot('where', check.value)}${sql.raw(after!)}`;
      return sql`${value} in (select cast(value as ${sql.raw(capabilities.types[type])}) from ${rows})`;
    }
    case 'range':
      return check.to === undefined
        ? sql`(${value} >= ${slot('where', check.from)})`
        : sql`(${value} >= ${slot('where', check.from)} and ${value} < ${slot('where', check.to)})`;
    case 'contains':
      return sql`(${sql.raw(capabilities.positionFunction)}(${value}, ${slot('where', check.value)}) > 0)`;
    case 'wildcard':
      return capabilities.wildcard === 'glob'
        ? sql`(${value} glob ${slot('where', check.value)})`
        : sql`(${value} like ${slot('where', check.value)} escape '\\')`;
    case 'regex':
      return capabilities.regex === 'function'
        ? sql`(regex(${slot('where', check.value)}, ${value}, ${sql.lit(check.fold ? 1 : 0)}) = 1)`
        : sql`(${value} ~ ${slot('where', check.value)})`;
    default:
      throw new Error(`No comparison: ${check.op}.`);
  }
}
