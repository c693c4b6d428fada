import type { PackedRows } from './rows.ts';

/** How a connection is opened. */
export interface ConnectionOptions {
  readonly file: string;
  /** A loader is a writer of many rows at once, and of the indexes over them. */
  readonly role: 'writer' | 'loader' | 'reader';
  /** Whether nothing waits for the disk before the end: for a file that is made anew should the machine lose power. */
  readonly unsynced?: boolean;
  /** Megabytes of pages the connection keeps. */
  readonly cacheMegabytes: number;
  /** How long to wait for another process's lock, milliseconds. */
  readonly busyTimeout: number;
  /** Megabytes JavaScript (our SQL functions, rows) may take in its thread; more ends the thread, not the process. */
  readonly heapMegabytes: number;
}

/** What the main thread asks of a connection's worker, some at a time. Tuples, because they copy faster than objects. */
export type Request =
  | readonly [id: number, op: 'run', sql: string, parameters: readonly unknown[]]
  // Reads are asked again and again, and their text is longer than all else: it travels once, then its number.
  | readonly [id: number, op: 'all', statement: number, parameters: readonly unknown[], sql?: string]
  | readonly [id: number, op: 'many', sql: string, rows: readonly (readonly unknown[])[], packed?: number]
  | readonly [id: number, op: 'execute', sql: string]
  | readonly [id: number, op: 'close'];

/** A failure as it travels: SQLite's extended result code (0 when it was none of SQLite's) and text. */
export interface Failure {
  readonly code: number;
  readonly message: string;
}

export type Reply = readonly [id: number, result: Answer | number | null, failure?: Failure];

/** Rows of a read, and the names of their columns with the first of a statement. */
export interface Answer {
  readonly rows: PackedRows;
  readonly columns?: readonly string[];
}

/** Statements that have a number at one time; then they are given out anew. */
export const NUMBERED = 1_000;

/** First message of a worker: the connection is open, or why not. */
export type Ready = readonly [id: 0, result: null, failure?: Failure];
