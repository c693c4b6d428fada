import { sql } from 'kysely';
import type { Container } from '../../domain/container.ts';
import type { ContentRow, ImageRow, PlacementRow } from '../../domain/rows.ts';
import type { EntityName } from '../../query/catalogue.ts';
import type { EntityRows } from '../store.ts';
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
const IMAGE_COLUMNS = ['summary', 'last_seen_at', ...COUNTS] as const;
const NOTHING = sql``;

/** The columns a row of an entity is decoded from; a placement and a content bring their image's along. */
export function rowColumns(writer: SqlWriter, entity: EntityName, alias: string): RowParts {
  const own = (names: readonly string[]) => names.map((name) => sql.ref(`${alias}.${name}`));
  switch (entity) {
    case 'image':
      return { columns: own(IMAGE_COLUMNS), from: NOTHING, join: undefined };
    case 'container':
      return { columns: own(['summary']), from: NOTHING, join: undefined };
    case 'placement':
      return {
        columns: [...own(['summary', 'name', 'digest', 'short_name', 'registry', 'repository']), ...imageColumns()],
        from: sql` cross join ${sql.table('image')} as i`,
        join: allOf([inProject(writer, 'i', true), sameColumns('i', alias, ['project_no', 'bucket', 'image_id'])]),
      };
    case 'content':
      return {
        columns: [...own(['summary', 'last_used_at', ...COUNTS]), ...imageColumns()],
        from: sql` cross join ${sql.table('image')} as i`,
        join: allOf([inProject(writer, 'i', true), sameColumns('i', alias, ['project_no', 'image_id'])]),
      };
  }
}

function imageColumns(): Sql[] {
  return IMAGE_COLUMNS.map((name) => sql`${sql.ref(`i.${name}`)} as ${sql.ref(`i_${name}`)}`);
}

type Decoders = { readonly [E in EntityName]: (row: RawRow) => EntityRows[E] };

const DECODERS: Decoders = {
  image: (row) => decodeImage(row, ''),
  container: (row) => JSON.parse(row['summary'] as string) as Container,
  placement: (row): PlacementRow => {
    const { references } = JSON.parse(row['summary'] as string) as Pick<PlacementRow, 'references'>;
    return {
      id: `${row['name']}@${row['digest']}`,
      name: row['name'] as string,
      shortName: row['short_name'] as string,
      registry: row['registry'] as string,
      repository: row['repository'] as string,
      references,
      image: decodeJoinedImage(row),
    };
  },
  content: (row): ContentRow => {
    const content = JSON.parse(row['summary'] as string) as { -readonly [K in keyof ContentRow]: ContentRow[K] };
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
  return decodeImage(row, 'i_');
}

/** Counts and the last sighting change without the document. */
function decodeImage(row: RawRow, prefix: '' | 'i_'): ImageRow {
  const image = JSON.parse(row[`${prefix}summary`] as string) as { -readonly [K in keyof ImageRow]: ImageRow[K] };
  image.lastSeenAt = row[`${prefix}last_seen_at`] as number;
  image.containerCount = row[`${prefix}container_count`] as number;
  image.runningCount = row[`${prefix}running_count`] as number;
  image.hostCount = row[`${prefix}host_count`] as number;
  return image;
}
