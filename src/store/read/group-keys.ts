import { invalid } from '../../domain/error.ts';
import { type EntityName, findField, RELATIONS, type RelationName } from '../../query/catalogue.ts';
import { foldedKey } from '../indexed-text.ts';
import type { GroupKey } from '../store.ts';
import type { Leaf } from './condition.ts';
import { columnOf } from './relations.ts';

/** What rows are grouped by, checked against the catalogue. Equal ones are equal as JSON, but for label keys. */
export type GroupColumn =
  | { readonly kind: 'own'; readonly column: string; readonly type: Leaf['type'] }
  | { readonly kind: 'relation'; readonly relation: RelationName; readonly column: string; readonly type: Leaf['type'] }
  /** `key` is the place of the folded label key among the values; `few`: the dictionary is known to have few words of it. */
  | {
      readonly kind: 'label';
      readonly key: number;
      readonly folded: string;
      readonly type: 'text';
      readonly few: boolean;
    };

/**
 * @param values where label keys go
 * @throws StowageError kind `invalid`
 */
export function groupColumns(entity: EntityName, by: readonly GroupKey[], values: unknown[]): readonly GroupColumn[] {
  if (by.length === 0) throw invalid('query.ungroupable', 'Say at least one thing to group by.', 'by');
  return by.map((key) => {
    if ('label' in key) {
      const folded = foldedKey(key.label.toWellFormed()).replaceAll('\0', '\ufffd');
      return { kind: 'label', key: values.push(folded) - 1, folded, type: 'text', few: false };
    }
    if ('relation' in key) {
      if (!RELATIONS[entity].includes(key.relation)) {
        throw invalid('query.unknown-relation', `${entity} has no ${key.relation}.`, key.relation);
      }
      const type = typeOf(key.relation, key.field);
      return { kind: 'relation', relation: key.relation, column: columnOf(key.relation, key.field), type };
    }
    const type = typeOf(entity, key.field);
    if (findField(entity, key.field)?.group !== true) {
      throw invalid('query.ungroupable', `Lists of ${entity} cannot be grouped by "${key.field}".`, key.field);
    }
    return { kind: 'own', column: columnOf(entity, key.field), type };
  });
}

function typeOf(of: RelationName, name: string): Leaf['type'] {
  const field = findField(of, name);
  if (!field) throw invalid('query.unknown-field', `${of} has no field "${name}".`, name);
  return field.type === 'time' ? 'integer' : field.type;
}
