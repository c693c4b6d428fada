import { ALL, eq, not, type Predicate } from '../../../query/predicate.ts';
import type { EntityRows } from '../../../store/store.ts';
import {
  CONTAINER_SORTS,
  CONTAINER_WORDS,
  IMAGE_SORTS,
  IMAGE_WORDS,
  type SortWord,
  type Vocabulary,
} from '../fields.ts';
import { tieOfImage } from '../paging.ts';
import { containerItem, type GroupForm, imageItem } from '../rows.ts';

/** Everything in which the two list calls differ. */
export interface Listing<E extends 'placement' | 'container'> {
  readonly entity: E;
  readonly path: string;
  readonly bucket: string;
  /** What holds for every row, whatever is asked. */
  readonly always: Predicate;
  readonly words: Vocabulary;
  readonly sorts: Readonly<Record<string, SortWord>>;
  /** What cursors call the id. */
  readonly idField: string;
  /** The tie-break of a row, by field, in order. */
  readonly tieOf: (id: string) => Readonly<Record<string, string>>;
  readonly item: (row: EntityRows[E]) => unknown;
  readonly groups: GroupForm;
}

/** `GET /api/v2/container_images`. */
export const IMAGE_LISTING: Listing<'placement'> = {
  entity: 'placement',
  path: '/api/v2/container_images',
  bucket: 'container_images',
  always: ALL,
  words: IMAGE_WORDS,
  sorts: IMAGE_SORTS,
  idField: 'id',
  tieOf: tieOfImage,
  item: imageItem,
  groups: { type: 'container_image_group', relationship: 'container_images', named: true },
};

/** `GET /api/v2/containers`: those that exist now; one that is gone is history. */
export const CONTAINER_LISTING: Listing<'container'> = {
  entity: 'container',
  path: '/api/v2/containers',
  bucket: 'containers',
  always: not(eq('state', 'gone')),
  words: CONTAINER_WORDS,
  sorts: CONTAINER_SORTS,
  idField: 'id.raw',
  tieOf: (id) => ({ id }),
  item: containerItem,
  groups: { type: 'container_group', relationship: 'containers', named: false },
};
