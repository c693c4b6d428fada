import type { Plan } from './access.ts';
import { armsOfColumns } from './column-plan.ts';
import { type Condition, parts, type Some } from './condition.ts';
import type { ReadContext } from './context.ts';
import { isCounted, resolvePairs } from './dictionary.ts';
import { foundAtMost, isSurelyFew, lookupsOf } from './lookup.ts';
import { FEW, FEW_TO_COUNT, type Question, without } from './question.ts';
import { armsOfPairs, exactPair, type Pairs, pairsFinder } from './tag-plan.ts';
import { weighTags } from './tag-weight.ts';
import { findTexts } from './text-plan.ts';

/**
 * Chooses how the rows of a list are found, so that a page costs what its rows cost and not what the inventory holds:
 *
 * 1. a column that is never shared by many rows (an id, a digest), sorted;
 * 2. a label or tag the tag table's index can be walked by, in the list's order; of several the rarest;
 * 3. a label or tag that few rows carry, sorted;
 * 4. an own column whose index has the list's order behind it, by each of a few values;
 * 5. a few rows that an index on a column or on a relation finds, sorted;
 * 6. else the walk along the order's own index, filtering: whatever is left is common, so it soon finds a page.
 */
export async function choosePlan(context: ReadContext, question: Question): Promise<Plan> {
  const plan = await wayOf(context, question);
  if (plan.access.kind === 'empty' || (plan.access.kind === 'ids' && plan.stable)) return plan;
  const rest = await weighTags(context, question, plan.rest);
  return rest ? { ...plan, rest, stable: false } : plan;
}

async function wayOf(context: ReadContext, question: Question): Promise<Plan> {
  const { entity, condition } = question;
  if (condition.kind === 'false')
    return { entity, access: { kind: 'empty' }, values: [], rest: condition, stable: true };
  const conjuncts = parts(condition);
  const walk: Plan = { entity, access: { kind: 'order' }, values: [], rest: condition, stable: true };
  if (conjuncts.length === 0) return walk;

  const [surely] = fewRows(question, conjuncts, true);
  if (surely) return surely;
  const tags = await rarestTag(context, question, conjuncts);
  if (tags) return tags;
  const columns = armsOfColumns(question, conjuncts) ?? (await findTexts(context, question, conjuncts));
  if (columns) return columns;
  const candidates = fewRows(question, conjuncts, false).slice(0, 4);
  for (const found of candidates) {
    if (await foundAtMost(context, question, found, question.keys ? FEW : FEW_TO_COUNT)) return found;
  }
  return candidates.length > 0 || conjuncts.some(isTagCondition) ? { ...walk, stable: false } : walk;
}

/** Steps 2 and 3. */
async function rarestTag(
  context: ReadContext,
  question: Question,
  conjuncts: readonly Condition[],
): Promise<Plan | undefined> {
  const { project, entity, values, keys } = question;
  if (!isCounted(entity)) return undefined;
  const tags = conjuncts.filter(isTagCondition);
  const [only] = tags;
  const exact = only && exactPair(only, values);
  if (tags.length === 1 && exact && keys) {
    const plan = armsOfPairs(question, { some: only, pairs: [exact], total: undefined });
    if (plan) return { ...plan, stable: true };
  }
  let best: Pairs | undefined;
  for (const some of tags) {
    const pairs = await resolvePairs(context, project, entity, some, values);
    if (!pairs) continue;
    const total = pairs.reduce((sum, pair) => sum + pair.count, 0);
    if (!best || total < best.total!) best = { some, pairs, total };
  }
  if (!best) return undefined;
  if (best.pairs.length === 0) {
    return { entity, access: { kind: 'empty' }, values: [], rest: { kind: 'false' }, stable: false };
  }
  if (!keys) return pairsFinder(question, best);
  return armsOfPairs(question, best) ?? (best.total! <= FEW ? pairsFinder(question, best) : undefined);
}

/** Steps 1 and 5: plans that find rows by an index on an own column or on a relation's. */
function fewRows(question: Question, conjuncts: readonly Condition[], surely: boolean): Plan[] {
  const { entity, values } = question;
  return conjuncts.flatMap((part) => {
    const lookup = lookupsOf(entity, part, values);
    if (!lookup || isSurelyFew(lookup.finder) !== surely) return [];
    const rest = without(question.condition, part);
    const access = { kind: 'ids', finder: lookup.finder } as const;
    return [{ entity, access, values: lookup.values, rest, stable: surely } satisfies Plan];
  });
}

function isTagCondition(part: Condition): part is Some {
  return part.kind === 'some' && !part.negated && (part.relation === 'label' || part.relation === 'tag');
}
