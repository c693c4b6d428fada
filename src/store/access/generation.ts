import type { Engine, Transaction } from '../engine.ts';
import { compile } from '../sql.ts';

/** How long a number is believed where the engine cannot tell whether another process changed it, milliseconds. */
const BELIEVED_MS = 200;

/** The number that counts changes of projects, credentials and tokens. */
export interface AccessGeneration {
  /** At once when it is known not to have changed. */
  current(): number | Promise<number>;
  /** Runs `work` in a transaction that counts it as a change. `changed` tells by its result whether it was one; default always. */
  change<T>(work: (transaction: Transaction) => Promise<T>, changed?: (result: T) => boolean): Promise<T>;
}

interface Known {
  readonly value: number;
  /** The engine's change counter just before it was read. */
  readonly counter: number | undefined;
  readonly readAt: number;
}

/** @param clock milliseconds that never go back */
export function trackAccessGeneration(engine: Engine, clock: () => number = () => performance.now()): AccessGeneration {
  const { sql: db } = engine;
  const read = compile(db.selectFrom('access_generation').select('generation').where('name', '=', 'access'));
  const bump = compile(
    db
      .insertInto('access_generation')
      .values({ name: 'access', generation: 1 })
      .onConflict((on) =>
        on.column('name').doUpdateSet((e) => ({ generation: e('access_generation.generation', '+', 1) })),
      ),
  );
  let known: Known | undefined;
  let writes = 0;
  return { current, change };

  function current(): number | Promise<number> {
    const counter = engine.changeCounter();
    if (known && counter === known.counter && (counter !== undefined || clock() - known.readAt < BELIEVED_MS)) {
      return known.value;
    }
    return look(counter);
  }

  async function look(counter: number | undefined): Promise<number> {
    const writesBefore = writes;
    const readAt = clock();
    const [row] = await engine.all<{ generation: number }>(read);
    const value = row?.generation ?? 0;
    // What was read before a write of this process is old news.
    if (writes === writesBefore) known = { value, counter, readAt };
    return value;
  }

  async function change<T>(
    work: (transaction: Transaction) => Promise<T>,
    changed: (result: T) => boolean = () => true,
  ): Promise<T> {
    try {
      return await engine.transaction(async (transaction) => {
        const result = await work(transaction);
        if (changed(result)) await transaction.run(bump);
        return result;
      });
    } finally {
      writes += 1;
      known = undefined;
    }
  }
}
