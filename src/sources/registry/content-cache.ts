import type { Digest } from '../../domain/digest.ts';

/** Contents by digest, fetched once however many ask at the same time, kept while there is room. */
export interface ContentCache {
  /** What is kept, else what `fetch` gives; a failed fetch is not kept. */
  get(digest: Digest, fetch: () => Promise<Buffer>): Promise<Buffer>;
  put(digest: Digest, bytes: Buffer): void;
}

/** A {@link ContentCache} of so many bytes; the one longest not asked for goes first. */
export function contentCache(limit: number): ContentCache {
  const kept = new Map<Digest, Buffer>();
  const coming = new Map<Digest, Promise<Buffer>>();
  let bytes = 0;

  function put(digest: Digest, content: Buffer): void {
    if (kept.has(digest) || content.length > limit / 4) return;
    kept.set(digest, content);
    bytes += content.length;
    for (const [oldest, old] of kept) {
      if (bytes <= limit) return;
      kept.delete(oldest);
      bytes -= old.length;
    }
  }

  async function get(digest: Digest, fetch: () => Promise<Buffer>): Promise<Buffer> {
    const content = kept.get(digest);
    if (content) {
      kept.delete(digest);
      kept.set(digest, content);
      return content;
    }
    const underway = coming.get(digest);
    if (underway) return await underway;
    const started = fetch();
    coming.set(digest, started);
    try {
      const fetched = await started;
      put(digest, fetched);
      return fetched;
    } finally {
      coming.delete(digest);
    }
  }

  return { get, put };
}
