import { invalid } from '../../domain/error.ts';
import type { Micros } from '../../domain/time.ts';
import { type EntityName, findField, type RelationName, UNCOLLECTED } from '../../query/catalogue.ts';
import { checkPredicate } from '../../query/check.ts';
import type { Predicate, Test } from '../../query/predicate.ts';
import type { Capabilities } from '../engine.ts';
import { type Check, type Condition, FALSE, join, type Leaf, type Some, TRUE } from './condition.ts';
import { onTags } from './tag-condition.ts';
import { type ColumnContext, MOST_LISTED, testColumn } from './tests.ts';

/** Most relations within relations: each is a query within a query to the database. */
const MOST_NESTED = 4;

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
  let relations = 0;
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
        return joined(
          (node.kind === 'and') !== negated ? 'and' : 'or',
          node.of.map((part) => visit(part, scope, negated)),
        );
      case 'compare':
        return testColumn(node.test, context(scope, node.field), negated);
      case 'some':
        return inside(node.relation, () => some(node.relation, node.where, scope, negated));
      case 'tally':
        return inside(node.relation, () => tally(node.relation, node.where, node.test, scope, negated));
    }
  }

  /** `a = 1 or a = 2` is `a in (1, 2)`, and rows with x or rows with y are rows with x or y; so are their negations. */
  function joined(kind: 'and' | 'or', conditions: readonly Condition[]): Condition {
    const found = join(kind, conditions);
    if (found.kind !== kind) return found;
    const leaves = new Map<string, Leaf[]>();
    const relatives = new Map<string, Some[]>();
    const others: Condition[] = [];
    const turned = kind === 'and';
    for (const part of found.of) {
      if (part.kind === 'test' && part.check.op === 'eq' && part.negated === turned) {
        addTo(leaves, `${part.variant} ${part.field}`, part);
      } else if (part.kind === 'some' && part.negated === turned) addTo(relatives, part.relation, part);
      else others.push(part);
    }
    for (const same of leaves.values()) others.push(same.length === 1 ? same[0]! : oneOf(same));
    for (const same of relatives.values()) {
      const where = (): Condition =>
        joined(
          'or',
          same.map((part) => part.where),
        );
      others.push(same.length === 1 ? same[0]! : { ...same[0]!, where: where() });
    }
    return join(kind, others);
  }

  function oneOf(leaves: readonly Leaf[]): Leaf {
    const places = leaves.map((leaf) => (leaf.check as { value: number }).value);
    const check: Check =
      places.length <= MOST_LISTED
        ? { op: 'in', values: places }
        : { op: 'in-json', value: values.push(JSON.stringify(places.map((place) => values[place]))) - 1 };
    return { ...leaves[0]!, check };
  }

  function inside(relation: RelationName, make: () => Condition): Condition {
    if (relations === MOST_NESTED) {
      const message = `The query asks for relations of relations more than ${MOST_NESTED} deep; say it with fewer.`;
      throw invalid('query.too-deep', message, relation);
    }
    relations += 1;
    const made = make();
    relations -= 1;
    return made;
  }

  function some(relation: RelationName, where: Predicate, scope: RelationName, negated: boolean): Condition {
    if (UNCOLLECTED.has(relation)) return negated ? TRUE : FALSE;
    const inner = onTags(scope, relation, visit(where, relation, false), values);
    if (inner.kind === 'false') return negated ? TRUE : FALSE;
    return { kind: 'some', relation, where: inner, negated };
  }

  function tally(
    relation: RelationName,
    where: Predicate,
    test: Test,
    scope: RelationName,
    negated: boolean,
  ): Condition {
    const inner = UNCOLLECTED.has(relation) ? FALSE : onTags(scope, relation, visit(where, relation, false), values);
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

function addTo<T>(groups: Map<string, T[]>, key: string, one: T): void {
  const group = groups.get(key);
  if (group) group.push(one);
  else groups.set(key, [one]);
}
