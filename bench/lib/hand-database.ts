import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import pg from 'pg';
import { postgresText, type StatementName, sqliteText } from './handwritten.ts';
import type { Place } from './stowage.ts';

/** The database under a store, asked directly. */
export interface HandDatabase {
  /** The engine and its version. */
  readonly engine: string;
  /** Runs a hand-written statement to the last row. Synchronous on SQLite, where the driver is. */
  rows(name: StatementName, parameters: readonly unknown[]): readonly unknown[] | Promise<readonly unknown[]>;
  /** Any other statement, `?` for parameters. */
  all(sql: string, parameters?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** Opens the database of a store beside it, with the settings the store itself uses. */
export async function openHand(place: Place): Promise<HandDatabase> {
  return 'data' in place ? openSqlite(join(place.data, 'stowage.db')) : openPostgres(place.database);
}

function openSqlite(file: string): HandDatabase {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  for (const setting of ['cache_size = -16384', 'mmap_size = 0', 'case_sensitive_like = on']) {
    database.exec(`pragma ${setting}`);
  }
  const prepared = new Map<StatementName, StatementSync>();
  const { version } = database.prepare('select sqlite_version() as version').get() as { version: string };
  return {
    engine: `SQLite ${version}`,
    rows(name, parameters) {
      let statement = prepared.get(name);
      if (!statement) {
        statement = database.prepare(sqliteText(name));
        prepared.set(name, statement);
      }
      return statement.all(...(parameters as SQLInputValue[]));
    },
    all: async (sql, parameters = []) => database.prepare(sql).all(...(parameters as SQLInputValue[])),
    close: async () => database.close(),
  };
}

async function openPostgres(url: string): Promise<HandDatabase> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  const texts = new Map<StatementName, string>();
  const numbered = (sql: string) => sql.split('?').reduce((text, part, index) => `${text}$${index}${part}`);
  const { rows } = await pool.query<{ v: string }>("select current_setting('server_version') as v");
  return {
    engine: `PostgreSQL ${rows[0]!.v}`,
    async rows(name, parameters) {
      let text = texts.get(name);
      if (text === undefined) {
        text = postgresText(name);
        texts.set(name, text);
      }
      return (await pool.query(text, parameters as unknown[])).rows;
    },
    async all(sql, parameters = []) {
      return (await pool.query(numbered(sql), parameters as unknown[])).rows as Record<string, unknown>[];
    },
    close: () => pool.end(),
  };
}
