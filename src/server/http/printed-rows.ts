import type { PrintedPage, PrintedRows } from '../../dialects/dialect.ts';
import type { Project } from '../../domain/credential.ts';
import type { EntityName } from '../../query/catalogue.ts';
import type { EntityRows, InventoryReader, ListRequest, Outline } from '../../store/store.ts';
import { gate } from '../gate.ts';
import { LruMap } from './lru-map.ts';

interface Kept {
  readonly stamp: number;
  readonly text: string;
}

/** What an entry takes beside its text. */
const OVERHEAD = 300;
/** How much one page says about the next: after some ten pages what was before is forgotten. */
const WEIGHT = 0.2;
/** From this share of kept rows on, pages are asked for without rows; those that lack one are asked for again. */
const WORTH_IT = 0.95;
/** Pages larger than this (rows) are made few at a time: all their documents are in memory at once. */
const LARGE = { rows: 200, atOnce: 1 };

/**
 * Keeps rows as printed texts.
 * @param bytes most bytes kept in all
 */
export function createPrintedRows(store: Pick<InventoryReader, 'outline'>, bytes = 16 << 20): PrintedRows {
  const kept = new LruMap<string, Kept>(200_000, { most: bytes, of: ({ text }) => text.length + OVERHEAD });
  /** By form, what share of the rows of the latest pages was kept: a list may fit in here whole, or not nearly. */
  const shares = new LruMap<string, number>(1_000);
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
    const prefix = `${project.id} ${form} `;
    const share = shares.get(prefix) ?? 0;
    if (share >= WORTH_IT) {
      const page = await store.outline(project, request, false);
      const texts = page.ids.map((id, place) => find(prefix + id, page.stamps[place]!));
      if (!texts.includes(undefined)) return { texts: texts as string[], last: lastOf(page), more: page.more };
    }
    const page = await store.outline(project, request, true);
    let found = 0;
    const texts = page.ids.map((id, place) => {
      const key = prefix + id;
      const stamp = page.stamps[place]!;
      const known = find(key, stamp);
      if (known !== undefined) {
        found += 1;
        return known;
      }
      const text = print(page.row(place));
      kept.set(key, { stamp, text });
      return text;
    });
    if (texts.length > 0) shares.set(prefix, share + WEIGHT * (found / texts.length - share));
    return { texts, last: lastOf(page), more: page.more };
  }

  function find(key: string, stamp: number): string | undefined {
    const row = kept.get(key);
    return row?.stamp === stamp ? row.text : undefined;
  }
}

function lastOf({ ids, position }: Outline<unknown>): PrintedPage['last'] {
  const id = ids.at(-1);
  return id === undefined ? undefined : { id, position: position(ids.length - 1) };
}
