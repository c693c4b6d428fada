import type { Problem } from './image.ts';
import { byText, cutBytes, storable } from './text.ts';

/** Most entries of each list in an image's documents. More is a recorded problem, never an error. */
export const BOUNDS = {
  references: 1_000,
  platforms: 200,
  labels: 1_000,
  tags: 1_000,
  layers: 1_000,
  words: 1_000,
  hosts: 10_000,
  members: 1_000,
  problems: 200,
  sources: 1_000,
} as const;

/** Bytes of UTF-8 that texts may have. `part` is for what stands in keys and indexes. */
export const TEXT_BYTES = { part: 255, tag: 128, name: 600, labelKey: 1_024, long: 65_536 } as const;

/** The part of an image that is looked at: its problems are replaced whenever it is observed again. */
export type Area = 'platforms' | 'references' | 'labels' | 'tags' | 'hosts' | 'service' | 'scan' | 'problems' | 'image';

/** Makes facts storable and collects, once per code and area, what did not fit. */
export class Bounds {
  readonly #found = new Map<string, Problem>();
  readonly #seen = new Set<Area>();
  #area: Area = 'image';

  /**
   * Says what the next calls are about.
   * @param replaces what is looked at replaces what was known, so problems of before are no more; else it adds to it
   */
  enter(area: Area, replaces = true): this {
    this.#area = area;
    if (replaces) this.#seen.add(area);
    return this;
  }

  /** The first `BOUNDS[list]` entries. */
  list<T>(list: keyof typeof BOUNDS, entries: readonly T[]): readonly T[] {
    const most = BOUNDS[list];
    if (entries.length <= most) return entries;
    this.overflow(list);
    return entries.slice(0, most);
  }

  overflow(list: keyof typeof BOUNDS): void {
    this.note(`limit.${list}`, `There are more than ${BOUNDS[list]} ${list}; the rest is left out.`);
  }

  /** Text without what cannot be stored, cut to `bytes`. */
  text(text: string, bytes: number): string {
    const clean = storable(text);
    const cut = cutBytes(clean, bytes);
    if (cut === text) return text;
    if (cut !== clean) this.note('limit.text', `A text is longer than ${bytes} bytes and was cut.`);
    else this.note('limit.characters', 'A text has characters that cannot be stored; they were replaced.');
    return cut;
  }

  optional(text: string | null | undefined, bytes: number): string | null {
    return text === null || text === undefined ? null : this.text(text, bytes);
  }

  /** A count, size or time: a whole number that is exact, else null. */
  whole(value: number | null | undefined): number | null {
    if (value === null || value === undefined) return null;
    if (Number.isSafeInteger(value)) return value;
    this.note('limit.number', 'A number is not whole or too large to be exact; it was left out.');
    return null;
  }

  /** Words in order, each storable. */
  words(words: readonly string[]): readonly string[] {
    return this.list('words', words).map((word) => this.text(word, TEXT_BYTES.long));
  }

  /** Pairs with unique keys (the last one counts), ordered by key. Keys are data: they never become object keys. */
  labels(pairs: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
    if (pairs.length === 0) return pairs;
    const unique = new Map<string, string>();
    for (const [key, value] of this.list('labels', pairs)) {
      unique.set(this.text(key, TEXT_BYTES.labelKey), this.text(value, TEXT_BYTES.long));
    }
    return [...unique].sort((a, b) => byText(a[0], b[0]));
  }

  note(code: string, message: string): void {
    this.#found.set(`${code} ${this.#area}`, { code, message, part: this.#area });
  }

  /** Problems of before that still stand, and those of now; in a fixed order. */
  problems(before: readonly Problem[]): readonly Problem[] {
    if (before.length === 0 && this.#found.size === 0) return before;
    const all = new Map(this.#found);
    for (const problem of before) {
      if (!this.#seen.has(problem.part as Area)) all.set(`${problem.code} ${problem.part}`, problem);
    }
    return [...all.values()].sort((a, b) => byText(a.code, b.code) || byText(a.part ?? '', b.part ?? ''));
  }
}

/** Problems without those of lists that have come below their bound. */
export function standing(limits: readonly Problem[], references: number, hosts: number): readonly Problem[] {
  if (limits.length === 0) return limits;
  return limits.filter(({ code }) => {
    if (code === 'limit.references') return references >= BOUNDS.references;
    return code !== 'limit.hosts' || hosts >= BOUNDS.hosts;
  });
}
