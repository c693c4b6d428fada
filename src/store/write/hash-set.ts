/**
 * A set of texts that keeps 53-bit hashes only: 8 to 16 bytes an entry, however long the texts. It may take a text for
 * known that is not (one chance in 10^9 at ten million entries for each new one), never the other way round.
 */
export class HashSet {
  #slots = new Float64Array(1 << 12);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(text: string): boolean {
    return this.#slots[this.#find(this.#slots, hash(text))] !== 0;
  }

  /** @returns whether the text was not in the set */
  add(text: string): boolean {
    const value = hash(text);
    const at = this.#find(this.#slots, value);
    if (this.#slots[at] !== 0) return false;
    this.#slots[at] = value;
    this.#size += 1;
    if (this.#size * 4 > this.#slots.length * 3) this.#grow();
    return true;
  }

  #find(slots: Float64Array, value: number): number {
    const mask = slots.length - 1;
    let at = (value % 4_294_967_296) & mask;
    while (slots[at] !== 0 && slots[at] !== value) at = (at + 1) & mask;
    return at;
  }

  #grow(): void {
    const slots = new Float64Array(this.#slots.length * 2);
    for (const value of this.#slots) {
      if (value !== 0) slots[this.#find(slots, value)] = value;
    }
    this.#slots = slots;
  }
}

/** Two 32-bit multiplicative hashes side by side; never 0. */
function hash(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return 4_294_967_296 * (high & 0x1f_ffff) + (low >>> 0) || 1;
}
