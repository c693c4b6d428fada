/** Characters of the longest key that is kept: what a long query came to is worked out again, not held in memory. */
const LONGEST = 16_384;

/** A map of bounded size that forgets what was not used for longest. Entries under very long keys are not kept. */
export class Lru<K extends string, V> {
  readonly #map = new Map<K, V>();
  readonly #limit: number;

  /** @param limit most entries kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: K): V | undefined {
    const value = this.#map.get(key);
    if (value === undefined) return undefined;
    this.#map.delete(key);
    this.#map.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    if (key.length > LONGEST) return;
    this.#map.delete(key);
    this.#map.set(key, value);
    if (this.#map.size <= this.#limit) return;
    for (const oldest of this.#map.keys()) {
      this.#map.delete(oldest);
      return;
    }
  }

  get size(): number {
    return this.#map.size;
  }
}
