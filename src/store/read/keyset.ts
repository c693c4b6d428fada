import { sql } from 'kysely';
import type { OrderKey } from './order.ts';
import { slot } from './slots.ts';
import { allOf, type Sql } from './writer.ts';

/**
 * A list whose first key can be missing is read in two parts, rows with a value and rows without, so that an index on
 * that key serves both in every engine, wherever it keeps its nulls. Other lists are one part.
 */
export type Segment = 'all' | 'value' | 'null';

/** The parts of a list, in order. */
export function segmentsOf(keys: readonly OrderKey[]): readonly Segment[] {
  const [first] = keys;
  if (!first?.nullable || first.over) return ['all'];
  return first.missing === 'first' ? ['null', 'value'] : ['value', 'null'];
}

/** The part a position lies in. */
export function segmentAt(keys: readonly OrderKey[], position: readonly unknown[]): Segment {
  if (segmentsOf(keys).length === 1) return 'all';
  return position[0] === null ? 'null' : 'value';
}

/** The least value of a type that no stored one is below. */
const LEAST = { text: '', id: '', integer: Number.MIN_SAFE_INTEGER, float: -1.7e308, boolean: 0 } as const;

/**
 * What limits a list to one segment and to the rows after a position (whose values are slots of group `after`).
 * @param values the keys as SQL, in order
 * @param nulls which values of the position are null; undefined: from the segment's beginning
 */
export function keysetSql(
  keys: readonly OrderKey[],
  values: readonly Sql[],
  segment: Segment,
  nulls: readonly boolean[] | undefined,
): Sql | undefined {
  const [first] = keys;
  const [value] = values;
  if (segment === 'null') {
    const rest = nulls && afterSql(keys, values, nulls, 1);
    return allOf([sql`${value} is null`, rest]);
  }
  const after =
    nulls &&
    afterSql(segment === 'value' ? [{ ...first!, nullable: false }, ...keys.slice(1)] : keys, values, nulls, 0);
  if (segment === 'all') return after;
  // An index walked upwards from a position needs no other lower bound, and must not be tempted by one.
  if (nulls && first!.direction === 'asc') return after;
  return allOf([sql`${value} >= ${sql.lit(LEAST[first!.type])}`, after]);
}

function afterSql(keys: readonly OrderKey[], values: readonly Sql[], nulls: readonly boolean[], from: number): Sql {
  const rest = keys.slice(from);
  const even = rest.every((key) => !key.nullable && key.direction === rest[0]!.direction);
  const places = rest.map((_, index) => slot('after', from + index));
  if (even) {
    const operator = sql.raw(rest[0]!.direction === 'asc' ? '>' : '<');
    if (rest.length === 1) return sql`${values[from]} ${operator} ${places[0]}`;
    return sql`(${sql.join(values.slice(from))}) ${operator} (${sql.join(places)})`;
  }
  const steps = step(from);
  // The bound on the first key alone lets an index begin at the right place.
  const bounded = rest.length > 1 && !rest[0]!.nullable;
  const operator = sql.raw(rest[0]!.direction === 'asc' ? '>=' : '<=');
  return bounded ? sql`(${values[from]} ${operator} ${places[0]} and ${steps})` : steps;

  function step(index: number): Sql {
    const beyond = strictly(keys[index]!, values[index]!, nulls[index]!, index);
    if (index === keys.length - 1) return beyond ?? sql`1 = 0`;
    const same = nulls[index] ? sql`${values[index]} is null` : sql`${values[index]} = ${slot('after', index)}`;
    const next = sql`(${same} and ${step(index + 1)})`;
    return beyond ? sql`(${beyond} or ${next})` : next;
  }
}

/** Rows whose key alone comes after that of the position; undefined when there can be none. */
function strictly(key: OrderKey, value: Sql, isNull: boolean, index: number): Sql | undefined {
  if (isNull) return key.missing === 'first' ? sql`${value} is not null` : undefined;
  const beyond = sql`${value} ${sql.raw(key.direction === 'asc' ? '>' : '<')} ${slot('after', index)}`;
  return key.nullable && key.missing === 'last' ? sql`(${beyond} or ${value} is null)` : beyond;
}

/** ORDER BY of a segment. */
export function orderSql(keys: readonly OrderKey[], values: readonly Sql[], segment: Segment): Sql {
  const terms = keys.map((key, index) => {
    const term = sql`${values[index]} ${sql.raw(key.direction)}`;
    if (!key.nullable || (index === 0 && segment !== 'all')) return term;
    return sql`(${values[index]} is null) ${sql.raw(key.missing === 'last' ? 'asc' : 'desc')}, ${term}`;
  });
  return sql.join(terms);
}
