import { type EntityName, findField, type RelationName } from '../../query/catalogue.ts';
import { UNKNOWN_IMAGE } from '../tables.ts';

/** How rows of a relation are tied to the row they are asked from. */
export type Link =
  /** The same value in these columns of both. */
  | { readonly kind: 'key'; readonly columns: readonly string[] }
  /** Its image shows the content the row is about: one of the image's platforms has the config digest. */
  | { readonly kind: 'shows-content' }
  /** A layer of the platform with the content's config digest, in the newest image that shows it. */
  | { readonly kind: 'layer-of-content' }
  /** It is the content of one of the image's platforms. */
  | { readonly kind: 'content-of-image' };

/** Where the rows of a relation are. */
export interface Source {
  readonly table: string;
  readonly link: Link;
  /** Narrows the table's rows to the relation's. */
  readonly only?: 'labels' | 'tags' | 'current';
}

const IMAGE_KEY = { kind: 'key', columns: ['project_no', 'bucket', 'image_id'] } as const;
const PLACEMENT_KEY = { kind: 'key', columns: [...IMAGE_KEY.columns, 'name'] } as const;
const CONTENT_KEY = { kind: 'key', columns: ['project_no', 'bucket', 'content_id'] } as const;
const CONTAINER_KEY = { kind: 'key', columns: [...IMAGE_KEY.columns, 'container_id'] } as const;
const REPOSITORY_KEY = { kind: 'key', columns: [...IMAGE_KEY.columns, 'registry', 'repository'] } as const;
const SHOWS_CONTENT = { kind: 'shows-content' } as const;

/** Which table answers for a relation, seen from each entity. */
const SOURCES: Readonly<Record<EntityName, Readonly<Partial<Record<RelationName, Source>>>>> = {
  image: {
    placement: { table: 'placement', link: IMAGE_KEY },
    content: { table: 'content', link: { kind: 'content-of-image' } },
    container: { table: 'container', link: IMAGE_KEY },
    reference: { table: 'reference', link: IMAGE_KEY, only: 'current' },
    platform: { table: 'platform', link: IMAGE_KEY },
    layer: { table: 'image_layer', link: IMAGE_KEY },
    label: { table: 'image_tag', link: IMAGE_KEY, only: 'labels' },
    tag: { table: 'image_tag', link: IMAGE_KEY, only: 'tags' },
    argument: { table: 'image_argument', link: IMAGE_KEY },
    host: { table: 'image_host', link: IMAGE_KEY },
    source: { table: 'image_source', link: IMAGE_KEY },
    member: { table: 'image_member', link: IMAGE_KEY },
  },
  placement: {
    image: { table: 'image', link: IMAGE_KEY },
    container: { table: 'container', link: IMAGE_KEY },
    reference: { table: 'reference', link: REPOSITORY_KEY, only: 'current' },
    platform: { table: 'platform', link: IMAGE_KEY },
    layer: { table: 'image_layer', link: IMAGE_KEY },
    label: { table: 'placement_tag', link: PLACEMENT_KEY, only: 'labels' },
    tag: { table: 'placement_tag', link: PLACEMENT_KEY, only: 'tags' },
    source: { table: 'image_source', link: IMAGE_KEY },
  },
  content: {
    image: { table: 'image', link: SHOWS_CONTENT },
    container: { table: 'container', link: SHOWS_CONTENT },
    reference: { table: 'content_reference', link: CONTENT_KEY },
    layer: { table: 'image_layer', link: { kind: 'layer-of-content' } },
    label: { table: 'content_tag', link: CONTENT_KEY, only: 'labels' },
    tag: { table: 'content_tag', link: CONTENT_KEY, only: 'tags' },
    source: { table: 'image_source', link: SHOWS_CONTENT },
    host: { table: 'image_host', link: SHOWS_CONTENT },
  },
  container: {
    image: { table: 'image', link: IMAGE_KEY },
    label: { table: 'container_label', link: CONTAINER_KEY, only: 'labels' },
  },
};

/** Where the rows of `relation` are, asked from a row of `entity`. */
export function sourceOf(entity: EntityName, relation: RelationName): Source {
  const source = SOURCES[entity][relation];
  if (!source) throw new Error(`${entity} has no table for ${relation}.`);
  return source;
}

/** Whether rows hold ids of labels and tags, whose words are in the dictionary; those of containers hold the words. */
export function isTagTable({ table, only }: Pick<Source, 'table' | 'only'>): boolean {
  return (only === 'labels' || only === 'tags') && table !== 'container_label';
}

/** Columns that are called otherwise than their field. */
const RENAMED: Readonly<Partial<Record<RelationName, Readonly<Record<string, string>>>>> = {
  image: { id: 'image_id' },
  content: { id: 'content_id' },
  container: { id: 'container_id' },
  host: { id: 'host_id' },
  source: { id: 'source_id' },
};

/** The column of a field (without its folded twin's ending). */
export function columnOf(of: RelationName, field: string): string {
  return RENAMED[of]?.[field] ?? field;
}

/** The value that stands for "missing" in a column that is never null: a container's image id. */
export function standInOf(of: RelationName, field: string): string | undefined {
  return of === 'container' && field === 'image_id' ? UNKNOWN_IMAGE : undefined;
}

/** Key of an entity's table behind project and bucket: what makes its rows distinct. */
export const ENTITY_KEY: Readonly<Record<EntityName, readonly string[]>> = {
  image: ['image_id'],
  placement: ['image_id', 'name'],
  content: ['content_id'],
  container: ['image_id', 'container_id'],
};

/** Whether a column of a field is an id type in the database. */
export function isIdColumn(of: RelationName, field: string): boolean {
  return findField(of, field)?.type === 'id';
}
