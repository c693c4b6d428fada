import type { EntityName } from '../../query/catalogue.ts';
import type { Plan } from './access.ts';
import { type Some, TRUE } from './condition.ts';
import { MOST_PAIRS, type Pair } from './dictionary.ts';
import { orderIndex } from './order-index.ts';
import { type Question, tooMuch, without } from './question.ts';
import { askedIds, TAG_ID } from './tag-condition.ts';

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

/** The one pair that a condition asks for in so many words; undefined when it is asked any other way. */
export function exactPair(some: Some, values: readonly unknown[]): Omit<Pair, 'count'> | undefined {
  const ids = askedIds(some.where, values);
  return ids?.length === 1 ? { tag_id: ids[0]! } : undefined;
}

/** Walks the tag table's index by each pair, when it has the list's order. */
export function armsOfPairs(question: Question, found: Pairs): Plan | undefined {
  const { entity, condition, keys } = question;
  const table = TAG_TABLES[entity];
  const index = table && keys && orderIndex(table, [TAG_ID], keys);
  if (!index || found.pairs.length > MOST_PAIRS || tooMuch(question, found.pairs.length)) return undefined;
  return {
    entity,
    access: { kind: 'arms', table, index, columns: [TAG_ID], arms: found.pairs.length },
    values: found.pairs.map((pair) => pair.tag_id),
    rest: without(condition, found.some),
    stable: false,
  };
}

/** Finds the rows that carry one of the pairs. */
export function pairsFinder(question: Question, found: Pairs): Plan {
  const { entity, condition } = question;
  const lookups = [{ column: TAG_ID, values: found.pairs.length }];
  const finder = { table: TAG_TABLES[entity]!, of: found.some.relation, lookups, where: TRUE } as const;
  return {
    entity,
    access: { kind: 'ids', finder },
    values: found.pairs.map((pair) => pair.tag_id),
    rest: without(condition, found.some),
    stable: false,
  };
}
