import type { ConnectionOptions } from './protocol.ts';
import { RemoteConnection } from './remote-connection.ts';

/** Requests sent to a reader before its first answer: enough that it never waits for the next one. */
const WINDOW = 4;
/** A request under way for longer than this (milliseconds) may be a long one: others go elsewhere if they can. */
const LONG = 5;

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
      const reader = await this.#free();
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

  async #free(): Promise<RemoteConnection> {
    for (;;) {
      const reader = this.#best();
      if (!reader) await this.#grow();
      // Nobody knows how long the one before will take: once, this waits until there is another reader.
      else if (reader.pending > 0 && this.#canGrow()) await this.#grow().catch(() => this.#giveUpGrowing());
      else if (reader.pending < WINDOW) return reader;
      else await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
  }

  /** The first idle one (its cache is warmest); else the shortest line without a long request at its head. */
  #best(): RemoteConnection | undefined {
    const now = performance.now();
    let best: RemoteConnection | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const reader of this.#open) {
      if (reader.dead && !this.#closed) continue;
      const { pending, busySince } = reader;
      const cost = pending + (busySince !== undefined && now - busySince > LONG ? WINDOW - 0.5 : 0);
      if (cost < least) {
        least = cost;
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
  }

  /** Opens one more connection, in the place of one that died if there is any. */
  #grow(): Promise<void> {
    this.#opening ??= RemoteConnection.open(this.#options)
      .then((reader) => {
        const dead = this.#open.findIndex((each) => each.dead);
        if (dead >= 0) this.#open[dead] = reader;
        else this.#open.push(reader);
        this.#queue.shift()?.();
      })
      .finally(() => {
        this.#opening = undefined;
      });
    return this.#opening;
  }
}
