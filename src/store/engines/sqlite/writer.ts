import { open } from 'node:fs/promises';
import type { Statement, Transaction } from '../../engine.ts';
import { DatabaseError, isDatabaseError } from '../database-error.ts';
import type { ConnectionOptions } from './protocol.ts';
import { RemoteConnection } from './remote-connection.ts';

/** The one connection that writes. Transactions run one after the other. */
export class Writer {
  readonly #options: ConnectionOptions;
  #connection: RemoteConnection;
  /** Resolves when everything asked so far is over. */
  #tail: Promise<void> = Promise.resolve();

  private constructor(options: ConnectionOptions, connection: RemoteConnection) {
    this.#options = options;
    this.#connection = connection;
  }

  static async open(options: ConnectionOptions): Promise<Writer> {
    return new Writer(options, await RemoteConnection.open(options));
  }

  /** Runs `work` inside BEGIN IMMEDIATE ... COMMIT; rolled back when it throws. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#alone(async (connection) => {
      await connection.run('begin immediate', []);
      const session = new Session(connection);
      try {
        const result = await work(session);
        session.end();
        await connection.run('commit', []);
        return result;
      } catch (error) {
        session.end();
        await connection.run('rollback', []).catch(ignoreNothingToRollBack);
        throw error;
      }
    });
  }

  execute(sql: string): Promise<void> {
    return this.#alone((connection) => connection.execute(sql));
  }

  close(): Promise<void> {
    return this.#alone(async (connection) => {
      await connection.execute('pragma wal_checkpoint(truncate)').catch(() => undefined);
      await connection.close();
      if (this.#options.unsynced) await toDisk(this.#options.file);
    });
  }

  async #alone<T>(work: (connection: RemoteConnection) => Promise<T>): Promise<T> {
    const before = this.#tail;
    let done = () => {};
    this.#tail = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    try {
      if (this.#connection.dead) this.#connection = await RemoteConnection.open(this.#options);
      return await work(this.#connection);
    } finally {
      done();
    }
  }
}

/** Waits until all that was written to a file is on the disk. */
async function toDisk(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Holds to one connection: should its worker end, what follows fails instead of running outside the transaction. */
class Session implements Transaction {
  readonly #connection: RemoteConnection;
  #ended = false;

  constructor(connection: RemoteConnection) {
    this.#connection = connection;
  }

  async all<R>(statement: Statement): Promise<R[]> {
    return this.#open().all<R>(statement.sql, statement.parameters);
  }

  async run(statement: Statement): Promise<number> {
    return this.#open().run(statement.sql, statement.parameters);
  }

  async many(sql: string, rows: readonly (readonly unknown[])[], packed?: number): Promise<number> {
    return rows.length === 0 ? 0 : this.#open().many(sql, rows, packed);
  }

  end(): void {
    this.#ended = true;
  }

  #open(): RemoteConnection {
    if (this.#ended) throw new Error('The transaction is over; a statement was not awaited inside it.');
    return this.#connection;
  }
}

/** Some errors (disk full, for one) have rolled back already; SQLite then refuses a second time. */
function ignoreNothingToRollBack(error: unknown): void {
  if (isDatabaseError(error, 'lost')) return;
  if (error instanceof DatabaseError && error.message.includes('no transaction is active')) return;
  throw error;
}
