import type { Builder } from './sql.ts';
import type { Statement } from './statement.ts';

/**
 * What differs between databases, declared. Code of the store asks a capability, never the name of an engine.
 */
export interface Capabilities {
  /** For messages and metrics only. */
  readonly name: string;
  /** Most bound parameters of one statement. */
  readonly maxParameters: number;
  /** `FOR UPDATE SKIP LOCKED` exists. */
  readonly skipLocked: boolean;
  /** Whether reading and writing can go on at once from several processes over a network. */
  readonly shared: boolean;
  /** Where NULL sorts without a word: `first` or `last` in ascending order. */
  readonly nullsAscending: 'first' | 'last';
  /** Column types of the DDL. */
  readonly types: {
    readonly id: string;
    readonly text: string;
    readonly integer: string;
    readonly float: string;
    readonly boolean: string;
    readonly json: string;
    readonly bytes: string;
  };
  /** Added to a text column in DDL so that it sorts by code point; '' when it does anyway. */
  readonly binaryCollation: string;
  /** Name of the function `(text, part)` that says where `part` begins, from 1; 0 when nowhere. */
  readonly positionFunction: string;
  /** The operator for wildcards that minds case: `like` (with `escape`), or `glob`. */
  readonly wildcard: 'like' | 'glob';
  /** How expressions run: as a function `regex(pattern, text, fold)` in RE2 syntax, or by `~` on PostgreSQL's own (ARE). */
  readonly regex: 'function' | 'are';
  /** Written before a column that must not choose the index: `+` where the planner goes without statistics, else ''. */
  readonly unindexed: string;
  /** Whether `indexed by NAME` behind a table makes the planner use that index. */
  readonly indexHints: boolean;
  /** Written with a column for `?` among the conditions of a read, ends it after a moment (`Statement.near`), where the engine has that. */
  readonly inTime: string | undefined;
  /** Whether parts of a union that is ordered whole are read only as far as they are needed, when they are no subqueries. */
  readonly mergesWalks: boolean;
  /** Most walks along an index that one statement merges for a search in a text column. */
  readonly mostWalks: number;
  /** Compares a column with the few values a query finds, which stands for `?`, so that it is run once and first. */
  readonly amongFew: string;
  /** A row source with a text column `value` for the elements of a JSON array; `?` stands for the parameter. */
  readonly jsonElements: string;
  /** Added after the closing bracket of CREATE TABLE for tables that are their primary key (`WITHOUT ROWID`). */
  readonly keyOrdered: string;
}

export type { Statement };

/** One open transaction. */
export interface Transaction {
  all<R>(statement: Statement): Promise<R[]>;
  /** @returns number of rows changed */
  run(statement: Statement): Promise<number>;
  /**
   * The same statement for many rows of parameters, in one go.
   * @param packed place of a parameter that is given as text and stored packed (`packText`), where the engine has time
   */
  many(sql: string, rows: readonly (readonly unknown[])[], packed?: number): Promise<number>;
}

/**
 * A database engine. SQL runs off the event loop (worker threads or another process); booleans come back as
 * booleans only where the column type says so, integers as numbers, JSON columns as text, ids as 32 hex digits.
 */
export interface Engine {
  readonly capabilities: Capabilities;
  /** Writes statements in this engine's form of SQL: `compile(engine.sql.selectFrom(...))`. */
  readonly sql: Builder;
  /** One read, outside any transaction, on a snapshot of its own. */
  all<R>(statement: Statement): Promise<R[]>;
  /**
   * Runs `work` in one write transaction; retried whole on serialization failure, deadlock or a lost connection
   * (scale-out rule 17), so `work` must be repeatable.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Lets the planner know how much there is now; cheap, and safe at any time. */
  refreshStatistics(): Promise<void>;
  /** DDL outside a transaction (index builds). */
  execute(sql: string): Promise<void>;
  /** Changes by other processes become visible as a different number; cheap and synchronous, or undefined when it cannot tell. */
  changeCounter(): number | undefined;
  close(): Promise<void>;
}
