import type { Plan } from './access.ts';
import type { Condition, Leaf } from './condition.ts';
import { MOST_PAIRS } from './dictionary.ts';
import { orderIndex } from './order-index.ts';
import { equalsOf, type Question, tooMuch, without } from './question.ts';
import { columnOf } from './relations.ts';

/** Walks an index on an own column that is asked to equal one of a few values and has the order behind it. */
export function armsOfColumns(question: Question, conjuncts: readonly Condition[]): Plan | undefined {
  const { condition, keys, values } = question;
  if (!keys) return undefined;
  for (const part of conjuncts) {
    const equal = equalsOf(part, values);
    if (!equal || equal.length > MOST_PAIRS) continue;
    const plan = armsOfValues(question, part as Leaf, equal, without(condition, part));
    if (plan) return { ...plan, stable: true };
  }
  return undefined;
}

/** Walks, for each value of a column, the index that has the order behind it. */
export function armsOfValues(
  question: Question,
  leaf: Pick<Leaf, 'field' | 'variant'>,
  found: readonly unknown[],
  rest: Condition,
): Plan | undefined {
  const { entity, keys } = question;
  const column = leaf.variant === 'fold' ? `${columnOf(entity, leaf.field)}_fold` : columnOf(entity, leaf.field);
  const index = keys && orderIndex(entity, [column], keys);
  if (!index || tooMuch(question, found.length)) return undefined;
  return {
    entity,
    access: { kind: 'arms', table: entity, index, columns: [column], arms: found.length },
    values: found,
    rest,
    stable: false,
  };
}
