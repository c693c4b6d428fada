import type { Condition, Some, Tally } from './condition.ts';
import type { ReadContext } from './context.ts';
import { isCounted, resolvePairs } from './dictionary.ts';
import type { Question } from './question.ts';
import { isByTagId } from './tag-condition.ts';

/** Most conditions of one question that are looked up; of others it is not known whether few labels satisfy them. */
const MOST_WEIGHED = 8;

/**
 * What is left to test of the rows found, with those conditions on the words of labels or tags marked that few
 * different ones satisfy: their ids are better found once than the words of every row looked up. The mark says how to
 * ask, never what: the statement itself asks the dictionary, so that its answer is that of one moment.
 * @returns undefined when there is no such condition, so that the plan does not depend on the dictionary
 */
export async function weighTags(
  context: ReadContext,
  { project, entity, values }: Question,
  rest: Condition,
): Promise<Condition | undefined> {
  if (!isCounted(entity)) return undefined;
  const asked = byWords(rest);
  const few = new Set<Condition>();
  for (const each of asked.slice(0, MOST_WEIGHED)) {
    if (await resolvePairs(context, project, entity, each, values)) few.add(each);
  }
  return asked.length === 0 ? undefined : marked(rest, few);
}

function byWords(condition: Condition): readonly (Some | Tally)[] {
  if (condition.kind === 'and' || condition.kind === 'or') return condition.of.flatMap(byWords);
  if (condition.kind !== 'some' && condition.kind !== 'tally') return [];
  const isOfTags = condition.relation === 'label' || condition.relation === 'tag';
  return isOfTags && !isByTagId(condition.where) ? [condition] : [];
}

function marked(condition: Condition, few: ReadonlySet<Condition>): Condition {
  if (condition.kind === 'and' || condition.kind === 'or')
    return { ...condition, of: condition.of.map((part) => marked(part, few)) };
  if (condition.kind !== 'some' && condition.kind !== 'tally') return condition;
  return few.has(condition) ? { ...condition, few: true } : condition;
}
