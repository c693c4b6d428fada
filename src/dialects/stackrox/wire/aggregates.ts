/** Labels about all rows of a table at once: how many there are, the greatest and the least value of them. */
import { invalid } from '../../../domain/error.ts';
import { ALL, and, NONE, not, type Predicate } from '../../../query/predicate.ts';
import type { Label } from '../fields.ts';
import { type Bound, boundsOn, type Operator, satisfies } from './bounds.ts';
import { type Column, isKnown } from './column.ts';
import { anyOf } from './read-value.ts';
import { type RowConditions, relationOf, rowWhere, someRow } from './tables.ts';
import { readDateBounds } from './values-date.ts';
import { oneOf, readEnumNumbers } from './values-enum.ts';
import { readNumberBounds } from './values-number.ts';

type Count = Extract<Label, { kind: 'count' }>;
type Extreme = Extract<Label, { kind: 'extreme' }>;

/** Reads a value of a count label; `conditions`: what else is asked of the rows that are counted. */
export function readCount(label: Count, conditions: RowConditions | undefined, value: string): Predicate {
  refuseExistence(value);
  const bounds = readNumberBounds('integer', value);
  if (label.table === 'image') return satisfies(1, bounds) ? ALL : NONE;
  if (label.table === 'namespace') return countNamespaces(bounds, value);
  const relation = relationOf(label.table);
  if (relation === null) return satisfies(0, bounds) ? ALL : NONE;
  if (conditions === undefined && label.field !== undefined) {
    return boundsOn({ type: 'integer', field: label.field, nullable: true, missing: 0 }, bounds);
  }
  const where = rowWhere(label.table, conditions);
  return and(...bounds.map((test): Predicate => ({ kind: 'tally', relation, where, test })));
}

/** Namespaces are not rows, so only whether there is one can be asked. */
function countNamespaces(bounds: readonly Bound[], value: string): Predicate {
  const none = satisfies(0, bounds);
  const one = satisfies(1, bounds);
  if (![2, 3, 10, 0x7fffffff].every((number) => satisfies(number, bounds) === one)) {
    throw invalid('query.count', `Namespace Count can be asked for 0 or for at least 1 only, not for ${value}.`);
  }
  if (none === one) return none ? ALL : NONE;
  const some = someRow('container', undefined, ALL);
  return one ? some : not(some);
}

/** Reads a value of a label for the greatest or least value of the rows. */
export function readExtreme(label: Extreme, conditions: RowConditions | undefined, value: string): Predicate {
  refuseExistence(value);
  const { table, column, pick } = label;
  const row = (where: Predicate) => someRow(table, conditions, where);
  if (column.type === 'enum') {
    const names = column.names ?? { path: '', values: [] };
    return anyOf(
      readEnumNumbers(names, value).map((number) => {
        const beyond = names.values.map((_, other) => other).filter((other) => other > number);
        return and(row(oneOf(column, [number])), not(row(oneOf(column, beyond))));
      }),
    );
  }
  const bounds = column.type === 'time' ? readDateBounds(value) : readNumberBounds(column.type, value);
  return and(...bounds.map((bound) => extreme(column, pick, bound, row)));
}

const OPPOSITE: Readonly<Record<Operator, Operator>> = { lt: 'ge', le: 'gt', gt: 'le', ge: 'lt', eq: 'eq' };

function extreme(
  column: Column,
  pick: 'greatest' | 'least',
  { op, value }: Bound,
  row: (where: Predicate) => Predicate,
): Predicate {
  const on = (operator: Operator) => boundsOn(column, [{ op: operator, value }]);
  const outward: Operator = pick === 'greatest' ? 'gt' : 'lt';
  if (op === 'eq') return and(row(on('eq')), not(row(on(outward))));
  if (op === outward || op === (pick === 'greatest' ? 'ge' : 'le')) return row(on(op));
  return and(row(isKnown(column)), not(row(on(OPPOSITE[op]))));
}

function refuseExistence(value: string): void {
  if (value !== '*' && value !== '-') return;
  throw invalid('query.count', 'match all (*) and match none (-) are not unsupported values for derived field query');
}
