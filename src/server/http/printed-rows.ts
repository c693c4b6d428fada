import type { PrintedPage, PrintedRows } from '../../dialects/dialect.ts';
import type { Project } from '../../domain/credential.ts';
import type { EntityName } from '../../query/catalogue.ts';
import type { EntityRows, InventoryReader, ListRequest, Outline } from '../../store/store.ts';
import { gate } from '../gate.ts';
import { LruMap } from './lru-map.ts';

interface Kept {
  readonly stamp: number;
  readonly id: string;
  readonly text: string;
  /** The latest generation of the inventory that it is known to be of. */
  generation: number;
}

/** What an entry takes beside its text. */
const OVERHEAD = 300;
/** How much one page says about the next: after some ten pages what was before is forgotten. */
const WEIGHT = 0.2;
/** From this share of kept rows on, pages are asked for with less than rows; those that lack one are asked for again. */
const WORTH_IT = 0.95;
/** Pages larger than this (rows) are made few at a time: all their documents are in memory at once. */
const LARGE = { rows: 200, atOnce: 1 };

/**
 * Keeps rows as printed texts.
 * @param bytes most bytes kept in all
 */
export function createPrintedRows(
  store: Pick<InventoryReader, 'outline' | 'generation'>,
  bytes = 16 << 20,
): PrintedRows {
  const kept = new LruMap<string, Kept>(200_000, {
    most: bytes,
    of: ({ text, id }) => text.length + id.length + OVERHEAD,
  });
  /** By form, what share of the rows of the latest pages was kept: a list may fit in here whole, or not nearly. */
  const shares = new LruMap<string, { kept: number; current: number }>(1_000);
  const large = gate(LARGE.atOnce);
  return {
    list: (project, request, form, print) =>
      request.limit > LARGE.rows
        ? large(() => list(project, request, form, print))
        : list(project, request, form, print),
  };

  async function list<E extends EntityName>(
    project: Project,
    request: ListRequest<E>,
    form: string,
    print: (row: EntityRows[E]) => string,
  ): Promise<PrintedPage> {
    // Before any row is read, so that a row is never taken for one of a later generation.
    const known = store.generation(project);
    const generation = typeof known === 'number' ? known : await known;
    const prefix = `${project.id} ${form} `;
    const share = shares.get(prefix) ?? { kept: 0, current: 0 };
    if (share.current >= WORTH_IT) {
      const page = await store.outline(project, request, 'keys');
      const rows = page.keys.map((key) => kept.get(prefix + key));
      if (rows.every((row) => row?.generation === generation)) return pageOf(page, rows as Kept[]);
    }
    if (share.kept >= WORTH_IT) {
      const page = await store.outline(project, request, 'stamps');
      const rows = page.keys.map((key, place) => find(prefix + key, page.stamps[place]!));
      if (!rows.includes(undefined)) return note(prefix, share, page, rows as Kept[], generation, rows.length);
    }
    const page = await store.outline(project, request, 'rows');
    let found = 0;
    const rows = page.keys.map((each, place) => {
      const key = prefix + each;
      const stamp = page.stamps[place]!;
      const same = find(key, stamp);
      if (same !== undefined) {
        found += 1;
        return same;
      }
      const row = { stamp, id: page.ids[place]!, text: print(page.row(place)), generation };
      kept.set(key, row);
      return row;
    });
    return note(prefix, share, page, rows, generation, found);
  }

  /** Learns from a page whose rows were compared with what is kept, `found` of them equal. */
  function note(
    prefix: string,
    share: { readonly kept: number; readonly current: number },
    page: Outline<unknown>,
    rows: readonly Kept[],
    generation: number,
    found: number,
  ): PrintedPage {
    let current = found - rows.length;
    for (const row of rows) {
      if (row.generation === generation) current += 1;
      else row.generation = generation;
    }
    if (rows.length > 0) {
      const next = (before: number, count: number) => before + WEIGHT * (count / rows.length - before);
      shares.set(prefix, { kept: next(share.kept, found), current: next(share.current, Math.max(0, current)) });
    }
    return pageOf(page, rows);
  }

  function find(key: string, stamp: number): Kept | undefined {
    const row = kept.get(key);
    return row?.stamp === stamp ? row : undefined;
  }
}

function pageOf({ more, position }: Outline<unknown>, rows: readonly Kept[]): PrintedPage {
  const last = rows.at(-1);
  return {
    texts: rows.map(({ text }) => text),
    last: last && { id: last.id, position: position(rows.length - 1) },
    more,
  };
}
