import type { Capabilities, Engine, Statement, Transaction } from '../../engine.ts';
import { sqliteBuilder } from '../../sql.ts';
import { isDatabaseError } from '../database-error.ts';
import { unavailable, withRetry } from '../retry.ts';
import { NearReader } from './near-reader.ts';
import type { ConnectionOptions } from './protocol.ts';
import { ReaderPool } from './reader-pool.ts';
import { Writer } from './writer.ts';

export interface SqliteOptions {
  /** The database file; made when it is not there. Its folder must exist. */
  readonly file: string;
  /** Most reading connections, each with a thread and a cache of its own; opened when there is use for them. Default 2. */
  readonly readers?: number;
  /** Megabytes of pages each reader keeps. Default 2: they read what is large or rare, once. */
  readonly readerCacheMegabytes?: number;
  /** Megabytes of pages kept for reads on the event loop, which most pages are. Default 22. */
  readonly nearCacheMegabytes?: number;
  /** How long a read may hold the event loop. Default 2. */
  readonly nearMilliseconds?: number;
  /** Opened to load many rows and build indexes over them; `fresh`: into a file that holds nothing worth keeping yet. */
  readonly load?: 'fresh' | 'more' | undefined;
  /** Megabytes of pages the writer keeps. Default 16. */
  readonly writerCacheMegabytes?: number;
  /** Megabytes JavaScript may take in each thread, far above any page. Default 256. */
  readonly heapMegabytes?: number;
}

/** How long another process may hold the file's write lock before a statement gives up, milliseconds. */
const BUSY_TIMEOUT = 10_000;

const CAPABILITIES: Capabilities = {
  name: 'sqlite',
  maxParameters: 32_766,
  skipLocked: false,
  shared: false,
  nullsAscending: 'first',
  // Ids are text: a column declared `uuid` would get numeric affinity.
  types: {
    id: 'text',
    text: 'text',
    integer: 'integer',
    float: 'real',
    boolean: 'integer',
    json: 'text',
    bytes: 'blob',
  },
  binaryCollation: '',
  positionFunction: 'instr',
  wildcard: 'glob',
  regex: 'function',
  unindexed: '+',
  inTime: 'in_time(?)',
  mergesWalks: true,
  mostWalks: 200,
  amongFew: 'in (?)',
  indexHints: true,
  jsonElements: 'json_each(?)',
  keyOrdered: 'without rowid',
};

/**
 * Opens SQLite (node:sqlite, WAL). One worker thread writes, a few read: a read is on a snapshot of its own and never
 * waits for the writer. The main thread has a connection to notice changes, and for reads that take but a moment.
 * @throws DatabaseError when the file cannot be opened
 */
export async function openSqlite(options: SqliteOptions): Promise<Engine> {
  const { file, readers = 2, readerCacheMegabytes = 2, load, heapMegabytes = 256 } = options;
  const { writerCacheMegabytes = 16, nearCacheMegabytes = 22, nearMilliseconds = 2 } = options;
  const connection = (role: ConnectionOptions['role'], cacheMegabytes: number): ConnectionOptions => {
    return { file, role, cacheMegabytes, busyTimeout: BUSY_TIMEOUT, heapMegabytes };
  };
  // The writer first: it makes the file and takes in what a killed process left in the WAL.
  const writer = await Writer.open({
    ...connection(load ? 'loader' : 'writer', writerCacheMegabytes),
    unsynced: load === 'fresh',
  });
  const pool = await ReaderPool.open(connection('reader', readerCacheMegabytes), readers);
  const near = new NearReader({ ...connection('reader', nearCacheMegabytes), busyTimeout: 0 }, nearMilliseconds);
  return new SqliteEngine(writer, pool, near);
}

class SqliteEngine implements Engine {
  readonly capabilities = CAPABILITIES;
  readonly sql = sqliteBuilder();
  readonly #writer: Writer;
  readonly #readers: ReaderPool;
  readonly #near: NearReader;
  #counter: number | undefined;
  readonly #forgetCounter = () => {
    this.#counter = undefined;
  };
  #closing: Promise<void> | undefined;

  constructor(writer: Writer, readers: ReaderPool, near: NearReader) {
    this.#writer = writer;
    this.#readers = readers;
    this.#near = near;
  }

  async all<R>(statement: Statement): Promise<R[]> {
    const { near } = statement;
    const rows = near !== undefined && !this.#closing && this.#near.all<R>(near, statement.parameters);
    if (rows) return rows;
    try {
      return await this.#readers.all<R>(statement.sql, statement.parameters);
    } catch (error) {
      throw isDatabaseError(error, 'busy', 'lost') ? unavailable(error) : error;
    }
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return withRetry(() => this.#writer.transaction(work)).finally(this.#forgetCounter);
  }

  async refreshStatistics(): Promise<void> {
    // Walks name the index they use; statistics would only let the planner change its mind.
  }

  execute(sql: string): Promise<void> {
    return this.#writer.execute(sql);
  }

  /** Looked up once for all that asks in one turn of the event loop. */
  changeCounter(): number | undefined {
    if (this.#closing) return undefined;
    if (this.#counter !== undefined) return this.#counter;
    try {
      this.#counter = this.#near.dataVersion();
    } catch {
      // The file is locked whole for a moment (another process recovers it); the caller asks the slow way.
      return undefined;
    }
    setImmediate(this.#forgetCounter);
    return this.#counter;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#readers.close();
    this.#near.close();
    await this.#writer.close();
  }
}
