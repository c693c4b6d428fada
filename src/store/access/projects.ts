import type { Project } from '../../domain/credential.ts';
import { invalid, StowageError } from '../../domain/error.ts';
import { type Id, timeId } from '../../domain/id.ts';
import { storable } from '../../domain/text.ts';
import { MILLISECOND, type Micros } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { compile } from '../sql.ts';
import type { AccessStore } from '../store.ts';
import type { AccessGeneration } from './generation.ts';

const LONGEST_NAME = 255;

interface ProjectRow {
  readonly project_id: Id;
  readonly project_no: number;
  readonly name: string;
  readonly bucket_base: number;
  readonly bucket_count: number;
  readonly created_at: Micros;
}

type ProjectRecords = Pick<AccessStore, 'createProject' | 'projects' | 'project' | 'projectByName'>;

/** Tenants. Their names are unique; a new one has the first bucket and only that. */
export function projectRecords(engine: Engine, generation: AccessGeneration, now: () => Micros): ProjectRecords {
  const { sql: db } = engine;
  const columns = ['project_id', 'project_no', 'name', 'bucket_base', 'bucket_count', 'created_at'] as const;
  // The row is locked until the transaction ends, so that no two projects get one number; one may be skipped.
  const nextNumber = compile(
    db
      .insertInto('access_generation')
      .values({ name: 'project', generation: 1 })
      .onConflict((on) =>
        on.column('name').doUpdateSet((e) => ({ generation: e('access_generation.generation', '+', 1) })),
      )
      .returning('generation'),
  );

  return {
    async createProject(name) {
      checkName(name);
      const at = now();
      const id = timeId(Math.floor(at / MILLISECOND));
      const insert = (no: number) =>
        compile(
          db
            .insertInto('project')
            .values({ project_id: id, project_no: no, name, bucket_base: 0, bucket_count: 1, created_at: at })
            .onConflict((on) => on.doNothing()),
        );
      const byName = compile(db.selectFrom('project').select(columns).where('name', '=', name));
      const row = await generation.change(
        async (transaction) => {
          const [last] = await transaction.all<{ generation: number }>(nextNumber);
          await transaction.run(insert(last!.generation));
          const [found] = await transaction.all<ProjectRow>(byName);
          return found!;
        },
        (found) => found.project_id === id,
      );
      if (row.project_id !== id) {
        throw new StowageError('conflict', 'project.exists', `There is a project "${name}" already.`, { at: 'name' });
      }
      return projectOf(row);
    },

    async projects() {
      const rows = await engine.all<ProjectRow>(compile(db.selectFrom('project').select(columns).orderBy('name')));
      return rows.map(projectOf);
    },

    async project(id) {
      const query = db.selectFrom('project').select(columns).where('project_id', '=', id);
      const [row] = await engine.all<ProjectRow>(compile(query));
      return row && projectOf(row);
    },

    async projectByName(name) {
      const query = db.selectFrom('project').select(columns).where('name', '=', storable(name));
      const [row] = await engine.all<ProjectRow>(compile(query));
      return row && projectOf(row);
    },
  };
}

function checkName(name: string): void {
  if (name.trim() === '' || name.length > LONGEST_NAME || storable(name) !== name) {
    throw invalid('project.name', `A project's name has 1 to ${LONGEST_NAME} characters, not only blanks.`, 'name');
  }
}

function projectOf(row: ProjectRow): Project {
  return {
    id: row.project_id,
    no: row.project_no,
    name: row.name,
    bucketBase: row.bucket_base,
    bucketCount: row.bucket_count,
    createdAt: row.created_at,
  };
}
