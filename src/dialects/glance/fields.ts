/** Glance's words and what they are in the field catalogue, with how each may be filtered (contract 1.2). */

export interface GlanceField {
  /** Field of `image` in the catalogue. */
  readonly field: string;
  /**
   * How its parameter is read: `choice` exact or `in:` list, `exact` the whole value, `id` as `choice` over UUIDs,
   * `flag` true or false, `number` equality and the `_min` / `_max` twins, `time` with comparison operators.
   */
  readonly filter: 'choice' | 'exact' | 'id' | 'flag' | 'number' | 'time' | 'visibility';
  /** Whether `sort_key` takes it. */
  readonly sort?: boolean;
}

const SORT = { sort: true } as const;

/** Base attributes that are filters of their own. */
export const GLANCE_FIELDS = {
  name: { field: 'service_name', filter: 'choice', ...SORT },
  status: { field: 'status', filter: 'choice', ...SORT },
  container_format: { field: 'container_format', filter: 'choice', ...SORT },
  disk_format: { field: 'disk_format', filter: 'choice', ...SORT },
  size: { field: 'size', filter: 'number', ...SORT },
  id: { field: 'id', filter: 'id', ...SORT },
  created_at: { field: 'created_at', filter: 'time', ...SORT },
  updated_at: { field: 'updated_at', filter: 'time', ...SORT },
  visibility: { field: 'visibility', filter: 'visibility' },
  owner: { field: 'owner', filter: 'exact' },
  os_hidden: { field: 'hidden', filter: 'flag' },
  protected: { field: 'protected', filter: 'flag' },
  virtual_size: { field: 'virtual_size', filter: 'number' },
  min_ram: { field: 'min_ram', filter: 'number' },
  min_disk: { field: 'min_disk', filter: 'number' },
  checksum: { field: 'checksum', filter: 'exact' },
  os_hash_algo: { field: 'hash_algorithm', filter: 'exact' },
  os_hash_value: { field: 'hash_value', filter: 'exact' },
} as const satisfies Readonly<Record<string, GlanceField>>;

/** The attribute of a name; `undefined` for a custom property. */
export function findGlanceField(name: string): GlanceField | undefined {
  return Object.hasOwn(GLANCE_FIELDS, name) ? GLANCE_FIELDS[name as keyof typeof GLANCE_FIELDS] : undefined;
}

/** What `sort_key` takes, in the order the error text lists it. */
export const SORT_KEYS: readonly string[] = Object.entries(GLANCE_FIELDS)
  .filter(([, field]) => 'sort' in field)
  .map(([name]) => name);

/** Parameters that shape the list and are no question about images. */
export const LIST_PARAMETERS: ReadonlySet<string> = new Set([
  'limit',
  'marker',
  'member_status',
  'sort',
  'sort_key',
  'sort_dir',
]);

/** Parameter names that can be no custom property: they mean something else, or nothing (contract 1.2, 8.2). */
export const REFUSED_PARAMETERS: ReadonlySet<string> = new Set([
  'locations',
  'properties',
  'members',
  'tags_min',
  '_min',
]);

/** Attributes every image document has: a label or property of such a name is left out of it. */
export const BASE_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...Object.keys(GLANCE_FIELDS),
  'locations',
  'direct_url',
  'tags',
  'self',
  'file',
  'schema',
  'stores',
  'os_glance_stage_host',
  'os_glance_hash_op_host',
]);

export const VISIBILITIES = ['community', 'public', 'private', 'shared', 'all'] as const;
export type VisibilityFilter = (typeof VISIBILITIES)[number];

export const MEMBER_STATUSES = ['pending', 'accepted', 'rejected', 'all'] as const;
export type MemberStatus = (typeof MEMBER_STATUSES)[number];
