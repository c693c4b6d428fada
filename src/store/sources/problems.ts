import { type Id, timeId } from '../../domain/id.ts';
import { storable } from '../../domain/text.ts';
import { MILLISECOND, type Micros } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { compile } from '../sql.ts';
import type { RunProblem, SourceStore } from '../store.ts';

/** Problems of one code that are shown as examples. */
const SAMPLES = 5;

interface ProblemRow {
  readonly run_id: Id;
  readonly code: string;
  readonly message: string;
  readonly part: string;
  readonly at: Micros;
}

/** What went wrong in runs. */
export function runProblemRecords(engine: Engine): Pick<SourceStore, 'addRunProblems' | 'runProblems'> {
  const { sql: db } = engine;

  return {
    async addRunProblems(project, problems) {
      if (problems.length === 0) return;
      const rows = problems.map((problem) => ({
        project_id: project.id,
        run_id: problem.runId,
        problem_id: timeId(Math.floor(problem.at / MILLISECOND)),
        code: problem.code,
        message: storable(problem.message),
        part: storable(problem.part),
        at: problem.at,
      }));
      const insert = db
        .insertInto('run_problem')
        .values(rows[0]!)
        .onConflict((on) => on.columns(['project_id', 'run_id', 'problem_id']).doNothing());
      const { sql } = compile(insert);
      const values = rows.map((row) => Object.values(row));
      await engine.transaction((transaction) => transaction.many(sql, values));
    },

    async runProblems(project, runId) {
      const counts = db
        .selectFrom('run_problem')
        .select((e) => ['code', e.fn.countAll().as('count')])
        .where('project_id', '=', project.id)
        .where('run_id', '=', runId)
        .groupBy('code')
        .orderBy('count', 'desc')
        .orderBy('code');
      const ranked = db
        .selectFrom('run_problem')
        .select((e) => [
          'run_id',
          'code',
          'message',
          'part',
          'at',
          'problem_id',
          e.fn
            .agg('row_number')
            .over((over) => over.partitionBy('code').orderBy('at').orderBy('problem_id'))
            .as('place'),
        ])
        .where('project_id', '=', project.id)
        .where('run_id', '=', runId);
      const samples = db
        .selectFrom(ranked.as('ranked'))
        .select(['run_id', 'code', 'message', 'part', 'at'])
        .where('place', '<=', SAMPLES)
        .orderBy('at')
        .orderBy('problem_id');
      const [codes, rows] = await Promise.all([
        engine.all<{ code: string; count: number }>(compile(counts)),
        engine.all<ProblemRow>(compile(samples)),
      ]);
      const byCode = Map.groupBy(rows, (row) => row.code);
      return codes.map(({ code, count }) => ({ code, count, samples: (byCode.get(code) ?? []).map(problemOf) }));
    },
  };
}

function problemOf(row: ProblemRow): RunProblem {
  return { runId: row.run_id, code: row.code, message: row.message, part: row.part, at: row.at };
}
