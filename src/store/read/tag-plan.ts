import type { EntityName } from '../../query/catalogue.ts';
import { fold } from '../../query/predicate.ts';
import { foldsAsStored } from '../indexed-text.ts';
import type { Plan } from './access.ts';
import { parts, type Some, TRUE } from './condition.ts';
import type { Pair } from './dictionary.ts';
import { orderIndex } from './order-index.ts';
import { type Question, tooMuch, without } from './question.ts';

/** A condition on labels or tags, and the pairs that satisfy it. `total` undefined: not counted. */
export interface Pairs {
  readonly some: Some;
  readonly pairs: readonly Omit<Pair, 'count'>[];
  readonly total: number | undefined;
}

const TAG_TABLES: Readonly<Partial<Record<EntityName, string>>> = {
  image: 'image_tag',
  placement: 'placement_tag',
  content: 'content_tag',
};

/** The index behind a pair is by its folded columns; the exact ones tell apart what folds alike. */
const FOLDED = ['key_fold', 'value_fold'] as const;
const EXACT = ['key', 'value'] as const;

/** The one pair that a condition asks for in so many words; undefined when it is asked any other way. */
export function exactPair(some: Some, values: readonly unknown[]): Omit<Pair, 'count'> | undefined {
  const asked = new Map<string, string>();
  for (const part of parts(some.where)) {
    if (part.kind !== 'test' || part.negated || part.variant !== 'plain' || part.check.op !== 'eq') return undefined;
    if (asked.has(part.field)) return undefined;
    asked.set(part.field, values[part.check.value] as string);
  }
  const key = some.relation === 'tag' ? '' : asked.get('key');
  const value = asked.get('value');
  if (key === undefined || value === undefined || (key === '' && some.relation === 'label')) return undefined;
  // Where something may have been cut off, only the dictionary knows what the rest folds to.
  if (!foldsAsStored(key) || !foldsAsStored(value)) return undefined;
  return { key, key_fold: fold(key), value, value_fold: fold(value) };
}

/** Walks the tag table's index by each pair, when it has the list's order. */
export function armsOfPairs(question: Question, found: Pairs): Plan | undefined {
  const { entity, condition, keys } = question;
  const table = TAG_TABLES[entity];
  const index = table && keys && orderIndex(table, FOLDED, keys);
  if (!index || tooMuch(question, found.pairs.length)) return undefined;
  return {
    entity,
    access: { kind: 'arms', table, index, columns: FOLDED, filters: EXACT, arms: found.pairs.length },
    values: found.pairs.flatMap(pairValues),
    rest: without(condition, found.some),
    stable: false,
  };
}

/** Finds the rows that carry one of the pairs. */
export function pairsFinder(question: Question, found: Pairs): Plan {
  const { entity, condition } = question;
  const pairs = found.pairs.map((pair) => pairValues(pair));
  const lookups = [...FOLDED, ...EXACT].map((column, at) => ({
    column,
    values: new Set(pairs.map((pair) => pair[at])).size,
  }));
  // Several pairs are found by each column's values, and then by the condition itself, which tells their mixtures apart.
  const where = found.pairs.length === 1 ? TRUE : found.some.where;
  const only = found.some.relation === 'label' ? 'labels' : 'tags';
  const finder = { table: TAG_TABLES[entity]!, of: found.some.relation, only, lookups, where } as const;
  return {
    entity,
    access: { kind: 'ids', finder },
    values: lookups.flatMap((_, at) => [...new Set(pairs.map((pair) => pair[at]))]),
    rest: without(condition, found.some),
    stable: false,
  };
}

function pairValues(pair: Omit<Pair, 'count'>): string[] {
  return [pair.key_fold, pair.value_fold, pair.key, pair.value];
}
