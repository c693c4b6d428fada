/** Lets at most a number of holders in at once, first come first served. */
export interface Semaphore {
  /** Waits for a place; gives the function that frees it. Ends with the signal's reason when aborted. */
  acquire(signal: AbortSignal): Promise<() => void>;
}

/** A {@link Semaphore} with that many places, at least one. */
export function semaphore(places: number): Semaphore {
  let free = Math.max(1, places);
  const waiting: (() => void)[] = [];

  function release(): void {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }

  function once(): () => void {
    let done = false;
    return () => {
      if (done) return;
      done = true;
      release();
    };
  }

  async function acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return once();
    }
    return await new Promise((resolve, reject) => {
      const onAbort = () => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(signal.reason);
      };
      const enter = () => {
        signal.removeEventListener('abort', onAbort);
        resolve(once());
      };
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.push(enter);
    });
  }

  return { acquire };
}
