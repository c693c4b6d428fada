/**
 * Works on the items of a list, so many at once, taking the next one only when there is room for it. The first error
 * ends it, after the work underway has ended.
 */
export async function forEachParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const underway = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const item of items) {
      if (failure) break;
      const task: Promise<void> = work(item)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => underway.delete(task));
      underway.add(task);
      while (underway.size >= limit) await Promise.race(underway);
    }
  } finally {
    await Promise.all(underway);
  }
  if (failure) throw failure.error;
}
