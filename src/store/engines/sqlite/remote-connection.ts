import { Worker } from 'node:worker_threads';
import { DatabaseError } from '../database-error.ts';
import { errorOf } from './failures.ts';
import { type Answer, type ConnectionOptions, NUMBERED, type Ready, type Reply, type Request } from './protocol.ts';
import { unpackRows } from './rows.ts';
import { workerUrl } from './worker-url.ts';

/**
 * Keeps the young generation of a worker from growing to tens of megabytes. With 4 a worker that ran out of memory took
 * the whole process with it instead of ending alone (`engine.test.ts`).
 */
const YOUNG_MEGABYTES = 8;

/** What a statement is taken to cost before it was run once, milliseconds. */
const UNKNOWN = 5;
/** How much the latest run says about the next. */
const LEARNING = 0.3;

interface Waiting {
  readonly resolve: (result: Reply[1]) => void;
  readonly reject: (error: Error) => void;
  /** Milliseconds it will take, as far as one can know. */
  readonly expected: number;
}

/** A read. From the first answer on, which brings its columns, the worker knows it by its number. */
interface Numbered {
  readonly number: number;
  columns: readonly string[] | undefined;
  /** Milliseconds it took lately; before its first time it is taken for a long one. */
  took: number;
}

/** The main thread's end of one connection. Requests are answered in order. */
export class RemoteConnection {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  readonly #statements = new Map<string, Numbered>();
  #lastStatement = 0;
  /** When the request it works on came to the head of the line, and how long the one before took. */
  #headSince = 0;
  #lastTook = 0;
  /** Asked in this turn of the event loop, not sent yet. */
  #outbox: Request[] = [];
  #lastId = 0;
  #closing = false;
  /** Why it can no longer be used. */
  #dead: DatabaseError | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: Reply) => this.#settle(reply));
    worker.on('error', (error) => this.#die(`the database thread failed: ${error.message}`));
    this.#ended = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#die('the database thread has ended');
        resolve();
      });
    });
    // An idle connection does not keep the process alive; one with a request under way does.
    worker.unref();
  }

  /** Opens a connection in a worker of its own. @throws DatabaseError when the file cannot be opened */
  static async open(options: ConnectionOptions): Promise<RemoteConnection> {
    const worker = new Worker(workerUrl(), {
      workerData: options,
      name: `sqlite-${options.role}`,
      resourceLimits: { maxOldGenerationSizeMb: options.heapMegabytes, maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    const [, , failure] = await new Promise<Ready>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    if (failure) throw errorOf(failure);
    return new RemoteConnection(worker);
  }

  /** Whether the worker is gone: open another one. */
  get dead(): boolean {
    return this.#dead !== undefined;
  }

  /** Requests under way. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Milliseconds until it will have answered everything asked so far, as far as one can know. */
  get wait(): number {
    let wait = 0;
    for (const { expected } of this.#waiting.values()) {
      wait += wait === 0 ? Math.max(expected, performance.now() - this.#headSince) : expected;
    }
    return wait;
  }

  async all<R>(sql: string, parameters: readonly unknown[]): Promise<R[]> {
    let statement = this.#statements.get(sql);
    if (!statement) {
      if (this.#statements.size >= NUMBERED) this.#statements.clear();
      this.#lastStatement += 1;
      statement = { number: this.#lastStatement, columns: undefined, took: UNKNOWN };
      this.#statements.set(sql, statement);
    }
    const { number, columns } = statement;
    const answer = (await this.#ask(
      (id) => (columns ? [id, 'all', number, parameters] : [id, 'all', number, parameters, sql]),
      statement.took,
    )) as Answer;
    const took = this.#lastTook;
    statement.took = columns ? statement.took + LEARNING * (took - statement.took) : took;
    statement.columns ??= answer.columns;
    return unpackRows<R>(statement.columns ?? [], answer.rows);
  }

  async run(sql: string, parameters: readonly unknown[]): Promise<number> {
    return (await this.#ask((id) => [id, 'run', sql, parameters])) as number;
  }

  async many(sql: string, rows: readonly (readonly unknown[])[], packed?: number): Promise<number> {
    return (await this.#ask((id) => [id, 'many', sql, rows, packed])) as number;
  }

  async execute(sql: string): Promise<void> {
    await this.#ask((id) => [id, 'execute', sql]);
  }

  /** Ends the worker after everything asked before; resolves when it is gone. */
  async close(): Promise<void> {
    if (this.#dead) return;
    this.#closing = true;
    await this.#ask((id) => [id, 'close']).catch(() => undefined);
    await this.#ended;
  }

  #ask(request: (id: number) => Request, expected = 0): Promise<Reply[1]> {
    if (this.#dead) return Promise.reject(this.#dead);
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const id = this.#lastId;
      this.#send(request(id));
      if (this.#waiting.size === 0) {
        this.#worker.ref();
        this.#headSince = performance.now();
      }
      this.#waiting.set(id, { resolve, reject, expected });
    });
  }

  /** Requests of one turn of the event loop travel together: waking a thread that sleeps costs more than all else. */
  #send(request: Request): void {
    if (this.#outbox.length === 0) setImmediate(() => this.#flush());
    this.#outbox.push(request);
  }

  #flush(): void {
    const requests = this.#outbox;
    this.#outbox = [];
    try {
      this.#worker.postMessage(requests);
    } catch {
      // One of them holds what cannot be sent: only that one fails.
      for (const request of requests) this.#sendAlone(request);
    }
  }

  #sendAlone(request: Request): void {
    try {
      this.#worker.postMessage([request]);
    } catch (error) {
      this.#take(request[0])?.reject(error as Error);
    }
  }

  /** The request that waits under this id, which it no longer does. */
  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0 && !this.#closing) this.#worker.unref();
    return waiting;
  }

  #settle([id, result, failure]: Reply): void {
    const waiting = this.#take(id);
    if (!waiting) return;
    const now = performance.now();
    this.#lastTook = now - this.#headSince;
    this.#headSince = now;
    if (failure) waiting.reject(errorOf(failure));
    else waiting.resolve(result);
  }

  #die(reason: string): void {
    this.#dead ??= new DatabaseError('lost', 'SQLITE', `SQLite: ${reason}`);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#dead);
    this.#waiting.clear();
  }
}
