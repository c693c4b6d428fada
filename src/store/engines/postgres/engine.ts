import pg from 'pg';
import type { Capabilities, Engine, Statement, Transaction } from '../../engine.ts';
import { postgresBuilder } from '../../sql.ts';
import { isDatabaseError } from '../database-error.ts';
import { unavailable, withRetry } from '../retry.ts';
import { databaseError } from './failures.ts';
import { Session } from './session.ts';
import { TYPES } from './types.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with the parameters `pg` knows (`sslmode` and so on). */
  readonly url: string;
  /** Most connections of this process. Default 10. */
  readonly connections?: number;
  /** Longest time of one statement, milliseconds. Default 60,000. */
  readonly statementTimeout?: number;
}

const CONNECT_TIMEOUT = 10_000;
/** A transaction left open by a process that hangs is ended by the server, so that its locks do not stay. */
const IDLE_IN_TRANSACTION = 60_000;

const CAPABILITIES: Capabilities = {
  name: 'postgres',
  maxParameters: 65_535,
  skipLocked: true,
  shared: true,
  nullsAscending: 'last',
  // Documents are read whole and never searched inside: text costs no parsing on the way in or out.
  types: {
    id: 'uuid',
    text: 'text',
    integer: 'bigint',
    float: 'double precision',
    boolean: 'boolean',
    json: 'text',
    bytes: 'bytea',
  },
  binaryCollation: 'collate "C"',
  positionFunction: 'strpos',
  wildcard: 'like',
  regex: 'are',
  unindexed: '',
  amongFew: '= any(array(?))',
  inTime: undefined,
  // It merges subqueries lazily, which also keeps each on its index; planning them takes its time.
  mergesWalks: false,
  mostWalks: 50,
  indexHints: false,
  jsonElements: 'json_array_elements_text(cast(? as json))',
  keyOrdered: '',
};

/**
 * Opens PostgreSQL 15 or newer.
 * @throws StowageError kind `unavailable` when no connection comes about
 */
export async function openPostgres(options: PostgresOptions): Promise<Engine> {
  const { url, connections = 10, statementTimeout = 60_000 } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    types: TYPES,
    keepAlive: true,
    application_name: 'stowage',
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    statement_timeout: statementTimeout,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
  });
  // A connection that breaks is dropped from the pool by itself, and a statement on it fails; without listeners, for
  // idle ones and for those in use, it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const engine = new PostgresEngine(pool);
  try {
    await engine.all({ sql: 'select 1', parameters: [] });
  } catch (error) {
    await pool.end();
    throw error;
  }
  return engine;
}

class PostgresEngine implements Engine {
  readonly capabilities = CAPABILITIES;
  readonly sql = postgresBuilder();
  readonly #pool: pg.Pool;
  #closing: Promise<void> | undefined;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async all<R>(statement: Statement): Promise<R[]> {
    try {
      const result = await this.#pool.query({ text: statement.sql, values: statement.parameters as unknown[] });
      return result.rows as R[];
    } catch (cause) {
      const error = databaseError(cause);
      throw isDatabaseError(error, 'busy', 'lost', 'timeout') ? unavailable(error) : error;
    }
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return withRetry(() => this.#once(work));
  }

  refreshStatistics(): Promise<void> {
    return this.execute('analyze');
  }

  async execute(sql: string): Promise<void> {
    const client = await this.#connect();
    try {
      // An index on a large table takes as long as it takes.
      await client.query('set statement_timeout = 0');
      await client.query(sql);
    } catch (error) {
      throw databaseError(error);
    } finally {
      // Not given back: it has lost its timeout.
      client.release(true);
    }
  }

  changeCounter(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    this.#closing ??= this.#pool.end();
    return this.#closing;
  }

  async #once<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    const session = new Session(client, CAPABILITIES.maxParameters);
    let broken = false;
    try {
      await client.query('begin');
      const result = await work(session);
      session.end();
      const ended = await client.query('commit');
      // A transaction in which a statement failed is rolled back by COMMIT without a word of error.
      if (ended.command !== 'COMMIT')
        throw new Error('The transaction was rolled back: a failed statement in it was ignored.');
      return result;
    } catch (cause) {
      session.end();
      const error = databaseError(cause);
      broken = isDatabaseError(error, 'lost');
      if (!broken) {
        await client.query('rollback').catch(() => {
          broken = true;
        });
      }
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw databaseError(error);
    }
  }
}
