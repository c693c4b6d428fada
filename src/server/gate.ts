/** Lets only so many works run at once; the others wait in their order. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * @param atOnce works that run at one time
 * @param full how many may wait, and the error for those beyond
 */
export function gate(atOnce: number, full?: { readonly most: number; readonly error: () => Error }): Gate {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= atOnce) {
      if (full && waiting.length >= full.most) throw full.error();
      // Whoever ends hands its place over.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
