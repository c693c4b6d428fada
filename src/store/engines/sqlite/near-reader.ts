import type { StatementSync } from 'node:sqlite';
import { Connection } from './connection.ts';
import type { ConnectionOptions } from './protocol.ts';
import { rowObjects } from './rows.ts';

/** A statement that took longer is not tried the next time, then the next two times, four, and so on up to this. */
const MOST_SKIPPED = 4_096;
/** Statements remembered as long ones at a time. */
const KEPT_LONG = 1_000;

/** Above this share of the latest time the event loop is too busy for reads: the threads do them meanwhile. */
const BUSY = { share: 0.8, milliseconds: 20 };

const LATE = new Error('A read on the event loop took longer than a moment.');

/**
 * A connection on the event loop, for reads that are over in less time than waking a thread takes: a page along an
 * index with warm caches. What takes longer gives up and is for the threads.
 */
export class NearReader {
  readonly #connection: Connection;
  readonly #version: StatementSync;
  /** Statements that took too long: how often to leave them alone, and how often more after the next time. */
  readonly #long = new Map<string, { skip: number; next: number }>();
  readonly #moment: number;
  #until = 0;
  readonly #isBusy: () => boolean;

  /**
   * @param moment how long a read may hold the event loop, milliseconds; it is ended at the next row it comes by
   * @param isBusy whether the event loop has no time for reads at all
   */
  constructor(options: ConnectionOptions, moment: number, isBusy = watchLoop()) {
    this.#moment = moment;
    this.#isBusy = isBusy;
    let version: StatementSync | undefined;
    this.#connection = new Connection(options, (database) => {
      // Called with a column of the row, so that it is asked for each.
      database.function('in_time', { varargs: true }, () => {
        if (performance.now() > this.#until) throw LATE;
        return 1;
      });
      version = database.prepare('pragma data_version');
    });
    this.#version = version!;
  }

  /**
   * Runs a read whose text asks `in_time(...)` of its rows.
   * @returns undefined when the event loop has no time, or it did not succeed in a moment, for whatever reason: the
   * threads will, or say why not
   */
  all<R>(sql: string, parameters: readonly unknown[]): R[] | undefined {
    if (this.#isBusy()) return undefined;
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
      const skip = long?.next ?? 1;
      this.#long.set(sql, { skip, next: Math.min(skip * 2, MOST_SKIPPED) });
      return undefined;
    }
  }

  /** Another number after every change by another connection. @throws when the file is locked whole */
  dataVersion(): number {
    return (this.#version.get() as { data_version: number }).data_version;
  }

  close(): void {
    this.#connection.close();
  }
}

/** Whether the event loop had hardly an idle moment lately. */
function watchLoop(): () => boolean {
  let busy = false;
  let seenAt = performance.now();
  let seen = performance.eventLoopUtilization();
  return () => {
    const now = performance.now();
    if (now - seenAt < BUSY.milliseconds) return busy;
    const next = performance.eventLoopUtilization();
    busy = performance.eventLoopUtilization(next, seen).utilization > BUSY.share;
    seen = next;
    seenAt = now;
    return busy;
  };
}
