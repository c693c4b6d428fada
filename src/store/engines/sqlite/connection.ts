import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { packText } from '../../packed-text.ts';
import { addFunctions } from './functions.ts';
import type { ConnectionOptions } from './protocol.ts';
import { type PackedRows, packRows } from './rows.ts';

/** Prepared statements a connection keeps. */
const KEPT_STATEMENTS = 200;

type Rows = readonly (readonly unknown[])[];

interface Prepared {
  readonly statement: StatementSync;
  readonly columns: readonly string[];
  /** Whether the statement changes what it returns, so that it cannot be run a second time to look again. */
  readonly writes: boolean;
  bigIntegers: boolean;
}

/**
 * One SQLite connection with its prepared statements. Everything here blocks, so it lives in a worker, but for the one
 * of `NearReader`.
 */
export class Connection {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  /** @param more adds functions of the caller's own */
  constructor(options: ConnectionOptions, more: (database: DatabaseSync) => void = () => undefined) {
    const { file, role, cacheMegabytes, busyTimeout } = options;
    this.#database = new DatabaseSync(file, { timeout: busyTimeout, enableForeignKeyConstraints: true });
    // LIKE tells upper from lower case, as in PostgreSQL; folding is done in the process (see `fold`).
    const settings = [
      // Of a new file only, and before anything is written to it: documents fit their pages better, trees are flatter.
      'pragma page_size = 8192',
      'pragma journal_mode = wal',
      `pragma synchronous = ${options.unsynced ? 'off' : 'normal'}`,
      `pragma cache_size = ${-cacheMegabytes * 1024}`,
      'pragma mmap_size = 0',
      'pragma case_sensitive_like = on',
      'pragma journal_size_limit = 67108864',
    ];
    if (role === 'reader') settings.push('pragma query_only = on');
    // What an index is built of is sorted in parallel.
    if (role === 'loader') settings.push('pragma threads = 2');
    for (const setting of settings) this.#database.exec(setting);
    addFunctions(this.#database);
    more(this.#database);
  }

  /** Rows as arrays of values in the order of the columns. */
  rows(sql: string, parameters: readonly unknown[]): { columns: readonly string[]; rows: Rows } {
    const prepared = this.#prepare(sql);
    return { columns: prepared.columns, rows: rowsOf(prepared, parameters.map(bindable)) };
  }

  /** Rows ready to travel to another thread. */
  all(sql: string, parameters: readonly unknown[]): { columns: readonly string[]; rows: PackedRows } {
    const { columns, rows } = this.rows(sql, parameters);
    return { columns, rows: packRows(columns.length, rows) };
  }

  /** @returns number of rows changed */
  run(sql: string, parameters: readonly unknown[]): number {
    return Number(this.#prepare(sql).statement.run(...parameters.map(bindable)).changes);
  }

  /**
   * @param packed place of a parameter that is given as text and stored packed
   * @returns number of rows changed by all runs together
   */
  many(sql: string, rows: readonly (readonly unknown[])[], packed?: number): number {
    const { statement } = this.#prepare(sql);
    // Counts only: as numbers they are half the price of a row.
    statement.setReadBigInts(false);
    let changes = 0;
    try {
      for (const given of rows) {
        const row = packed === undefined ? given : given.with(packed, packText(given[packed] as string));
        changes += Number(statement.run(...(row.every(isBindable) ? row : row.map(bindable))).changes);
      }
    } finally {
      statement.setReadBigInts(true);
    }
    return changes;
  }

  execute(sql: string): void {
    this.#prepared.clear();
    this.#database.exec(sql);
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known) {
      // The map keeps insertion order: taken out and put back, the least lately used is always the first.
      this.#prepared.delete(sql);
      this.#prepared.set(sql, known);
      return known;
    }
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    const writes = !/^\s*(?:select|values|explain|pragma)\b/i.test(sql);
    if (writes) statement.setReadBigInts(true);
    const prepared = {
      statement,
      columns: statement.columns().map((column) => column.name),
      writes,
      bigIntegers: writes,
    };
    for (const oldest of this.#prepared.keys()) {
      if (this.#prepared.size < KEPT_STATEMENTS) break;
      this.#prepared.delete(oldest);
    }
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

/** An integer beyond 2^53 makes node:sqlite throw unless it may answer with bigints, which is slower: only then. */
function rowsOf(prepared: Prepared, parameters: readonly SQLInputValue[]): Rows {
  const { statement } = prepared;
  try {
    return statement.all(...parameters) as unknown as unknown[][];
  } catch (error) {
    if (prepared.bigIntegers || (error as { code?: unknown }).code !== 'ERR_OUT_OF_RANGE') throw error;
    prepared.bigIntegers = true;
    statement.setReadBigInts(true);
    return statement.all(...parameters) as unknown as unknown[][];
  }
}

function isBindable(value: unknown): value is SQLInputValue {
  return typeof value !== 'boolean' && value !== undefined;
}

function bindable(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === undefined) return null;
  return value as SQLInputValue;
}
