import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import pg from 'pg';
import { postgresText, type StatementName, sqliteText } from './handwritten.ts';
import type { Place } from './stowage.ts';

/** The database under a store, asked directly. */
export interface HandDatabase {
  /** The engine and its version. */
  readonly engine: string;
  /** What else the database was told that bears on its speed, as lines for people. */
  readonly settings: readonly string[];
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
  for (const setting of ['cache_size = -22528', 'mmap_size = 0', 'case_sensitive_like = on']) {
    database.exec(`pragma ${setting}`);
  }
  const prepared = new Map<StatementName, StatementSync>();
  const { version } = database.prepare('select sqlite_version() as version').get() as { version: string };
  return {
    engine: `SQLite ${version}`,
    settings: [],
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

/** What is shown of a PostgreSQL's settings: its caches, what a plan may cost, and how safely it writes. */
const POSTGRES_SETTINGS = [
  'shared_buffers',
  'effective_cache_size',
  'work_mem',
  'random_page_cost',
  'jit',
  'max_parallel_workers_per_gather',
  'max_wal_size',
  'synchronous_commit',
  'fsync',
] as const;

async function openPostgres(url: string): Promise<HandDatabase> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  const texts = new Map<StatementName, string>();
  const numbered = (sql: string) => sql.split('?').reduce((text, part, index) => `${text}$${index}${part}`);
  const show = async (name: string) => (await pool.query(`show ${name}`)).rows[0][name] as string;
  const settings: string[] = [];
  for (const name of POSTGRES_SETTINGS) settings.push(`${name} ${await show(name)}`);
  return {
    engine: `PostgreSQL ${await show('server_version')}`,
    settings: [settings.join(', ')],
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
