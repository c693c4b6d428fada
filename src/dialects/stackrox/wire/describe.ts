import { formatRfc3339 } from '../../../domain/time.ts';
import type { Predicate, Test, Value } from '../../../query/predicate.ts';

/** Longest description; the rest is cut. */
const MOST = 200;

/** A condition in plain words, for telling what cannot be said. */
export function describe(part: Predicate): string {
  const text = words(part);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

function words(part: Predicate): string {
  switch (part.kind) {
    case 'all':
      return 'anything';
    case 'none':
      return 'nothing';
    case 'and':
      return part.of.map(words).join(' and ');
    case 'or':
      return `either ${part.of.map(words).join(' or ')}`;
    case 'not':
      return `not (${words(part.of)})`;
    case 'some':
      return part.where.kind === 'all' ? `some ${part.relation}` : `some ${part.relation} with ${words(part.where)}`;
    case 'tally':
      return `number of ${part.relation}s ${testWords(part.test)}`;
    case 'compare':
      return `${part.field} ${testWords(part.test)}`;
  }
}

const OPERATORS: Readonly<Record<string, string>> = {
  eq: 'equals',
  lt: 'is less than',
  le: 'is at most',
  gt: 'is more than',
  ge: 'is at least',
  prefix: 'begins with',
  contains: 'contains',
};

function testWords(test: Test): string {
  switch (test.op) {
    case 'exists':
      return 'is known';
    case 'in':
      return `is one of ${test.values.map(valueWords).join(', ')}`;
    case 'like':
    case 'regex':
      return `matches ${test.pattern}`;
    default:
      return `${OPERATORS[test.op]} ${valueWords(test.value)}`;
  }
}

function valueWords(value: Value): string {
  if (typeof value === 'object') return `now ${value.fromNow < 0 ? '-' : '+'} ${Math.abs(value.fromNow) / 1e6} s`;
  if (typeof value === 'number' && Math.abs(value) > 1e13 && Number.isSafeInteger(value)) return formatRfc3339(value);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
