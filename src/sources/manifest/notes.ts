import type { Problem } from '../../domain/image.ts';
import type { ManifestLimits } from './limits.ts';

/** Collects what is wrong with one image while it is read, each thing once and never more than the limit. */
export class Notes {
  readonly limits: ManifestLimits;
  readonly #problems = new Map<string, Problem>();
  #left = 0;

  constructor(limits: ManifestLimits) {
    this.limits = limits;
  }

  /** Records a problem; the same code on the same part is recorded once. */
  add(code: string, part: string | null, message: string): void {
    const key = `${code}\0${part}`;
    if (this.#problems.has(key)) return;
    if (this.#problems.size >= this.limits.problems) this.#left += 1;
    else this.#problems.set(key, { code, message, part });
  }

  /** All problems in the order they were met; the last says how many more there were, if any. */
  all(): readonly Problem[] {
    const problems = [...this.#problems.values()];
    if (this.#left > 0) {
      problems.push({ code: 'limit.problems', message: `${this.#left} more problems are not listed`, part: null });
    }
    return problems;
  }
}
