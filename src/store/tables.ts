/**
 * The inventory's tables, as data: the migration makes the DDL of either engine from it, the bulk loader drops and
 * builds its indexes from it, and spreading over Citus reads `kind` and `with`.
 *
 * Conventions
 * - Columns are named like the catalogue's fields; a field with `fold: true` has a twin `<name>_fold` holding
 *   `fold(value)`. The entity ids are `image_id`, `content_id` and `container_id`.
 * - `project_no` is the number of the project: it stands in every key and index entry, so it is not the 32 digits of
 *   the id, which only the tables beside the inventory hold.
 * - `bucket` is `bucketOf(project, image_id)`; of content tables from `content_id`; of `name_head` from
 *   `nameId(project, 'registry/repository:tag')`.
 *   Every row of `container` has an image id: `UNKNOWN_IMAGE` when the image is not known.
 * - `summary` is the document that list rows are decoded from, in the form of `summaries/form.ts`.
 * - The counts of containers and hosts are columns only. `last_seen_at` of an image is in its summary too, but there it
 *   may be a day older: the column is right.
 * - A column of type `bytes` is a text to the code that derives and compares rows: `Changes` packs it as it is written.
 * - `tag_key` is the tag, '' where the name has none (`tag` is null then).
 * - Text in a key or an index is at most as long as `src/store/indexed-text.ts` says, so that it fits into an index
 *   entry of every engine. Label values beyond that are whole in the documents, cut in the tag tables: a reader cuts
 *   what it compares them with alike (`indexedKey`, `indexedValue`).
 */
import {
  CONTAINER_FIELDS,
  CONTENT_FIELDS,
  type Fields,
  IMAGE_FIELDS,
  PLACEMENT_FIELDS,
  RELATION_FIELDS,
} from '../query/catalogue.ts';

export type ColumnType = 'id' | 'text' | 'integer' | 'float' | 'boolean' | 'json' | 'bytes';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

export interface Index {
  readonly name: string;
  readonly table: string;
  /** All ascending; engines walk them backwards for descending orders. */
  readonly columns: readonly string[];
}

/** Columns of an index; with `carries`, behind the bucket, what lists in that order ask of most rows besides. */
type IndexOf = readonly string[] | { readonly of: readonly string[]; readonly carries: readonly string[] };

/**
 * `image-owned`: spread by `bucket`, together with `with`. `reference`: small, on every node. `local`: on the
 * coordinator only.
 */
export type TableKind = 'image-owned' | 'reference' | 'local';

export interface Table {
  readonly name: string;
  readonly kind: TableKind;
  /** The table whose buckets its own lie with; null for the first one and for tables that are not spread. */
  readonly with: string | null;
  readonly columns: readonly Column[];
  /** Primary key. All key columns are not null. */
  readonly key: readonly string[];
  /** Whether the table is little more than its key, so that engines that can keep it in key order do. */
  readonly keyOrdered: boolean;
  readonly indexes: readonly Index[];
}

/** The image id of containers whose image is not known. */
export const UNKNOWN_IMAGE = '00000000000000000000000000000000';

const col = (name: string, type: ColumnType, nullable = false): Column => ({ name, type, nullable });
const PROJECT = [col('project_no', 'integer'), col('bucket', 'integer')] as const;
const IMAGE = [...PROJECT, col('image_id', 'id')] as const;
const CONTENT = [...PROJECT, col('content_id', 'id')] as const;
// `stamp` is `stampOf(summary)`: what is made of a row is kept as long as its stamp stays. Before the document, so
// that reading it does not read the document's pages.
const DOCUMENT = [col('stamp', 'integer'), col('summary', 'json')] as const;
const IMAGE_KEY = ['project_no', 'bucket', 'image_id'] as const;
const CONTENT_KEY = ['project_no', 'bucket', 'content_id'] as const;
/** In place of key and value, which the dictionary `tag_count` has (see `tag-id.ts`). */
const TAG_ID = col('tag_id', 'text');
const TAG = [col('key', 'text'), col('key_fold', 'text'), col('value', 'text'), col('value_fold', 'text')] as const;

/** Columns of catalogue fields with their folded twins; `without` names fields the table has under another name. */
function fieldColumns(fields: Fields, without: readonly string[] = []): Column[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (without.includes(name)) return [];
    const type = field.type === 'time' ? 'integer' : field.type;
    const nullable = field.required !== true;
    return field.fold === true
      ? [col(name, type, nullable), col(`${name}_fold`, type, nullable)]
      : [col(name, type, nullable)];
  });
}

interface TableOptions {
  readonly kind?: TableKind;
  readonly with?: string | null;
  readonly keyOrdered?: boolean;
  /** Columns of each index between `project_no` and `bucket`, and those it carries behind. */
  readonly indexes?: readonly IndexOf[];
}

function table(name: string, columns: readonly Column[], key: readonly string[], options: TableOptions = {}): Table {
  const { kind = 'image-owned', keyOrdered = true, indexes = [] } = options;
  return {
    name,
    kind,
    with: options.with === undefined ? (kind === 'image-owned' ? 'image' : null) : options.with,
    columns,
    key,
    keyOrdered,
    // The bucket at the end, behind the order, so that an index answers alone where no other column is asked.
    indexes: indexes.map((index) => {
      const { of, carries } = 'of' in index ? index : { of: index, carries: [] };
      return { name: indexName(name, of), table: name, columns: ['project_no', ...of, 'bucket', ...carries] };
    }),
  };
}

/** An index that also answers what lists ask of most rows. */
function carrying(of: readonly string[], asked: readonly string[]): IndexOf {
  return { of, carries: asked.filter((column) => !of.includes(column)) };
}

/** At most 63 bytes long, which is what PostgreSQL keeps of a name. */
function indexName(of: string, columns: readonly string[]): string {
  return `${of}_by_${columns.slice(0, 3).join('_')}`.slice(0, 63);
}

/** Orders of the image list: the convention is that dialects append `created_at`; the tie-break adds the id. */
const IMAGE_ORDERS = ['updated_at', 'size', 'name', 'built_at'] as const;
const RARE_IMAGE_ORDERS = [
  'status', 'container_format', 'disk_format', 'service_name', 'container_count', 'risk_score', 'visibility', 'owner',
] as const; // biome-ignore format: one list

/** What StackRox and Glance ask of every image: without it in the index they would read each row just to let it pass. */
const ASKED_OF_IMAGES = ['kind', 'hidden', 'status', 'visibility', 'owner'] as const;
/** The same of HSS and containers; a list of those of some image names looks through many. */
const ASKED_OF_CONTAINERS = ['image_id', 'state', 'enterprise_project', 'image_repository'] as const;

/** Orders of the placement list, which is Datadog's, and what one is looked for by. */
const PLACEMENT_ORDERS = [
  'size',
  'built_at',
  'running_count',
  'short_name',
  'registry',
  'repository',
  'tag_count',
  'short_name_fold',
] as const;

export const TABLES: readonly Table[] = [
  table('image', [...IMAGE, ...fieldColumns(IMAGE_FIELDS, ['id']), ...DOCUMENT], IMAGE_KEY, {
    with: null,
    keyOrdered: false,
    indexes: [
      carrying(['created_at', 'image_id'], ASKED_OF_IMAGES),
      ...IMAGE_ORDERS.map((order) => carrying([order, 'created_at', 'image_id'], ASKED_OF_IMAGES)),
      ...RARE_IMAGE_ORDERS.map((order) => [order, 'created_at', 'image_id']),
      // Where a list walks the labels.
      carrying(['image_id'], ASKED_OF_IMAGES),
      ['digest'],
      ['name_fold'],
    ],
  }),
  // The rest of the image: what its summary does not hold, packed (`packed-text.ts`), since no list reads it.
  table('image_detail', [...IMAGE, col('detail', 'bytes')], IMAGE_KEY),
  // Labels, properties and bare tags (key ''), with the image's sort keys.
  table(
    'image_tag',
    [...IMAGE, TAG_ID, col('created_at', 'integer'), col('updated_at', 'integer'), col('size', 'integer', true)],
    [...IMAGE_KEY, 'tag_id'],
    {
      indexes: [
        ['tag_id', 'created_at', 'image_id'],
        ['tag_id', 'updated_at', 'created_at', 'image_id'],
        ['tag_id', 'size', 'created_at', 'image_id'],
      ],
    },
  ),
  table(
    'placement',
    [...IMAGE, ...fieldColumns(PLACEMENT_FIELDS), col('digest', 'text'), ...DOCUMENT],
    [...IMAGE_KEY, 'name'],
    {
      keyOrdered: false,
      indexes: [
        ['name', 'digest_head', 'image_id'],
        ...PLACEMENT_ORDERS.map((order) => [order, 'name', 'digest_head']),
      ],
    },
  ),
  table(
    'placement_tag',
    [...IMAGE, col('name', 'text'), TAG_ID, col('digest_head', 'text'), col('size', 'integer', true)],
    [...IMAGE_KEY, 'name', 'tag_id'],
    {
      indexes: [
        ['tag_id', 'name', 'digest_head', 'image_id'],
        ['tag_id', 'size', 'name', 'digest_head', 'image_id'],
      ],
    },
  ),
  // One row per config digest; image_id is the newest image that shows it.
  table(
    'content',
    [...CONTENT, ...fieldColumns(CONTENT_FIELDS, ['id']), col('image_id', 'id'), ...DOCUMENT],
    CONTENT_KEY,
    {
      keyOrdered: false,
      indexes: ['built_at', 'updated_at', 'created_at', 'size', 'config_digest'].map((order) => [order, 'content_id']),
    },
  ),
  table(
    'content_tag',
    [...CONTENT, TAG_ID, col('built_at', 'integer', true), col('size', 'integer', true)],
    [...CONTENT_KEY, 'tag_id'],
    {
      indexes: [
        // By `updated_at` a list of a label walks the content's own index: nothing asks for it by default.
        ['tag_id', 'built_at', 'content_id'],
        ['tag_id', 'size', 'content_id'],
      ],
    },
  ),
  // Current references of every image that shows the content.
  table(
    'content_reference',
    [...CONTENT, col('image_id', 'id'), col('tag_key', 'text'), ...fieldColumns(RELATION_FIELDS.reference)],
    [...CONTENT_KEY, 'image_id', 'registry', 'repository', 'tag_key'],
    { keyOrdered: false, indexes: [['registry_fold'], ['repository_fold'], ['tag_fold'], ['name_fold']] },
  ),
  // Relation `reference` is the rows with closed_at null; the others are history. `sources` is JSON of SourceRef[].
  table(
    'reference',
    [
      ...IMAGE,
      col('tag_key', 'text'),
      ...fieldColumns(RELATION_FIELDS.reference),
      col('closed_at', 'integer', true),
      col('sources', 'json'),
    ],
    [...IMAGE_KEY, 'registry', 'repository', 'tag_key', 'first_seen_at'],
    { keyOrdered: false, indexes: [['registry', 'repository', 'tag_key'], ['name_fold'], ['tag_fold']] },
  ),
  // When each source last saw a current reference, exactly. Written on every collection, so it is narrow and has no
  // index (image_source leads to it); `reference.last_seen_at` and the documents follow at most every SEEN_GRAIN.
  table(
    'reference_sighting',
    [
      ...IMAGE,
      col('registry', 'text'),
      col('repository', 'text'),
      col('tag_key', 'text'),
      col('source_id', 'id'),
      col('seen_at', 'integer'),
    ],
    [...IMAGE_KEY, 'registry', 'repository', 'tag_key', 'source_id'],
  ),
  table(
    'platform',
    [...IMAGE, col('position', 'integer'), ...fieldColumns(RELATION_FIELDS.platform)],
    [...IMAGE_KEY, 'position'],
    { indexes: [['config_digest'], ['manifest_digest']] },
  ),
  table(
    'image_layer',
    [...IMAGE, col('platform_position', 'integer'), ...fieldColumns(RELATION_FIELDS.layer)],
    [...IMAGE_KEY, 'platform_position', 'position'],
  ),
  table('image_argument', [...IMAGE, ...fieldColumns(RELATION_FIELDS.argument)], [...IMAGE_KEY, 'kind', 'position']),
  // Relation `host` (its `id` is host_id) of images in a host's storage; seen_at is exact, as in reference_sighting.
  table(
    'image_host',
    [
      ...IMAGE,
      col('host_id', 'text'),
      col('source_id', 'id'),
      ...fieldColumns(RELATION_FIELDS.host, ['id']),
      col('seen_at', 'integer'),
    ],
    [...IMAGE_KEY, 'host_id', 'source_id'],
    { indexes: [['host_id']] },
  ),
  // Relation `source` (its `id` is source_id); seen_at is exact, as in reference_sighting.
  table(
    'image_source',
    [...IMAGE, col('source_id', 'id'), ...fieldColumns(RELATION_FIELDS.source, ['id']), col('seen_at', 'integer')],
    [...IMAGE_KEY, 'source_id'],
    { indexes: [['source_id', 'image_id']] },
  ),
  table('image_member', [...IMAGE, ...fieldColumns(RELATION_FIELDS.member)], [...IMAGE_KEY, 'member'], {
    indexes: [['member']],
  }),
  table(
    'container',
    [
      ...IMAGE, col('container_id', 'text'), ...fieldColumns(CONTAINER_FIELDS, ['id', 'image_id']),
      col('source_id', 'id'), ...DOCUMENT,
    ], // biome-ignore format: one list
    [...IMAGE_KEY, 'container_id'],
    {
      keyOrdered: false,
      indexes: [
        carrying(['host_name', 'name', 'container_id'], ASKED_OF_CONTAINERS),
        ['started_at', 'container_id'],
        ['container_id'],
        carrying(['image_repository', 'host_name', 'name', 'container_id'], ASKED_OF_CONTAINERS),
        ['agent_id', 'host_name', 'name', 'container_id'],
        ['image_digest', 'host_name', 'name', 'container_id'],
        ['source_id', 'host_id'],
      ],
    },
  ),
  table('container_label', [...IMAGE, col('container_id', 'text'), ...TAG], [...IMAGE_KEY, 'container_id', 'key'], {
    indexes: [['key_fold', 'value_fold']],
  }),
  // The image a tagged name leads to now.
  table(
    'name_head',
    [
      ...PROJECT,
      col('registry', 'text'),
      col('repository', 'text'),
      col('tag_key', 'text'),
      col('image_id', 'id'),
      col('seen_at', 'integer'),
    ],
    ['project_no', 'bucket', 'registry', 'repository', 'tag_key'],
  ),
  // The dictionary of labels and tags: what an id of the tag tables stands for, and how many rows of each entity carry
  // it. In each bucket those of its own rows, so that both are joined within one.
  table(
    'tag_count',
    [
      ...PROJECT,
      TAG_ID,
      ...TAG,
      col('image_count', 'integer'),
      col('placement_count', 'integer'),
      col('content_count', 'integer'),
    ],
    ['project_no', 'bucket', 'tag_id'],
    { indexes: [['key_fold', 'value_fold']] },
  ),
  // How many rows an entity (image, placement, content, container) has.
  table('row_count', [...PROJECT, col('entity', 'text'), col('count', 'integer')], ['project_no', 'bucket', 'entity']),
  // Last statement of every transaction that changes an answer; its row is also the lock writers of a project take first.
  table('inventory_generation', [col('project_no', 'integer'), col('generation', 'integer')], ['project_no'], {
    kind: 'reference',
  }),
];

/** Every secondary index, in the order of the tables. */
export const INDEXES: readonly Index[] = TABLES.flatMap((each) => each.indexes);

/** A table by name. @throws Error when there is none: a mistake in the code */
export function tableNamed(name: string): Table {
  const found = TABLES.find((each) => each.name === name);
  if (!found) throw new Error(`There is no table "${name}".`);
  return found;
}
