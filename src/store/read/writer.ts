import { type RawBuilder, sql } from 'kysely';
import type { Capabilities } from '../engine.ts';
import { slot } from './slots.ts';

/** A part of a statement. */
export type Sql = RawBuilder<unknown>;

/** What writing one statement needs to know, and its next free alias. */
export interface SqlWriter {
  readonly capabilities: Capabilities;
  /** How many buckets the project has. */
  readonly buckets: number;
  /** Whether conditions are tested on all rows; else on those that a page comes by before it is full. */
  readonly whole: boolean;
  /** Whether the statement is to end by itself after a moment. */
  readonly near?: boolean;
  alias(): string;
}

export function sqlWriter(capabilities: Capabilities, buckets: number, whole = false): SqlWriter {
  let used = 0;
  return {
    capabilities,
    buckets,
    whole,
    alias() {
      used += 1;
      return `t${used}`;
    },
  };
}

/** A writer whose columns may all choose an index. */
export function freely(writer: SqlWriter): SqlWriter {
  return { ...writer, capabilities: { ...writer.capabilities, unindexed: '' } };
}

/** A column. `free`: the planner may choose an index by it; without, it only filters (`Capabilities.unindexed`). */
export function column(writer: SqlWriter, alias: string, name: string, free: boolean): Sql {
  const reference = sql.ref(`${alias}.${name}`);
  return free || writer.capabilities.unindexed === ''
    ? reference
    : sql`${sql.raw(writer.capabilities.unindexed)}${reference}`;
}

/** A table under an alias, walked by an index where the engine takes a hint. */
export function tableAs(writer: SqlWriter, table: string, alias: string, index?: string): Sql {
  const hint = index !== undefined && writer.capabilities.indexHints ? sql` indexed by ${sql.id(index)}` : sql``;
  return sql`${sql.table(table)} as ${sql.ref(alias)}${hint}`;
}

/** Conditions that must all hold; `undefined` parts are left out. There is always at least one. */
export function allOf(conditions: readonly (Sql | undefined)[]): Sql {
  return sql.join(
    conditions.filter((each) => each !== undefined),
    sql` and `,
  );
}

/**
 * The rows of one project: its id and its buckets, on every image-owned table of every statement (scale-out rules 1
 * and 2). `free`: the bucket may choose the index, which only helps where the rest of the key is given too.
 */
export function inProject(writer: SqlWriter, alias: string, free: boolean): Sql {
  return sql`${sql.ref(`${alias}.project_no`)} = ${slot('project')} and ${inBuckets(writer, alias, free)}`;
}

function inBuckets(writer: SqlWriter, alias: string, free: boolean): Sql {
  const bucket = column(writer, alias, 'bucket', free);
  if (writer.buckets === 1) return sql`${bucket} = ${slot('bucket')}`;
  const slots = Array.from({ length: writer.buckets }, (_, index) => slot('bucket', index));
  return sql`${bucket} in (${sql.join(slots)})`;
}

/** Equality of columns that two tables share. */
export function sameColumns(left: string, right: string, columns: readonly string[]): Sql {
  return allOf(columns.map((name) => sql`${sql.ref(`${left}.${name}`)} = ${sql.ref(`${right}.${name}`)}`));
}
