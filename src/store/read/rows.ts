import { sql } from 'kysely';
import type { ContentRow, ImageRow, PlacementRow } from '../../domain/rows.ts';
import type { EntityName } from '../../query/catalogue.ts';
import type { EntityRows } from '../store.ts';
import { decodeContainer } from '../summaries/container.ts';
import { decodeContent } from '../summaries/content.ts';
import { decodeImage } from '../summaries/image.ts';
import { decodePlacement } from '../summaries/placement.ts';
import { allOf, inProject, type Sql, type SqlWriter, sameColumns } from './writer.ts';

/** What a row of a list is made from. */
interface RowParts {
  readonly columns: readonly Sql[];
  /** Further tables, beginning with ` cross join`; empty when there are none. */
  readonly from: Sql;
  readonly join: Sql | undefined;
}

/** A row as the engine returns it. */
export type RawRow = Readonly<Record<string, unknown>>;

const COUNTS = ['container_count', 'running_count', 'host_count'] as const;
const IMAGE_COLUMNS = ['stamp', 'last_seen_at', ...COUNTS] as const;
const NOTHING = sql``;

/** What tells a row from other rows of its entity and from what it was before, the joined image's columns aside. */
const OWN_COLUMNS = {
  image: ['image_id', ...IMAGE_COLUMNS],
  container: ['container_id', 'stamp'],
  placement: ['name', 'digest', 'image_id', 'stamp'],
  content: ['content_id', 'stamp', 'last_used_at', ...COUNTS],
} as const satisfies Record<EntityName, readonly string[]>;

/** What a row needs beyond its outline. */
const DOCUMENT_COLUMNS = {
  image: ['summary'],
  container: ['summary'],
  placement: ['summary'],
  content: ['summary'],
} as const satisfies Record<EntityName, readonly string[]>;

/**
 * The columns a row of an entity, or its outline, is made from; a placement and a content bring their image's along.
 * @param documents whether the whole row is wanted
 */
export function rowColumns(writer: SqlWriter, entity: EntityName, alias: string, documents: boolean): RowParts {
  const names = documents ? [...OWN_COLUMNS[entity], ...DOCUMENT_COLUMNS[entity]] : OWN_COLUMNS[entity];
  const own = names.map((name) => sql.ref(`${alias}.${name}`));
  if (entity !== 'placement' && entity !== 'content') return { columns: own, from: NOTHING, join: undefined };
  // Contents lie with themselves, not with their newest image.
  const shared = entity === 'placement' ? ['project_no', 'bucket', 'image_id'] : ['project_no', 'image_id'];
  const image = documents ? [...IMAGE_COLUMNS, 'summary'] : IMAGE_COLUMNS;
  return {
    columns: [...own, ...image.map((name) => sql`${sql.ref(`i.${name}`)} as ${sql.ref(`i_${name}`)}`)],
    from: sql` cross join ${sql.table('image')} as i`,
    join: allOf([inProject(writer, 'i', true), sameColumns('i', alias, shared)]),
  };
}

/** What tells a row from others of its entity, in whatever way it was selected. */
export function rowKey(entity: EntityName, row: RawRow): string {
  return entity === 'placement' ? `${row['image_id']}@${row['name']}` : (row[OWN_COLUMNS[entity][0]] as string);
}

/** The id by which an entity's row is known outside: of an outline or a whole row. */
export function rowId(entity: EntityName, row: RawRow): string {
  if (entity === 'placement') return `${row['name']}@${row['digest']}`;
  return row[OWN_COLUMNS[entity][0]] as string;
}

/** The numbers among the columns of an outline: documents' stamps, counts and times. */
const STAMPED = {
  image: IMAGE_COLUMNS,
  container: ['stamp'],
  placement: ['stamp', ...IMAGE_COLUMNS.map((name) => `i_${name}`)],
  content: ['stamp', 'last_used_at', ...COUNTS, ...IMAGE_COLUMNS.map((name) => `i_${name}`)],
} as const satisfies Record<EntityName, readonly string[]>;

/** A number (52 bits) that is another one as soon as anything that a reader is given of the row changes. */
export function rowStamp(entity: EntityName, row: RawRow): number {
  let high = 0x2545f491;
  let low = 0x4f6cdd1d;
  for (const name of STAMPED[entity]) {
    const value = (row[name] as number | null) ?? -1;
    low = scramble(low ^ value);
    high = scramble(high ^ low ^ Math.floor(value / 2 ** 32));
  }
  return (high >>> 0) * 2 ** 20 + (low >>> 12);
}

/** Spreads what 32 bits say over all of them. */
function scramble(bits: number): number {
  const half = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  return Math.imul(half ^ (half >>> 13), 0xc2b2ae35);
}

type Decoders = { readonly [E in EntityName]: (row: RawRow) => EntityRows[E] };

const DECODERS: Decoders = {
  image: (row) => decodeImageRow(row, ''),
  container: (row) => decodeContainer(row['summary'] as string),
  placement: (row): PlacementRow => {
    const references = decodePlacement(row['summary'] as string);
    const image = decodeJoinedImage(row);
    const { registry, repository } = references[0]!;
    const name = row['name'] as string;
    const shortName = name.slice(name.lastIndexOf('/') + 1);
    return { id: rowId('placement', row), name, shortName, registry, repository, references, image };
  },
  content: (row): ContentRow => {
    const content = decodeContent(row['summary'] as string) as { -readonly [K in keyof ContentRow]: ContentRow[K] };
    content.image = decodeJoinedImage(row);
    content.containerCount = row['container_count'] as number;
    content.runningCount = row['running_count'] as number;
    content.hostCount = row['host_count'] as number;
    content.lastUsedAt = row['last_used_at'] as number | null;
    return content;
  },
};

/** The row of an entity from what {@link rowColumns} selected. */
export function decodeRow<E extends EntityName>(entity: E, row: RawRow): EntityRows[E] {
  return DECODERS[entity](row);
}

function decodeJoinedImage(row: RawRow): ImageRow {
  return decodeImageRow(row, 'i_');
}

/** Counts and the last sighting change without the document. */
function decodeImageRow(row: RawRow, prefix: '' | 'i_'): ImageRow {
  const image = decodeImage(row[`${prefix}summary`] as string) as { -readonly [K in keyof ImageRow]: ImageRow[K] };
  image.lastSeenAt = row[`${prefix}last_seen_at`] as number;
  image.containerCount = row[`${prefix}container_count`] as number;
  image.runningCount = row[`${prefix}running_count`] as number;
  image.hostCount = row[`${prefix}host_count`] as number;
  return image;
}
