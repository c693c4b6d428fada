import type { RelationName } from './catalogue.ts';
import type { Predicate } from './predicate.ts';

/** One key of an order. */
export interface SortKey {
  readonly field: string;
  readonly direction: 'asc' | 'desc';
  /** Where rows without a value go, whatever the direction. Default `last`. */
  readonly missing?: 'first' | 'last';
  /** Order by a value of a relation's rows that satisfy `where`, not by an own field. */
  readonly over?: {
    readonly relation: RelationName;
    readonly where?: Predicate;
    /**
     * Which value stands for the rows: the least or greatest one (default: least ascending, greatest descending; missing
     * when there are no rows), or the number of rows or of distinct values that are not missing (0 when there are none).
     */
    readonly pick?: 'least' | 'greatest' | 'count' | 'distinct';
  };
}

/** Values of the sort keys and then the tie-break of a row, in order: where a page ended. */
export type Position = readonly (string | number | boolean | null)[];
