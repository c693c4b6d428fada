import { Connection } from './connection.ts';
import type { ConnectionOptions } from './protocol.ts';
import { rowObjects } from './rows.ts';

/** A statement that took longer is not tried the next 16 times, then 32, and so on up to this. */
const MOST_SKIPPED = 4_096;
/** Statements remembered as long ones at a time. */
const KEPT_LONG = 1_000;

const LATE = new Error('A read on the event loop took longer than a moment.');

/**
 * A connection on the event loop, for reads that are over in less time than waking a thread takes: a page along an
 * index with warm caches. What takes longer gives up and is for the threads.
 */
export class NearReader {
  readonly #connection: Connection;
  /** Statements that took too long: how often to leave them alone, and how often more after the next time. */
  readonly #long = new Map<string, { skip: number; next: number }>();
  readonly #moment: number;
  #until = 0;

  /** @param moment how long a read may hold the event loop, milliseconds; it is ended at the next row it comes by */
  constructor(options: ConnectionOptions, moment: number) {
    this.#moment = moment;
    this.#connection = new Connection(options, (database) =>
      // Called with a column of the row, so that it is asked for each.
      database.function('in_time', { varargs: true }, () => {
        if (performance.now() > this.#until) throw LATE;
        return 1;
      }),
    );
  }

  /**
   * Runs a read whose text asks `in_time(...)` of its rows.
   * @returns undefined when it did not succeed in a moment, for whatever reason: the threads will, or say why not
   */
  all<R>(sql: string, parameters: readonly unknown[]): R[] | undefined {
    const long = this.#long.get(sql);
    if (long && long.skip > 0) {
      long.skip -= 1;
      return undefined;
    }
    try {
      this.#until = performance.now() + this.#moment;
      const { columns, rows } = this.#connection.rows(sql, parameters);
      if (long) this.#long.delete(sql);
      return rowObjects<R>(columns, rows);
    } catch {
      if (this.#long.size >= KEPT_LONG) this.#long.clear();
      const skip = long?.next ?? 16;
      this.#long.set(sql, { skip, next: Math.min(skip * 2, MOST_SKIPPED) });
      return undefined;
    }
  }

  /** Another number after every change by another connection. @throws when the file is locked whole */
  dataVersion(): number {
    return this.#connection.rows('pragma data_version', []).rows[0]![0] as number;
  }

  close(): void {
    this.#connection.close();
  }
}
