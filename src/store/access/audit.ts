import { type BucketRange, bucketOf, type Id, timeId } from '../../domain/id.ts';
import { storable } from '../../domain/text.ts';
import { MILLISECOND, type Micros } from '../../domain/time.ts';
import { bucketsOf } from '../buckets.ts';
import type { Engine } from '../engine.ts';
import { compile } from '../sql.ts';
import type { AccessStore, AuditEntry } from '../store.ts';

/** Entries of no project stand under this one. */
const NO_PROJECT: Id = '00000000000000000000000000000000';
const FIRST_BUCKET: BucketRange = { base: 0, count: 1 };

interface AuditRow {
  readonly project_id: Id;
  readonly at: Micros;
  readonly actor: string | null;
  readonly action: string;
  readonly outcome: AuditEntry['outcome'];
  readonly object: string | null;
  readonly remote: string | null;
  readonly detail: string;
}

/** Who did or tried what. Entries are only ever added. */
export function auditLog(engine: Engine): Pick<AccessStore, 'audit' | 'auditTrail'> {
  const { sql: db } = engine;

  return {
    async audit(entries) {
      if (entries.length === 0) return;
      const ranges = await bucketRanges(entries);
      const rows = entries.map((entry) => rowOf(entry, ranges));
      const columns = Object.keys(rows[0]!);
      const insert = db
        .insertInto('audit')
        .values(rows[0]!)
        .onConflict((on) => on.columns(['project_id', 'bucket', 'audit_id']).doNothing());
      const { sql } = compile(insert);
      const values = rows.map((row) => columns.map((name) => row[name]));
      await engine.transaction((transaction) => transaction.many(sql, values));
    },

    async auditTrail(project, { limit, before }) {
      let query = db
        .selectFrom('audit')
        .select(['project_id', 'at', 'actor', 'action', 'outcome', 'object', 'remote', 'detail'])
        .where('project_id', '=', project.id)
        .where('bucket', 'in', bucketsOf(project));
      if (before !== undefined) query = query.where('at', '<', before);
      const page = query.orderBy('at', 'desc').orderBy('audit_id', 'desc').limit(limit);
      return (await engine.all<AuditRow>(compile(page))).map(entryOf);
    },
  };

  async function bucketRanges(entries: readonly AuditEntry[]): Promise<ReadonlyMap<Id, BucketRange>> {
    const ids = [...new Set(entries.flatMap((entry) => entry.projectId ?? []))];
    if (ids.length === 0) return new Map();
    const query = db
      .selectFrom('project')
      .select(['project_id', 'bucket_base', 'bucket_count'])
      .where('project_id', 'in', ids);
    const rows = await engine.all<{ project_id: Id; bucket_base: number; bucket_count: number }>(compile(query));
    return new Map(rows.map((row) => [row.project_id, { base: row.bucket_base, count: row.bucket_count }]));
  }
}

function rowOf(entry: AuditEntry, ranges: ReadonlyMap<Id, BucketRange>): Record<string, unknown> {
  const id = timeId(Math.floor(entry.at / MILLISECOND));
  const project = entry.projectId ?? NO_PROJECT;
  return {
    project_id: project,
    bucket: bucketOf(ranges.get(project) ?? FIRST_BUCKET, id),
    audit_id: id,
    at: entry.at,
    actor: storableOrNull(entry.actor),
    action: entry.action,
    outcome: entry.outcome,
    object: storableOrNull(entry.object),
    remote: storableOrNull(entry.remote),
    detail: JSON.stringify(entry.detail),
  };
}

function entryOf(row: AuditRow): AuditEntry {
  const { at, actor, action, outcome, object, remote } = row;
  const projectId = row.project_id === NO_PROJECT ? null : row.project_id;
  return { projectId, at, actor, action, outcome, object, remote, detail: JSON.parse(row.detail) };
}

function storableOrNull(text: string | null): string | null {
  return text === null ? null : storable(text);
}
