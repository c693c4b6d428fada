import type { Position, SortKey } from '../../../query/page.ts';

/** What a page that may be asked for next follows. */
export interface Marked {
  readonly project: string;
  /** Of the inventory, read before the page was. */
  readonly generation: number;
  /** Who was shown the image: others may not see it. */
  readonly audience: string;
  readonly sort: readonly SortKey[];
  /** Id of the image. */
  readonly id: string;
}

/** Places kept; each is some hundred bytes. */
const MOST = 5_000;

/**
 * Where images that pages were asked behind of, or that ended a page, stand in their orders: clients ask for the page
 * behind an image that they were just shown, and need not wait until it is looked up. Good until the inventory changes.
 */
export class Markers {
  readonly #places = new Map<string, Position>();

  note(marked: Marked, position: Position): void {
    const key = keyOf(marked);
    this.#places.delete(key);
    // A copy: texts may be parts of a whole answer, which would stay as long as they.
    this.#places.set(key, JSON.parse(JSON.stringify(position)) as Position);
    if (this.#places.size <= MOST) return;
    for (const oldest of this.#places.keys()) {
      this.#places.delete(oldest);
      return;
    }
  }

  find(marked: Marked): Position | undefined {
    return this.#places.get(keyOf(marked));
  }
}

function keyOf({ project, generation, audience, sort, id }: Marked): string {
  return `${project} ${generation} ${audience} ${id} ${JSON.stringify(sort)}`;
}
