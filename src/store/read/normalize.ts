import type { Micros } from '../../domain/time.ts';
import { type EntityName, findField, type RelationName, UNCOLLECTED } from '../../query/catalogue.ts';
import { checkPredicate } from '../../query/check.ts';
import type { Predicate, Test } from '../../query/predicate.ts';
import type { Capabilities } from '../engine.ts';
import { type Condition, FALSE, join, TRUE } from './condition.ts';
import { type ColumnContext, testColumn } from './tests.ts';

/** A condition and the values it refers to. */
export interface Bound {
  readonly condition: Condition;
  readonly values: readonly unknown[];
}

/**
 * Brings a predicate into the form SQL is written from: checked against the catalogue, times made exact, negation
 * pushed down to the leaves (where a missing value satisfies nothing and its negation everything), what can never
 * hold folded away, values taken out.
 * @param values where the values go, behind those that are there already
 * @throws StowageError kind `invalid`
 */
export function normalize(
  entity: EntityName,
  predicate: Predicate,
  now: Micros,
  capabilities: Capabilities,
  values: unknown[] = [],
): Bound {
  checkPredicate(entity, predicate);
  return { condition: visit(predicate, entity, false), values };

  function visit(node: Predicate, scope: RelationName, negated: boolean): Condition {
    switch (node.kind) {
      case 'all':
        return negated ? FALSE : TRUE;
      case 'none':
        return negated ? TRUE : FALSE;
      case 'not':
        return visit(node.of, scope, !negated);
      case 'and':
      case 'or':
        return join(
          (node.kind === 'and') !== negated ? 'and' : 'or',
          node.of.map((part) => visit(part, scope, negated)),
        );
      case 'compare':
        return testColumn(node.test, context(scope, node.field), negated);
      case 'some':
        return some(node.relation, node.where, negated);
      case 'tally':
        return tally(node.relation, node.where, node.test, negated);
    }
  }

  function some(relation: RelationName, where: Predicate, negated: boolean): Condition {
    if (UNCOLLECTED.has(relation)) return negated ? TRUE : FALSE;
    const inner = visit(where, relation, false);
    if (inner.kind === 'false') return negated ? TRUE : FALSE;
    return { kind: 'some', relation, where: inner, negated };
  }

  function tally(relation: RelationName, where: Predicate, test: Test, negated: boolean): Condition {
    const inner = UNCOLLECTED.has(relation) ? FALSE : visit(where, relation, false);
    const none = inner.kind === 'false';
    if (none) return holdsForZero(test, now) !== negated ? TRUE : FALSE;
    const tested = testColumn(test, { ...COUNT, values, now, capabilities }, negated);
    if (tested.kind !== 'test') return tested;
    return { kind: 'tally', relation, where: inner, negated: tested.negated, check: tested.check };
  }

  function context(scope: RelationName, name: string): ColumnContext {
    const field = findField(scope, name)!;
    return {
      relation: scope,
      name,
      type: field.type === 'time' ? 'integer' : field.type,
      folded: field.fold === true,
      nullable: field.required !== true,
      values,
      now,
      capabilities,
    };
  }
}

const COUNT = { relation: undefined, name: 'count', type: 'integer', folded: false, nullable: false } as const;

function holdsForZero(test: Test, now: Micros): boolean {
  const number = (value: unknown) =>
    typeof value === 'object' ? now + (value as { fromNow: number }).fromNow : (value as number);
  switch (test.op) {
    case 'exists':
      return true;
    case 'eq':
      return number(test.value) === 0;
    case 'in':
      return test.values.some((value) => number(value) === 0);
    case 'lt':
      return number(test.value) > 0;
    case 'le':
      return number(test.value) >= 0;
    case 'gt':
      return number(test.value) < 0;
    case 'ge':
      return number(test.value) <= 0;
    default:
      return false;
  }
}
