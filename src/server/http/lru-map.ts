/**
 * A map that forgets what was not used for long once it would hold more than its bound. Looking up only marks an entry;
 * whoever makes room goes through the entries from the oldest on and lets those that were marked stay for another round.
 */
export class LruMap<K, V> {
  readonly #entries = new Map<K, Entry<V>>();
  readonly #most: number;
  readonly #weigh: (value: V, key: K) => number;
  readonly #mostWeight: number;
  #weight = 0;

  /**
   * @param most number of entries
   * @param weight optional second bound: total weight, and what an entry weighs; a heavier one is not kept
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
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.used = true;
    return entry.value;
  }

  set(key: K, value: V): void {
    this.delete(key);
    const weight = this.#weigh(value, key);
    if (weight > this.#mostWeight) return;
    this.#makeRoom(weight);
    this.#entries.set(key, { value, weight, used: false });
    this.#weight += weight;
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#weight -= entry.weight;
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }

  /** Until there is room for one more entry of a weight. An entry that stays goes to the end, which is reached last. */
  #makeRoom(weight: number): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size < this.#most && this.#weight + weight <= this.#mostWeight) return;
      this.#entries.delete(key);
      if (entry.used) {
        entry.used = false;
        this.#entries.set(key, entry);
      } else this.#weight -= entry.weight;
    }
  }
}

interface Entry<V> {
  readonly value: V;
  readonly weight: number;
  used: boolean;
}
