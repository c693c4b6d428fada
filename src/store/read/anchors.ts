import type { Position } from '../../query/page.ts';
import type { ReadContext } from './context.ts';
import { Lru } from './lru.ts';
import type { PreparedList } from './prepare.ts';

/** A jump is made in steps of so many rows, each noted; the last rows are skipped by the page itself. */
const STEP = 1_000;
const STRIDE = 10_000;

/** Lists whose anchors are kept, and anchors per list. */
const LISTS = 64;
const ANCHORS = 2_048;

/** Where the row at an offset is: behind a position, after `rest` more rows. */
export interface Located {
  readonly position: Position | undefined;
  readonly rest: number;
}

/** Finds the position a number of rows behind another; undefined when the list ends before. */
export type Skip = (from: Position | undefined, skipped: number) => Promise<Position | undefined>;

/**
 * Serves paging by offset as cheaply as paging by position: known pairs of offset and position of a list, good until
 * the inventory changes. A page starts at the nearest one below.
 */
export interface Anchors {
  locate(prepared: PreparedList, offset: number, skip: Skip): Promise<Located | 'beyond'>;
  /** Notes that `offset` rows lie up to and including `position`. */
  note(prepared: PreparedList, offset: number, position: Position): Promise<void>;
}

interface Known {
  readonly generation: number;
  /** Ascending by offset. */
  readonly anchors: { readonly offset: number; readonly position: Position }[];
  /** No row lies at this offset or behind. */
  end: number;
}

export function offsetAnchors(context: ReadContext): Anchors {
  const lists = new Lru<string, Known>(LISTS);
  return { locate, note };

  async function locate(prepared: PreparedList, offset: number, skip: Skip): Promise<Located | 'beyond'> {
    const known = await knownOf(prepared);
    if (offset >= known.end) return 'beyond';
    let nearest = before(known, offset);
    for (const stride of [STRIDE, STEP]) {
      while (offset - nearest.offset > stride) {
        const next = nearest.offset + stride;
        // The position at an offset is that of the row before it.
        const position = await skip(nearest.position, stride - 1);
        if (!position) {
          known.end = Math.min(known.end, next);
          if (stride === STRIDE) break;
          return 'beyond';
        }
        add(known, next, position);
        nearest = { offset: next, position };
      }
    }
    return { position: nearest.position, rest: offset - nearest.offset };
  }

  async function note(prepared: PreparedList, offset: number, position: Position): Promise<void> {
    add(await knownOf(prepared), offset, position);
  }

  async function knownOf(prepared: PreparedList): Promise<Known> {
    const generation = await context.generation(prepared.project);
    const found = lists.get(prepared.fingerprint);
    if (found && found.generation === generation) return found;
    const made: Known = { generation, anchors: [], end: Number.POSITIVE_INFINITY };
    lists.set(prepared.fingerprint, made);
    return made;
  }
}

function before({ anchors }: Known, offset: number): { offset: number; position: Position | undefined } {
  const at = firstAbove(anchors, offset);
  return at === 0 ? { offset: 0, position: undefined } : anchors[at - 1]!;
}

function add(known: Known, offset: number, position: Position): void {
  const { anchors } = known;
  const at = firstAbove(anchors, offset);
  if (anchors[at - 1]?.offset === offset) return;
  // A copy: texts may be parts of a whole answer, which would stay as long as they.
  anchors.splice(at, 0, { offset, position: JSON.parse(JSON.stringify(position)) as Position });
  if (anchors.length > ANCHORS) thin(anchors);
}

/** Drops every other anchor: the gaps double, which costs later pages at most so many skipped rows more. */
function thin(anchors: { readonly offset: number; readonly position: Position }[]): void {
  for (let i = anchors.length - 2; i > 0; i -= 2) anchors.splice(i, 1);
}

function firstAbove(anchors: readonly { readonly offset: number }[], offset: number): number {
  let low = 0;
  let high = anchors.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (anchors[middle]!.offset <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
