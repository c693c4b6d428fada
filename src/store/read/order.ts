import { invalid } from '../../domain/error.ts';
import type { Micros } from '../../domain/time.ts';
import { type EntityName, findField, type RelationName, TIE_BREAK } from '../../query/catalogue.ts';
import type { SortKey } from '../../query/page.ts';
import { ALL } from '../../query/predicate.ts';
import type { Capabilities } from '../engine.ts';
import type { Condition, Leaf } from './condition.ts';
import { normalize } from './normalize.ts';
import { columnOf } from './relations.ts';

/** One key of an order that has been checked against the catalogue. Equal orders are equal as JSON. */
export interface OrderKey {
  /** The entity's column; undefined when the key is over a relation. */
  readonly column: string | undefined;
  readonly over: OverRelation | undefined;
  readonly type: Leaf['type'];
  readonly direction: 'asc' | 'desc';
  readonly missing: 'first' | 'last';
  readonly nullable: boolean;
}

/** One value that stands for the rows of a relation. */
export interface OverRelation {
  readonly relation: RelationName;
  readonly where: Condition;
  readonly field: string;
  readonly pick: 'least' | 'greatest' | 'count' | 'distinct';
}

/**
 * The whole order of a list: the asked keys, then the tie-break in the direction of the last key. A key that comes
 * twice, or that no row has a value for, is left out.
 * @param values where the values of conditions on relations go
 * @throws StowageError kind `invalid` for keys the catalogue does not sort by
 */
export function resolveOrder(
  entity: EntityName,
  sort: readonly SortKey[],
  now: Micros,
  capabilities: Capabilities,
  values: unknown[],
): readonly OrderKey[] {
  const keys: OrderKey[] = [];
  for (const key of sort) {
    const resolved = key.over ? overKey(key, key.over) : ownKey(key);
    if (resolved && !keys.some((other) => other.column !== undefined && other.column === resolved.column)) {
      keys.push(resolved);
    }
  }
  const direction = sort.at(-1)?.direction ?? 'asc';
  for (const field of TIE_BREAK[entity]) {
    const column = columnOf(entity, field);
    if (keys.some((key) => key.column === column)) continue;
    keys.push({ column, over: undefined, type: typeOf(entity, field), direction, missing: 'last', nullable: false });
  }
  return keys;

  function ownKey(key: SortKey): OrderKey {
    const field = findField(entity, key.field);
    if (!field) throw invalid('query.unknown-field', `${entity} has no field "${key.field}".`, key.field);
    if (field.sort !== true) {
      throw invalid('query.unsortable', `Lists of ${entity} cannot be sorted by "${key.field}".`, key.field);
    }
    return {
      column: columnOf(entity, key.field),
      over: undefined,
      type: typeOf(entity, key.field),
      direction: key.direction,
      missing: key.missing ?? 'last',
      nullable: field.required !== true,
    };
  }

  function overKey(key: SortKey, over: NonNullable<SortKey['over']>): OrderKey | undefined {
    const where = over.where ?? ALL;
    const some = normalize(
      entity,
      { kind: 'some', relation: over.relation, where },
      now,
      capabilities,
      values,
    ).condition;
    if (!findField(over.relation, key.field)) {
      throw invalid('query.unknown-field', `${over.relation} has no field "${key.field}".`, key.field);
    }
    if (some.kind !== 'some') return undefined;
    const pick = over.pick ?? (key.direction === 'asc' ? 'least' : 'greatest');
    const counts = pick === 'count' || pick === 'distinct';
    return {
      column: undefined,
      over: { relation: over.relation, where: some.where, field: key.field, pick },
      type: counts ? 'integer' : typeOf(over.relation, key.field),
      direction: key.direction,
      missing: key.missing ?? 'last',
      nullable: !counts,
    };
  }
}

function typeOf(of: RelationName, name: string): Leaf['type'] {
  const type = findField(of, name)!.type;
  return type === 'time' ? 'integer' : type;
}
