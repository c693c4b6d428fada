/** A map that forgets what was not used for longest once it holds more than its bound. */
export class LruMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #most: number;
  readonly #weigh: (value: V, key: K) => number;
  readonly #mostWeight: number;
  #weight = 0;

  /**
   * @param most number of entries
   * @param weight optional second bound: total weight, and what an entry weighs
   */
  constructor(most: number, weight?: { readonly most: number; readonly of: (value: V, key: K) => number }) {
    this.#most = most;
    this.#mostWeight = weight?.most ?? Number.POSITIVE_INFINITY;
    this.#weigh = weight?.of ?? (() => 0);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.delete(key);
    this.#entries.set(key, value);
    this.#weight += this.#weigh(value, key);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most && this.#weight <= this.#mostWeight) return;
      this.delete(oldest);
    }
  }

  delete(key: K): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#weight -= this.#weigh(value, key);
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }
}
