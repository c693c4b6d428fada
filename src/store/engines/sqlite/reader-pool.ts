import type { ConnectionOptions } from './protocol.ts';
import { RemoteConnection } from './remote-connection.ts';

/**
 * Requests sent to a reader before its first answer: enough that it hardly waits for the next one, and few, since they
 * wait for one ahead of them that turns out long.
 */
const WINDOW = 3;
/** A line that will be done within so many milliseconds is worth waiting in. */
const SHORT = 2;

/** Spreads reads over a few connections, so that a long one does not hold up the short ones. */
export class ReaderPool {
  readonly #options: ConnectionOptions;
  #size: number;
  readonly #open: RemoteConnection[];
  readonly #queue: (() => void)[] = [];
  #opening: Promise<void> | undefined;
  #closed = false;

  private constructor(options: ConnectionOptions, size: number, first: RemoteConnection) {
    this.#options = options;
    this.#size = size;
    this.#open = [first];
  }

  /** Opens the first connection; the others come, up to `size`, when reads meet. */
  static async open(options: ConnectionOptions, size: number): Promise<ReaderPool> {
    return new ReaderPool(options, size, await RemoteConnection.open(options));
  }

  async all<R>(sql: string, parameters: readonly unknown[]): Promise<R[]> {
    try {
      // Without a pause in the common case: whoever asks next must see that this one is busy.
      let reader = this.#free();
      while (!reader) {
        await this.#change();
        reader = this.#free();
      }
      return await reader.all<R>(sql, parameters);
    } finally {
      // Whatever became of this one, the next in line looks again.
      this.#queue.shift()?.();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    await Promise.all(this.#open.map((reader) => reader.close()));
  }

  /** A reader that can be asked now; one more is opened as soon as all are busy. */
  #free(): RemoteConnection | undefined {
    const reader = this.#best();
    if (!reader || reader.pending >= WINDOW) return undefined;
    return reader.pending > 0 && this.#canGrow() ? undefined : reader;
  }

  /** Resolves when a reader has become free, or there is a new one. */
  async #change(): Promise<void> {
    if (!this.#best()) return this.#grow();
    if (this.#canGrow()) this.#grow().catch(() => this.#giveUpGrowing());
    await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  /**
   * The first one with a short line: a thread that is awake, with a warm cache, answers sooner than one that is woken.
   * Else the one that will be free first.
   */
  #best(): RemoteConnection | undefined {
    let best: RemoteConnection | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const reader of this.#open) {
      if (reader.dead && !this.#closed) continue;
      const wait = reader.pending < WINDOW ? reader.wait : Number.MAX_VALUE;
      if (wait < SHORT) return reader;
      if (wait < least) {
        least = wait;
        best = reader;
      }
    }
    return best;
  }

  #canGrow(): boolean {
    return this.#open.length < this.#size && !this.#closed;
  }

  /** Too little memory for one more thread, say: fewer readers are slower, not wrong. */
  #giveUpGrowing(): void {
    this.#size = this.#open.length;
    for (const next of this.#queue.splice(0)) next();
  }

  /** Opens one more connection, in the place of one that died if there is any. */
  #grow(): Promise<void> {
    this.#opening ??= RemoteConnection.open(this.#options)
      .then((reader) => {
        const dead = this.#open.findIndex((each) => each.dead);
        if (dead >= 0) this.#open[dead] = reader;
        else this.#open.push(reader);
        for (const next of this.#queue.splice(0)) next();
      })
      .finally(() => {
        this.#opening = undefined;
      });
    return this.#opening;
  }
}
