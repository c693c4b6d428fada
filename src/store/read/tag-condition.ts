import type { RelationName } from '../../query/catalogue.ts';
import { foldedKey } from '../indexed-text.ts';
import { tagId } from '../tag-id.ts';
import { type Check, type Condition, FALSE, join, type Leaf, parts } from './condition.ts';

/** The column of the tag tables, and of their dictionary, that a label or tag is known by. */
export const TAG_ID = 'tag_id';

/** The dictionary's index by folded words. */
export const WORD_INDEX = 'tag_count_by_key_fold_value_fold';

/**
 * A condition on labels or tags in the form their tables are asked in: on ids where it can be, else with what follows
 * of the folded key, by which the dictionary has an index. Labels of containers stand in their own table in full.
 * @param values where ids and folded keys go
 */
export function onTags(scope: RelationName, relation: RelationName, where: Condition, values: unknown[]): Condition {
  const found = byTagId(scope, relation, where, values);
  if (found !== where || scope === 'container' || relation !== 'label') return found;
  const key = parts(where).find(
    (part) => part.kind === 'test' && part.field === 'key' && part.variant === 'plain' && !part.negated,
  ) as Leaf | undefined;
  if (key?.check.op !== 'eq') return where;
  const value = values.push(foldedKey(values[key.check.value] as string)) - 1;
  return join('and', [{ ...key, variant: 'fold', check: { op: 'eq', value } } satisfies Leaf, where]);
}

/**
 * A condition on labels or tags that names key and value in so many words, as one on their ids: then the tag tables
 * answer without their dictionary. Any other condition is returned as it is, and so are labels of containers, which
 * stand in their own table in full.
 * @param values where the ids go
 */
function byTagId(scope: RelationName, relation: RelationName, where: Condition, values: unknown[]): Condition {
  if (scope === 'container' || (relation !== 'label' && relation !== 'tag')) return where;
  const asked = new Map<string, Check>();
  for (const part of parts(where)) {
    if (part.kind !== 'test' || part.negated || part.variant !== 'plain' || asked.has(part.field)) return where;
    asked.set(part.field, part.check);
  }
  const keys = relation === 'tag' ? [''] : textsOf(asked.get('key'), values);
  const texts = textsOf(asked.get('value'), values);
  if (keys?.length !== 1 || texts === undefined || asked.size !== (relation === 'tag' ? 1 : 2)) return where;
  const [key] = keys as [string];
  if (key === '' && relation === 'label') return FALSE;
  const places = texts.map((text) => values.push(tagId(key, text)) - 1);
  const check: Check = places.length === 1 ? { op: 'eq', value: places[0]! } : { op: 'in', values: places };
  return {
    kind: 'test',
    field: TAG_ID,
    type: 'text',
    variant: 'plain',
    nullable: false,
    negated: false,
    check,
  } satisfies Leaf;
}

/** The dictionary's index by folded words, where a condition on words asks for a folded key and so can use it. */
export function wordIndex(where: Condition): string | undefined {
  const byKey = parts(where).some(
    (part) =>
      part.kind === 'test' &&
      part.field === 'key' &&
      part.variant === 'fold' &&
      !part.negated &&
      (part.check.op === 'eq' || part.check.op === 'in'),
  );
  return byKey ? WORD_INDEX : undefined;
}

/** The ids a condition asks for and nothing else; undefined for any other condition. */
export function askedIds(where: Condition, values: readonly unknown[]): readonly string[] | undefined {
  return isByTagId(where) && where.kind === 'test' ? (textsOf(where.check, values) as string[]) : undefined;
}

/** Whether a condition asks for ids of tags and nothing else. */
export function isByTagId(where: Condition): boolean {
  return where.kind === 'test' && where.field === TAG_ID;
}

function textsOf(check: Check | undefined, values: readonly unknown[]): readonly string[] | undefined {
  if (check?.op === 'eq') return [values[check.value] as string];
  return check?.op === 'in' ? check.values.map((place) => values[place] as string) : undefined;
}
