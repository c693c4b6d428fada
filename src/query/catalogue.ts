/**
 * The field catalogue: every canonical field, what type it has, where it lives and what it can be used for.
 * Dialects map their vendor's words to these names; the store maps these names to columns (same name, snake_case).
 */

/** What a list can be a list of. */
export type EntityName = 'image' | 'placement' | 'content' | 'container';

/**
 * The sets of rows a predicate can quantify over. An entity can be reached from another entity as a relation too:
 * `image` from placement, content and container (to-one, or any of them), `placement` and `container` from image.
 */
export type RelationName =
  | 'image'
  | 'placement'
  | 'content'
  | 'container'
  | 'reference'
  | 'platform'
  | 'layer'
  | 'label'
  | 'tag'
  | 'argument'
  | 'host'
  | 'source'
  | 'member'
  | 'package'
  | 'finding';

export type FieldType = 'text' | 'integer' | 'float' | 'time' | 'boolean' | 'id';

export interface Field {
  readonly type: FieldType;
  /** Text that is searched without regard to case: the store keeps a folded twin of the column. */
  readonly fold?: boolean;
  /** Never null. A list sorted by it needs no place for missing values. */
  readonly required?: boolean;
  /** Lists can be ordered by it. */
  readonly sort?: boolean;
  /** Lists can be grouped by it. */
  readonly group?: boolean;
  /** One line for the documentation. */
  readonly about: string;
}

export type Fields = Readonly<Record<string, Field>>;

const text = (about: string, more: Partial<Field> = {}): Field => ({ type: 'text', about, ...more });
const name = (about: string, more: Partial<Field> = {}): Field => ({ type: 'text', fold: true, about, ...more });
const integer = (about: string, more: Partial<Field> = {}): Field => ({ type: 'integer', about, ...more });
const time = (about: string, more: Partial<Field> = {}): Field => ({ type: 'time', about, ...more });
const flag = (about: string): Field => ({ type: 'boolean', required: true, about });
const SORT = { sort: true } as const;
const REQUIRED = { required: true } as const;
const REQUIRED_SORT = { required: true, sort: true } as const;

export const IMAGE_FIELDS = {
  id: { type: 'id', about: 'Record id; derived from project and digest', ...REQUIRED_SORT },
  digest: text('Digest of manifest or index', SORT),
  kind: text('container or vm', { ...REQUIRED, group: true }),
  media_type: text('Media type of manifest or index'),
  name: name('Full primary reference; service name of a VM image; empty when unnamed', { ...REQUIRED_SORT }),
  registry: name('Registry of the primary reference', { ...REQUIRED_SORT, group: true }),
  repository: name('Repository path of the primary reference', { ...REQUIRED_SORT, group: true }),
  image_tag: name('Tag of the primary reference', { ...REQUIRED_SORT }),
  size: integer('Bytes of the primary platform or the disk', SORT),
  built_at: time('Build time of the primary platform', SORT),
  created_at: time('First recorded', REQUIRED_SORT),
  updated_at: time('Last change of the record', REQUIRED_SORT),
  last_seen_at: time('Last seen by any source', REQUIRED_SORT),
  user: name('User the primary platform runs as; empty when not set', REQUIRED_SORT),
  operating_system: name('Operating system as the last scan names it; empty when never scanned', {
    ...REQUIRED_SORT,
    group: true,
  }),
  scanned_at: time('Last complete scan', SORT),
  signature_fetched_at: time('Last look for signatures', SORT),
  component_count: integer('Components found by the last scan', SORT),
  cve_count: integer('Distinct CVEs found by the last scan', SORT),
  fixable_cve_count: integer('Distinct CVEs with a fix', SORT),
  top_cvss: { type: 'float', about: 'Highest CVSS score found', ...SORT },
  risk_score: { type: 'float', about: 'Risk score', ...REQUIRED_SORT, group: true },
  container_count: integer('Containers that exist now', REQUIRED_SORT),
  running_count: integer('Containers running now', REQUIRED_SORT),
  host_count: integer('Hosts that store or run it', REQUIRED_SORT),
  service_name: text('Name in the image service; null when it has none', SORT),
  status: text('Image service status', { ...REQUIRED_SORT, group: true }),
  visibility: text('public, private, shared or community', { ...REQUIRED, group: true }),
  owner: text('Owner in the image service', { group: true }),
  protected: flag('Protected from deletion'),
  hidden: flag('Left out of default lists of the image service'),
  min_disk: integer('Minimum disk, GB', REQUIRED),
  min_ram: integer('Minimum memory, MB', REQUIRED),
  disk_format: text('Disk format', { sort: true, group: true }),
  container_format: text('Container format', { sort: true, group: true }),
  virtual_size: integer('Virtual size of the disk, bytes'),
  checksum: text('MD5 of the data'),
  hash_algorithm: text('Algorithm of hash_value'),
  hash_value: text('Hash of the data'),
  problem_count: integer('Recorded problems', REQUIRED_SORT),
} as const satisfies Fields;

export const PLACEMENT_FIELDS = {
  name: name('Registry and repository', { ...REQUIRED_SORT, group: true }),
  digest_head: text('First 16 hex digits of the digest, for order', REQUIRED_SORT),
  short_name: name('Last path segment', { ...REQUIRED_SORT, group: true }),
  registry: name('Registry', { ...REQUIRED_SORT, group: true }),
  repository: name('Repository path', { ...REQUIRED_SORT, group: true }),
  tag_count: integer('Current tags', REQUIRED_SORT),
  size: integer('Bytes, as of the image', SORT),
  built_at: time('Build time, as of the image', SORT),
  first_seen_at: time('First seen in this repository', REQUIRED_SORT),
  last_seen_at: time('Last seen in this repository', REQUIRED_SORT),
  container_count: integer('Containers of the image', REQUIRED_SORT),
  running_count: integer('Running containers of the image', REQUIRED_SORT),
} as const satisfies Fields;

export const CONTENT_FIELDS = {
  id: { type: 'id', about: 'Content id', ...REQUIRED_SORT },
  config_digest: text('Config digest', REQUIRED_SORT),
  operating_system: name('Operating system of the platform', REQUIRED_SORT),
  architecture: text('Architecture', SORT),
  author: name('Author in the config', SORT),
  size: integer('Bytes', SORT),
  built_at: time('Build time', SORT),
  created_at: time('First recorded', REQUIRED_SORT),
  updated_at: time('Last change', REQUIRED_SORT),
  last_used_at: time('Last seen in use by a container', SORT),
  scanned_at: time('Last complete scan', SORT),
  container_count: integer('Containers', REQUIRED_SORT),
  running_count: integer('Running containers', REQUIRED_SORT),
  host_count: integer('Hosts', REQUIRED_SORT),
  risk_score: integer('Risk score 0-1000; null when not scanned', SORT),
} as const satisfies Fields;

export const CONTAINER_FIELDS = {
  id: text("The runtime's own id", REQUIRED_SORT),
  name: name('Container name', REQUIRED_SORT),
  image_id: { type: 'id', about: 'Image record id; null when unknown' },
  image_digest: text('Digest of the image'),
  image_name: name('Full image reference', REQUIRED_SORT),
  image_repository: name('Registry and repository of the image', { ...REQUIRED_SORT, group: true }),
  image_tag: name('Tag of the image', { ...REQUIRED_SORT, group: true }),
  state: text('created, running, paused, restarting, removing, exited, dead or gone', {
    ...REQUIRED_SORT,
    group: true,
  }),
  host_id: text('Host id', { ...REQUIRED, group: true }),
  host_name: name('Host name', { ...REQUIRED_SORT, group: true }),
  agent_id: text('Agent id', REQUIRED),
  private_ip: text('Private address', REQUIRED),
  public_ip: text('Public address', REQUIRED),
  pod_id: text('Pod id', REQUIRED),
  pod_name: name('Pod name', { ...REQUIRED, group: true }),
  namespace: name('Namespace', { ...REQUIRED_SORT, group: true }),
  cluster: name('Cluster name', { ...REQUIRED_SORT, group: true }),
  cluster_id: text('Cluster id', REQUIRED),
  entry_point: text('Start command', REQUIRED),
  enterprise_project: text('Enterprise project', { ...REQUIRED, group: true }),
  created_at: time('Created', SORT),
  started_at: time('Started', SORT),
  first_seen_at: time('First seen', REQUIRED_SORT),
  last_seen_at: time('Last seen', REQUIRED_SORT),
} as const satisfies Fields;

/** Fields of every relation. Relations that are entities have the entity's fields. */
export const RELATION_FIELDS = {
  image: IMAGE_FIELDS,
  placement: PLACEMENT_FIELDS,
  content: CONTENT_FIELDS,
  container: CONTAINER_FIELDS,
  reference: {
    name: name('registry/repository[:tag]', REQUIRED),
    registry: name('Registry', REQUIRED),
    repository: name('Repository path', REQUIRED),
    tag: name('Tag; null when known by digest only'),
    digest: text('Digest the reference leads to'),
    first_seen_at: time('First seen', REQUIRED),
    last_seen_at: time('Last seen', REQUIRED),
  },
  platform: {
    os: name('Operating system'),
    architecture: name('Architecture'),
    variant: name('Variant'),
    os_version: name('Operating system version'),
    manifest_digest: text('Manifest digest'),
    config_digest: text('Config digest'),
    size: integer('Bytes'),
    built_at: time('Build time'),
  },
  layer: {
    position: integer('Place in the platform, 0 is the base', REQUIRED),
    digest: text('Blob digest'),
    keyword: name('Instruction keyword, e.g. RUN', REQUIRED),
    value: name('Rest of the instruction', REQUIRED),
  },
  label: {
    key: name('Label key or property name', REQUIRED),
    value: name('Label or property value', REQUIRED),
  },
  tag: { value: name('Bare tag', REQUIRED) },
  argument: {
    kind: text('command, entrypoint or volume', REQUIRED),
    position: integer('Place', REQUIRED),
    value: name('Word', REQUIRED),
  },
  host: { id: text('Host id', REQUIRED), name: name('Host name', REQUIRED) },
  source: { id: { type: 'id', about: 'Source id', ...REQUIRED }, kind: text('Kind of source', REQUIRED) },
  member: { member: text('Project id', REQUIRED), status: text('pending, accepted or rejected', REQUIRED) },
  package: {
    name: name('Package name', REQUIRED),
    version: name('Version', REQUIRED),
    ecosystem: name('Ecosystem', REQUIRED),
    source: text('Kind of package', REQUIRED),
    location: name('Path in the image'),
    operating_system: name('Operating system'),
    risk_score: { type: 'float', about: 'Risk score' },
    top_cvss: { type: 'float', about: 'Highest CVSS score' },
  },
  finding: {
    id: name('CVE or advisory id', REQUIRED),
    severity: integer('0 unknown, 1 low, 2 moderate, 3 important, 4 critical', REQUIRED),
    cvss: { type: 'float', about: 'CVSS score' },
    nvd_cvss: { type: 'float', about: 'CVSS score of NVD' },
    impact_score: { type: 'float', about: 'CVSS impact score' },
    epss: { type: 'float', about: 'EPSS probability' },
    state: text('observed, deferred or false_positive', REQUIRED),
    fixable: flag('A fix exists'),
    fixed_version: name('Version that fixes it'),
    known_exploited: flag('Listed as exploited'),
    published_at: time('Published'),
    first_seen_at: time('First seen here'),
    first_seen_in_image_at: time('First seen in this image'),
    fix_available_at: time('Fix first seen'),
    title: name('Title'),
    category: name('Category'),
    confirmed: flag('Confirmed, not only potential'),
    advisory: name('Advisory name'),
    advisory_link: name('Advisory link'),
  },
} as const satisfies Readonly<Record<RelationName, Fields>>;

/** Relations whose rows are not collected yet: quantifying over them finds nothing, in every engine. */
export const UNCOLLECTED: ReadonlySet<RelationName> = new Set(['package', 'finding']);

/** Which relations can be asked from which entity. */
export const RELATIONS: Readonly<Record<EntityName, readonly RelationName[]>> = {
  image: [
    'placement',
    'content',
    'container',
    'reference',
    'platform',
    'layer',
    'label',
    'tag',
    'argument',
    'host',
    'source',
    'member',
    'package',
    'finding',
  ],
  placement: ['image', 'container', 'reference', 'platform', 'layer', 'label', 'tag', 'source', 'package', 'finding'],
  content: ['image', 'container', 'reference', 'layer', 'label', 'tag', 'source', 'host', 'package', 'finding'],
  container: ['image', 'label'],
};

/**
 * What `label` and `reference` mean from each entity: from `container` the container's own labels; from `placement`
 * the references in that repository; from `content` every reference of every image that shows it.
 */
export function fieldsOf(entity: EntityName): Fields {
  return RELATION_FIELDS[entity];
}

/** The last keys of every order of an entity: together unique, never null. */
export const TIE_BREAK: Readonly<Record<EntityName, readonly string[]>> = {
  image: ['id'],
  placement: ['name', 'digest_head'],
  content: ['id'],
  container: ['id'],
};

/** Looks a field up; `undefined` when the entity or relation has none of that name. */
export function findField(of: RelationName, field: string): Field | undefined {
  const fields: Fields = RELATION_FIELDS[of];
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}
