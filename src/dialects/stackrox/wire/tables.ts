import type { RelationName } from '../../../query/catalogue.ts';
import { ALL, and, eq, NONE, not, or, type Predicate, some } from '../../../query/predicate.ts';
import type { TableName } from '../fields.ts';

/** What a query asks of the rows of one table: all of it of the same row. */
export interface RowConditions {
  readonly where: Predicate[];
  /** Whether every label of the table that was asked also takes an image without rows (`-`). */
  absent: boolean;
}

const RELATIONS: Readonly<Record<TableName, RelationName | null>> = {
  layer: 'layer',
  package: 'package',
  finding: 'finding',
  container: 'container',
  deployment: null,
};

/** Containers that are workloads of a cluster and exist now. */
const WORKLOAD: Predicate = and(not(eq('state', 'gone')), not(eq('namespace', '')));

/** The relation a table's rows are; null when there are none. */
export function relationOf(table: TableName): RelationName | null {
  return RELATIONS[table];
}

/** What makes a row of the relation a row of the table, and the conditions asked of it. */
export function rowWhere(table: TableName, conditions: RowConditions | undefined): Predicate {
  return and(table === 'container' ? WORKLOAD : ALL, ...(conditions?.where ?? []));
}

/** Some row of a table satisfies `where` beside what is asked of the row anyway. */
export function someRow(table: TableName, conditions: RowConditions | undefined, where: Predicate): Predicate {
  const relation = RELATIONS[table];
  return relation === null ? NONE : some(relation, and(rowWhere(table, conditions), where));
}

/** The condition on the image: a row that satisfies everything, or no row at all where that was asked. */
export function joinTable(table: TableName, conditions: RowConditions): Predicate {
  const present = someRow(table, conditions, ALL);
  return conditions.absent ? or(present, not(someRow(table, undefined, ALL))) : present;
}
