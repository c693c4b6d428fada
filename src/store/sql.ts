/**
 * Building statements. The store says what it wants with kysely's query builder; an engine brings the builder that
 * writes its own form of SQL. Nothing is ever run through kysely: a statement is compiled to text and parameters and
 * handed to the engine.
 *
 * @example
 * const { sql: db } = engine;
 * const rows = await engine.all<{ name: string }>(
 *   compile(db.selectFrom('project').select('name').where('project_id', '=', id)),
 * );
 */
import {
  type CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteQueryCompiler,
} from 'kysely';
import type { Statement } from './statement.ts';

/**
 * Tables as the builder sees them: any table, any column. Their shape is data (`tables.ts`), and what a statement
 * returns is said where it is run.
 */
// biome-ignore lint/suspicious/noExplicitAny: kysely's own word for "columns are not known to the type checker"
export type AnyTables = any;

/** A query builder that only compiles. */
export type Builder = Kysely<AnyTables>;

/** Text and parameters of a built query. */
export function compile(query: { compile(): CompiledQuery<unknown> }): Statement {
  const { sql, parameters } = query.compile();
  return { sql, parameters };
}

/** A statement written by hand, in the engine's own placeholders; for the few that the builder has no words for. */
export function raw(sql: string, parameters: readonly unknown[] = []): Statement {
  return { sql, parameters };
}

/** The builder of PostgreSQL and its relatives: numbered placeholders. */
export function postgresBuilder(): Builder {
  return builder(new PostgresAdapter(), new PostgresQueryCompiler());
}

/** The builder of SQLite: positional placeholders. */
export function sqliteBuilder(): Builder {
  return builder(new SqliteAdapter(), new SqliteQueryCompiler());
}

function builder(
  adapter: PostgresAdapter | SqliteAdapter,
  compiler: PostgresQueryCompiler | SqliteQueryCompiler,
): Builder {
  return new Kysely<AnyTables>({
    dialect: {
      createAdapter: () => adapter,
      createDriver: () => new DummyDriver(),
      createIntrospector: () => {
        throw new Error('This builder only compiles.');
      },
      createQueryCompiler: () => compiler,
    },
  });
}
