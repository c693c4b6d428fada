/**
 * The tables beside the inventory: projects and access, sources, jobs, and the store's own. Same form and conventions
 * as `tables.ts`.
 */
import type { Column, ColumnType, Index, Table, TableKind } from './tables.ts';

const col = (name: string, type: ColumnType, nullable = false): Column => ({ name, type, nullable });

interface Options {
  /** Columns of each index. */
  readonly indexes?: readonly (readonly string[])[];
  /** Little more than its key. Default true. */
  readonly keyOrdered?: boolean;
  readonly with?: string;
}

function table(
  name: string,
  kind: TableKind,
  columns: readonly Column[],
  key: readonly string[],
  options: Options = {},
): Table {
  const { indexes = [], keyOrdered = true } = options;
  return {
    name,
    kind,
    with: options.with ?? null,
    columns,
    key,
    keyOrdered,
    indexes: indexes.map((of) => ({ name: `${name}_by_${of.slice(0, 3).join('_')}`, table: name, columns: of })),
  };
}

/** Who holds what until when: migrations, schedules. Made before the first migration, which needs it. */
export const LEASE = table(
  'lease',
  'local',
  [col('name', 'text'), col('holder', 'text'), col('lease_until', 'integer')],
  ['name'],
);

/** Which migrations have run. Made before the first one. */
export const SCHEMA_MIGRATION = table(
  'schema_migration',
  'local',
  [col('version', 'integer'), col('name', 'text'), col('applied_at', 'integer')],
  ['version'],
);

export const ACCESS_TABLES: readonly Table[] = [
  table(
    'project',
    'reference',
    [
      col('project_id', 'id'),
      col('project_no', 'integer'),
      col('name', 'text'),
      col('bucket_base', 'integer'),
      col('bucket_count', 'integer'),
      col('created_at', 'integer'),
    ],
    ['project_id'],
  ),
  table(
    'credential',
    'reference',
    [
      col('credential_id', 'text'),
      col('project_id', 'id'),
      col('role', 'text'),
      col('description', 'text'),
      col('created_at', 'integer'),
      col('revoked_at', 'integer', true),
      col('expires_at', 'integer', true),
      col('hash', 'text'),
      // Base64, as all bytes here: read often, never searched.
      col('sealed', 'text'),
    ],
    ['credential_id'],
    { indexes: [['project_id', 'created_at']] },
  ),
  table('revoked_token', 'reference', [col('token_id', 'text'), col('expires_at', 'integer')], ['token_id'], {
    indexes: [['expires_at']],
  }),
  // Row 'access' counts changes; row 'project' is the last number given to a project.
  table('access_generation', 'reference', [col('name', 'text'), col('generation', 'integer')], ['name']),
  table('server_secret', 'reference', [col('name', 'text'), col('secret', 'text')], ['name']),
  // Bucket from the entry's own id; entries of no project stand under the all-zero project.
  table(
    'audit',
    'image-owned',
    [
      col('project_id', 'id'),
      col('bucket', 'integer'),
      col('audit_id', 'id'),
      col('at', 'integer'),
      col('actor', 'text', true),
      col('action', 'text'),
      col('outcome', 'text'),
      col('object', 'text', true),
      col('remote', 'text', true),
      col('detail', 'json'),
    ],
    ['project_id', 'bucket', 'audit_id'],
    { indexes: [['project_id', 'at', 'audit_id']], keyOrdered: false, with: 'image' },
  ),
];

export const SOURCE_TABLES: readonly Table[] = [
  table(
    'source',
    'reference',
    [
      col('project_id', 'id'),
      col('source_id', 'id'),
      col('kind', 'text'),
      col('uri', 'text'),
      col('settings', 'json'),
      col('created_at', 'integer'),
      col('removed_at', 'integer', true),
      col('last_run_id', 'id', true),
    ],
    ['project_id', 'source_id'],
  ),
  table(
    'source_run',
    'local',
    [
      col('project_id', 'id'),
      col('run_id', 'id'),
      col('source_id', 'id'),
      col('started_at', 'integer'),
      col('finished_at', 'integer', true),
      col('state', 'text'),
      col('progress', 'json'),
      col('error', 'text', true),
    ],
    ['project_id', 'run_id'],
    { indexes: [['project_id', 'source_id', 'started_at', 'run_id']] },
  ),
  table(
    'run_problem',
    'local',
    [
      col('project_id', 'id'),
      col('run_id', 'id'),
      col('problem_id', 'id'),
      col('code', 'text'),
      col('message', 'text'),
      col('part', 'text'),
      col('at', 'integer'),
    ],
    ['project_id', 'run_id', 'problem_id'],
  ),
];

export const JOB_TABLES: readonly Table[] = [
  table(
    'job',
    'local',
    [
      col('job_id', 'id'),
      col('queue', 'text'),
      col('job_key', 'text', true),
      // The key while waiting or running, else null: its unique index is what keeps a key single.
      col('active_key', 'text', true),
      col('active', 'boolean'),
      col('project_id', 'id', true),
      // Minus the priority: ascending is the order of claiming.
      col('rank', 'integer'),
      col('payload', 'json'),
      col('state', 'text'),
      col('run_at', 'integer'),
      // When it may be claimed: run_at while waiting, the end of the lease while running, null when over.
      col('due_at', 'integer', true),
      col('lease_until', 'integer', true),
      col('worker', 'text', true),
      col('attempts', 'integer'),
      col('max_attempts', 'integer'),
      // How often in a row a lease ran out: workers that were killed.
      col('abandoned', 'integer'),
      col('error', 'text', true),
      col('created_at', 'integer'),
      col('finished_at', 'integer', true),
    ],
    ['job_id'],
    {
      keyOrdered: false,
      indexes: [
        ['queue', 'active', 'rank', 'due_at', 'job_id'],
        ['state', 'finished_at'],
        ['created_at', 'job_id'],
      ],
    },
  ),
];

/** Every table outside the inventory that a migration makes. */
export const OTHER_TABLES: readonly Table[] = [...ACCESS_TABLES, ...SOURCE_TABLES, ...JOB_TABLES];

/** Uniqueness beside the primary keys. Only on tables that are not spread (scale-out: a unique key needs the bucket). */
export const UNIQUE_INDEXES: readonly Index[] = [
  { name: 'project_name', table: 'project', columns: ['name'] },
  { name: 'project_number', table: 'project', columns: ['project_no'] },
  { name: 'job_active_key', table: 'job', columns: ['active_key'] },
];
