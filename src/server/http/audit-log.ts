import type { AccessStore, AuditEntry } from '../../store/store.ts';

/** Gathers audit entries and writes them in batches, so that a refusal costs its caller no write of ours. */
export class AuditLog {
  readonly #store: AccessStore;
  readonly #onError: (error: unknown) => void;
  #waiting: AuditEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** Entries that were given up because the store could not keep up. */
  dropped = 0;

  constructor(store: AccessStore, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  add(entry: AuditEntry): void {
    if (this.#waiting.length >= 10_000) {
      this.dropped += 1;
      return;
    }
    this.#waiting.push(entry);
    this.#timer ??= setTimeout(() => void this.flush(), 200).unref();
  }

  /** Writes what is waiting. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const entries = this.#waiting;
    if (entries.length === 0) return this.#writing;
    this.#waiting = [];
    this.#writing = this.#writing.then(() => this.#store.audit(entries)).catch(this.#onError);
    return this.#writing;
  }
}
