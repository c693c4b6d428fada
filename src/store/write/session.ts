import type { SelectQueryBuilder } from 'kysely';
import type { Project } from '../../domain/credential.ts';
import type { BucketRange } from '../../domain/id.ts';
import type { Engine, Transaction } from '../engine.ts';
import type { AnyTables } from '../sql.ts';
import type { Scope } from './image-rows.ts';
import { padded, places, Statements } from './statements.ts';

/** One write transaction inside one project, or a read of it: where every operation gets its rows from. */
export interface Session {
  readonly scope: Scope;
  /** All buckets of the project: what a lookup over more than one image is confined to. */
  readonly buckets: readonly number[];
  readonly statements: Statements;
  readonly transaction: Transaction;
}

/** A session of a transaction that is open. */
export function sessionOf(engine: Engine, project: Project, transaction: Transaction): Session {
  const range = bucketsOf(project);
  const buckets = Array.from({ length: range.count }, (_, index) => range.base + index);
  return {
    scope: { id: project.id, no: project.no, buckets: range },
    buckets,
    statements: Statements.of(engine),
    transaction: inTurn(transaction),
  };
}

/** Statements one after the other, each sent when the one before is answered: a connection is asked one thing at a time. */
function inTurn(transaction: Transaction): Transaction {
  let last: Promise<unknown> = Promise.resolve();
  function next<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  }
  return {
    all: (statement) => next(() => transaction.all(statement)),
    run: (statement) => next(() => transaction.run(statement)),
    many: (sql, rows, packed) =>
      rows.length === 0 ? Promise.resolve(0) : next(() => transaction.many(sql, rows, packed)),
  };
}

/** A session for reads outside of transactions: every statement on a snapshot of its own. */
export function readSession(engine: Engine, project: Project): Session {
  const refuse = (): never => {
    throw new Error('This session only reads.');
  };
  return sessionOf(engine, project, { all: (statement) => engine.all(statement), run: refuse, many: refuse });
}

/** Where a project's rows stand. */
export function bucketsOf(project: Project): BucketRange {
  return { base: project.bucketBase, count: project.bucketCount };
}

/**
 * Rows of a table whose `column` is one of `values`, in the project's buckets. `also` narrows the query further, with
 * parameters behind all others.
 */
export async function selectIn<R>(
  session: Session,
  table: string,
  columns: readonly string[],
  column: string,
  values: readonly string[],
  also: { name: string; narrow: (query: SelectQuery) => SelectQuery; parameters: readonly unknown[] } = NOTHING,
): Promise<R[]> {
  const { scope, buckets, statements, transaction } = session;
  const found: R[] = [];
  for (const part of padded(values)) {
    const sql = statements.text(
      `select ${columns} ${table} ${column} ${part.length} ${buckets.length} ${also.name}`,
      (db) =>
        also.narrow(
          db
            .selectFrom(table)
            .select([...columns])
            .where('project_no', '=', '')
            .where('bucket', 'in', [...places(buckets.length)])
            .where(column, 'in', [...places(part.length)]),
        ),
    );
    const rows = await transaction.all<R>({ sql, parameters: [scope.no, ...buckets, ...part, ...also.parameters] });
    for (const row of rows) found.push(row);
  }
  return found;
}

/** A select of any columns of any table. */
export type SelectQuery = SelectQueryBuilder<AnyTables, string, AnyTables>;

const NOTHING = { name: '', narrow: (query: SelectQuery) => query, parameters: [] } as const;
