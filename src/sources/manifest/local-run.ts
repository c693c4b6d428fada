/** One collection of images that lie in local files: what was found, handed over and reported. */
import { StowageError } from '../../domain/error.ts';
import type { ImageObservation } from '../../store/store.ts';
import type { CollectContext } from '../source.ts';
import { isArtifact } from './error.ts';
import { type FoundReference, referenceText } from './local-name.ts';

/** An image to be taken in, under the names it was found by. */
export interface Found {
  readonly digest: string;
  readonly references: readonly FoundReference[];
}

/** Counts, and decides whether the run may call itself complete. */
export class LocalRun {
  readonly context: CollectContext;
  /** False once something could not be read: then nothing that was not seen is closed. */
  whole = true;
  #done = 0;
  #blobs = 0;
  #bytes = 0;

  constructor(context: CollectContext) {
    this.context = context;
  }

  /** Counts content that was read. */
  count(blobs: number, bytes: number): void {
    this.#blobs += blobs;
    this.#bytes += bytes;
    this.context.progress({ blobs: this.#blobs, bytes: this.#bytes });
  }

  /** Which of these digests need not be read again. */
  async known(digests: readonly string[]): Promise<ReadonlySet<string>> {
    const known = new Set<string>();
    for (let at = 0; at < digests.length; at += 500) {
      for (const digest of await this.context.known(digests.slice(at, at + 500))) known.add(digest);
    }
    return known;
  }

  /**
   * Takes one image in: reads it with `read`, or only notes its names when it is known. What goes wrong is recorded
   * and the next image has its turn.
   */
  async take(found: Found, known: boolean, read: () => Promise<Omit<ImageObservation, 'seenAt'>>): Promise<void> {
    const { context } = this;
    context.signal.throwIfAborted();
    const name = found.references[0] ? referenceText(found.references[0]) : found.digest;
    context.progress({ current: name });
    try {
      if (known) await context.touch(found.references.map((reference) => ({ ...reference, digest: found.digest })));
      else await context.images([await read()]);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!isArtifact(error)) {
        if (!(error instanceof StowageError)) throw error;
        this.fail(error.code, name, error.message);
      }
    }
    this.#done += 1;
    context.progress({ done: this.#done });
  }

  /** Records something that could not be read. */
  fail(code: string, part: string, message: string): void {
    this.whole = false;
    this.context.problem({ code, part, message });
  }

  /** Ends the run: complete only when all of it was read. */
  end(): void {
    this.context.progress({ current: null });
    if (this.whole) this.context.complete();
  }
}
