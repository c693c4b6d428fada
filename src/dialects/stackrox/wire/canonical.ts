import type { Predicate, Test } from '../../../query/predicate.ts';

/**
 * A text that is the same for predicates that ask the same in other words: order of parts, beginnings as patterns,
 * lists of one value.
 */
export function canonical(where: Predicate): string {
  switch (where.kind) {
    case 'and':
    case 'or': {
      const parts = [...new Set(where.of.map(canonical))].sort();
      return parts.length === 1 ? parts.join() : `${where.kind}(${parts.join(' ')})`;
    }
    case 'not':
      return `not(${canonical(where.of)})`;
    case 'some':
      return `some(${where.relation} ${canonical(where.where)})`;
    case 'tally':
      return `tally(${where.relation} ${canonical(where.where)} ${JSON.stringify(plain(where.test))})`;
    case 'compare':
      return `${where.field} ${JSON.stringify(plain(where.test))}`;
    default:
      return where.kind;
  }
}

function plain(test: Test): unknown {
  switch (test.op) {
    case 'prefix':
      return ['like', `${test.value.replace(/[%_\\]/g, '\\$&')}%`, test.fold === true];
    case 'contains':
      return ['like', `%${test.value.replace(/[%_\\]/g, '\\$&')}%`, test.fold === true];
    case 'like':
      return ['like', test.pattern, test.fold === true];
    case 'eq':
      return ['in', [test.value], test.fold === true];
    case 'in':
      return ['in', [...test.values].sort(), test.fold === true];
    default:
      return test;
  }
}
