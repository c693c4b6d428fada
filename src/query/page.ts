import type { RelationName } from './catalogue.ts';
import type { Predicate } from './predicate.ts';

/** One key of an order. */
export interface SortKey {
  readonly field: string;
  readonly direction: 'asc' | 'desc';
  /** Where rows without a value go, whatever the direction. Default `last`. */
  readonly missing?: 'first' | 'last';
  /** Order by the least (asc) or greatest (desc) value of a relation's rows that satisfy `where`, not by an own field. */
  readonly over?: { readonly relation: RelationName; readonly where?: Predicate };
}

/** Values of the sort keys and then the tie-break of a row, in order: where a page ended. */
export type Position = readonly (string | number | boolean | null)[];
