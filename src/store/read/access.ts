import type { EntityName, RelationName } from '../../query/catalogue.ts';
import type { Condition } from './condition.ts';

/** A column of an index and how many values it may have, whose values are slots of group `access`. */
export interface Lookup {
  readonly column: string;
  readonly values: number;
}

/** Rows of a table found by an index; each names rows of the entity by its key. */
export interface Finder {
  readonly table: string;
  /** What the conditions of `where` are about. */
  readonly of: RelationName;
  readonly only?: 'labels' | 'tags' | 'current';
  readonly index?: string;
  /** Columns that choose the index, in its order. */
  readonly lookups: readonly Lookup[];
  /** The index is the table's primary key, which begins with project and bucket. */
  readonly byKey?: boolean;
  /** The field whose range test may choose the index too. */
  readonly range?: string;
  /** What else the rows must satisfy. */
  readonly where: Condition;
}

/**
 * How the rows of a list are found. All but `empty` still have to satisfy the plan's remaining condition.
 * - `order`: walk the entity's index on the order (or sort, where there is none)
 * - `arms`: walk, for each of a few combinations of values, an index that has the order behind them, and merge
 * - `ids`: the few rows an index finds, sorted
 * - `empty`: it is known that there are none
 */
export type Access =
  | { readonly kind: 'order' }
  | Arms
  | { readonly kind: 'ids'; readonly finder: Finder }
  | { readonly kind: 'empty' };

export interface Arms {
  readonly kind: 'arms';
  /** The entity's table, or one that has copies of its order keys. */
  readonly table: string;
  readonly index: string;
  /** Columns that choose the index; each arm has a value for each. */
  readonly columns: readonly string[];
  readonly arms: number;
}

/** A chosen access with its values. Plans of one shape are equal as JSON but for the values. */
export interface Plan {
  readonly entity: EntityName;
  readonly access: Access;
  /** Values of the slots of group `access`. */
  readonly values: readonly unknown[];
  /** What the rows found must satisfy besides. */
  readonly rest: Condition;
  /** Whether the choice was made without looking at data, so that it is right whatever changes. */
  readonly stable: boolean;
}
