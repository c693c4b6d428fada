import { invalid } from '../domain/error.ts';
import { type EntityName, type FieldType, findField, RELATIONS, type RelationName } from './catalogue.ts';
import type { Predicate, Test, Value } from './predicate.ts';

/** Bounds a predicate must keep, whatever language it came from. */
export const LIMITS = { nodes: 10_000, depth: 60, values: 100_000, regexLength: 1_000 } as const;

/**
 * Checks a predicate against the catalogue: every field and relation exists where it is used, every value has the
 * field's type, and the whole stays within {@link LIMITS}. Run by the store before compiling, so that no dialect
 * can hand it nonsense.
 * @throws StowageError kind `invalid`
 */
export function checkPredicate(entity: EntityName, predicate: Predicate): void {
  let nodes = 0;
  visit(predicate, entity, true, 0);

  function visit(node: Predicate, scope: RelationName, isEntity: boolean, depth: number): void {
    nodes += 1;
    if (nodes > LIMITS.nodes)
      throw invalid('query.too-large', `The query has more than ${LIMITS.nodes} conditions; split it.`);
    if (depth > LIMITS.depth)
      throw invalid('query.too-deep', `The query nests deeper than ${LIMITS.depth} levels; flatten it.`);
    switch (node.kind) {
      case 'and':
      case 'or':
        for (const part of node.of) visit(part, scope, isEntity, depth + 1);
        return;
      case 'not':
        visit(node.of, scope, isEntity, depth + 1);
        return;
      case 'some':
      case 'tally': {
        const from = isEntityName(scope) ? RELATIONS[scope] : [];
        if (!from.includes(node.relation)) {
          throw invalid('query.unknown-relation', `${scope} has no ${node.relation}.`, node.relation);
        }
        if (node.kind === 'tally') checkTest(node.test, 'integer', `count of ${node.relation}`);
        visit(node.where, node.relation, isEntityName(node.relation), depth + 1);
        return;
      }
      case 'compare': {
        const field = findField(scope, node.field);
        if (!field) throw invalid('query.unknown-field', `${scope} has no field "${node.field}".`, node.field);
        checkTest(node.test, field.type, `${scope}.${node.field}`);
      }
    }
  }
}

function isEntityName(name: RelationName): name is EntityName {
  return Object.hasOwn(RELATIONS, name);
}

function checkTest(test: Test, type: FieldType, at: string): void {
  switch (test.op) {
    case 'exists':
      return;
    case 'eq':
      checkValue(test.value, type, at);
      return;
    case 'in':
      if (test.values.length > LIMITS.values) {
        throw invalid('query.too-many-values', `${at} is compared with more than ${LIMITS.values} values.`, at);
      }
      for (const value of test.values) checkValue(value, type, at);
      return;
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      if (type === 'boolean') throw invalid('query.type', `${at} is true or false and has no order.`, at);
      checkValue(test.value, type, at);
      return;
    case 'regex':
      if (test.pattern.length > LIMITS.regexLength) {
        throw invalid(
          'query.regex-too-long',
          `The expression on ${at} is longer than ${LIMITS.regexLength} characters.`,
          at,
        );
      }
      break;
    default:
  }
  if (type !== 'text' && type !== 'id') throw invalid('query.type', `${at} is no text; ${test.op} does not apply.`, at);
}

function checkValue(value: Value, type: FieldType, at: string): void {
  const ok =
    type === 'text' || type === 'id'
      ? typeof value === 'string'
      : type === 'boolean'
        ? typeof value === 'boolean'
        : type === 'time'
          ? typeof value === 'number' || typeof value === 'object'
          : typeof value === 'number' && !Number.isNaN(value);
  if (!ok) throw invalid('query.type', `${at} is compared with a value that is no ${type}.`, at);
}
