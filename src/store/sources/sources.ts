import type { Project } from '../../domain/credential.ts';
import { type Id, nameId } from '../../domain/id.ts';
import { storable } from '../../domain/text.ts';
import type { Micros } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { compile } from '../sql.ts';
import type { SourceRecord, SourceRun, SourceStore } from '../store.ts';
import { type RunRow, runOf, runsById } from './runs.ts';

interface SourceRow {
  readonly project_id: Id;
  readonly source_id: Id;
  readonly kind: string;
  readonly uri: string;
  readonly settings: string;
  readonly created_at: Micros;
  readonly removed_at: Micros | null;
  readonly last_run_id: Id | null;
}

type SourceRecords = Pick<SourceStore, 'upsertSource' | 'sources' | 'source' | 'removeSource'>;

/** A source's id is derived from its kind and address, so that adding it twice is one source; settings are added to. */
export function sourceRecords(engine: Engine, now: () => Micros): SourceRecords {
  const { sql: db } = engine;

  return {
    async upsertSource(project, { kind, uri, settings }) {
      const id = nameId(project.id, `source:${kind}:${uri}`);
      const known = await find(project, id);
      const given = { settings: JSON.stringify({ ...known?.settings, ...settings }), removed_at: null };
      const upsert = compile(
        db
          .insertInto('source')
          .values({
            project_id: project.id,
            source_id: id,
            kind,
            uri: storable(uri),
            created_at: now(),
            last_run_id: null,
            ...given,
          })
          .onConflict((on) => on.columns(['project_id', 'source_id']).doUpdateSet(given)),
      );
      await engine.transaction((transaction) => transaction.run(upsert));
      return (await find(project, id))!;
    },

    async sources(project) {
      const query = db
        .selectFrom('source')
        .selectAll()
        .where('project_id', '=', project.id)
        .where('removed_at', 'is', null)
        .orderBy('created_at')
        .orderBy('source_id');
      const rows = await engine.all<SourceRow>(compile(query));
      const runs = await lastRuns(project, rows);
      return rows.map((row) => sourceOf(row, runs.get(row.source_id) ?? null));
    },

    source: find,

    async removeSource(project, id) {
      const update = compile(
        db
          .updateTable('source')
          .set({ removed_at: now() })
          .where('project_id', '=', project.id)
          .where('source_id', '=', id)
          .where('removed_at', 'is', null),
      );
      return (await engine.transaction((transaction) => transaction.run(update))) > 0;
    },
  };

  async function find(project: Project, id: Id): Promise<SourceRecord | undefined> {
    const query = db.selectFrom('source').selectAll().where('project_id', '=', project.id).where('source_id', '=', id);
    const [row] = await engine.all<SourceRow>(compile(query));
    if (!row) return undefined;
    return sourceOf(row, (await lastRuns(project, [row])).get(id) ?? null);
  }

  async function lastRuns(project: Project, sources: readonly SourceRow[]): Promise<ReadonlyMap<Id, SourceRun>> {
    const ids = sources.flatMap((source) => source.last_run_id ?? []);
    if (ids.length === 0) return new Map();
    const rows = await engine.all<RunRow>(compile(runsById(engine, project.id, ids)));
    return new Map(rows.map((row) => [row.source_id, runOf(row)]));
  }
}

function sourceOf(row: SourceRow, lastRun: SourceRun | null): SourceRecord {
  return {
    id: row.source_id,
    projectId: row.project_id,
    kind: row.kind,
    uri: row.uri,
    settings: JSON.parse(row.settings),
    createdAt: row.created_at,
    removedAt: row.removed_at,
    lastRun,
  };
}
