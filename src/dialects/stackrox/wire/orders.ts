/** Lists in orders that are no column: by the name or else the digest, and by the whole label map. */
import type { Project } from '../../../domain/credential.ts';
import { invalid } from '../../../domain/error.ts';
import type { ImageRow } from '../../../domain/rows.ts';
import type { Position, SortKey } from '../../../query/page.ts';
import { and, compare, eq, not, type Predicate } from '../../../query/predicate.ts';
import type { InventoryReader, ListRequest } from '../../../store/store.ts';
import type { DialectServices } from '../../dialect.ts';
import type { Order } from '../paging.ts';

/** What is listed: images of a project, in an order. */
export interface Listing {
  readonly project: Project;
  readonly where: Predicate;
  readonly order: Order;
  /** Moment of asking, microseconds. */
  readonly now: number;
}

/** How a row becomes text; `form` as in `PrintedRows`. */
export interface Printer {
  readonly form: string;
  readonly print: (row: ImageRow) => string;
}

type Services = Pick<DialectServices, 'rows'> & { readonly store: Pick<InventoryReader, 'list' | 'count'> };

/** Rows of one query to the store. */
const BATCH = 1_000;

/**
 * The rows of a list from `offset` on as texts, batch by batch, at most `limit` of them; the store is asked for no more
 * than what is taken.
 */
export async function* listTexts(
  services: Services,
  listing: Listing,
  printer: Printer,
  offset: number,
  limit: number,
): AsyncGenerator<readonly string[]> {
  const { store, rows } = services;
  if (listing.order.kind === 'label-map') {
    yield (await listByLabels(store, listing, offset, limit)).map(printer.print);
    return;
  }
  const read = async (request: ListRequest<'image'>) => {
    const { texts, last, more } = await rows.list(listing.project, request, printer.form, printer.print);
    return { items: texts, last: last?.position, more };
  };
  const segments = await segmentsOf(store, listing);
  let skip = offset;
  let left = limit;
  for (const { where, sort } of segments) {
    if (skip > 0 && segments.length > 1) {
      const { value } = await store.count(listing.project, 'image', where, { now: listing.now });
      if (skip >= value) {
        skip -= value;
        continue;
      }
    }
    for await (const texts of walk(read, listing, where, sort, skip, left)) {
      left -= texts.length;
      yield texts;
    }
    skip = 0;
    if (left <= 0) return;
  }
}

/** Reads a page of a list of images, as whatever is wanted of them. */
type Read<T> = (request: ListRequest<'image'>) => Promise<{
  readonly items: readonly T[];
  /** Position of the last one. */
  readonly last: Position | undefined;
  readonly more: boolean;
}>;

async function* walk<T>(
  read: Read<T>,
  { now }: Listing,
  where: Predicate,
  sort: readonly SortKey[],
  skip: number,
  most: number,
): AsyncGenerator<readonly T[]> {
  let after: Position | undefined;
  let left = most;
  do {
    const from = after ? { after } : skip > 0 ? { offset: skip } : {};
    const limit = Math.min(left, BATCH);
    const page = await read({ entity: 'image', where, sort, limit, now, ...from });
    yield page.items;
    left -= page.items.length;
    after = page.more && left > 0 ? page.last : undefined;
  } while (after);
}

interface Segment {
  readonly where: Predicate;
  readonly sort: readonly SortKey[];
}

/**
 * Images without a name are called by their digest, so in the order of full names they stand together between the names
 * before `sha` and those behind it.
 */
async function segmentsOf(
  store: Services['store'],
  { project, where, order, now }: Listing,
): Promise<readonly Segment[]> {
  if (order.kind === 'keys') return [{ where, sort: order.keys }];
  const { direction } = order as Extract<Order, { kind: 'full-name' }>;
  const byName: readonly SortKey[] = [{ field: 'name', direction }];
  const unnamed = and(where, eq('name', ''));
  const { value } = await store.count(project, 'image', unnamed, { cap: 1, now });
  if (value === 0) return [{ where, sort: byName }];
  const before = compare('name', { op: 'lt', value: 'sha' });
  const segments: Segment[] = [
    { where: and(where, not(eq('name', '')), before), sort: byName },
    { where: unnamed, sort: [{ field: 'digest', direction }] },
    { where: and(where, not(before)), sort: byName },
  ];
  return direction === 'asc' ? segments : segments.reverse();
}

/** Most rows an order by label maps reaches into: so many are held at once. */
const MOST_BY_LABELS = 20_000;

/**
 * Orders by whole maps, which no index can have: every matching row is read, the first ones are held. The order is the
 * vendor's database's own for such columns: fewer entries first, then entry by entry, shorter keys first; images
 * without labels last.
 */
async function listByLabels(
  store: Services['store'],
  listing: Listing,
  offset: number,
  limit: number,
): Promise<readonly ImageRow[]> {
  const wanted = offset + limit;
  if (wanted > MOST_BY_LABELS && Number.isFinite(limit)) {
    throw invalid(
      'sort.too-deep',
      `Sorted by Image Label only the first ${MOST_BY_LABELS} images can be listed; sort by another label, or ask for fewer.`,
      'pagination.offset',
    );
  }
  const sign = (listing.order as Extract<Order, { kind: 'label-map' }>).direction === 'asc' ? 1 : -1;
  const compareRows = (a: ImageRow, b: ImageRow) => compareLabels(a, b, sign) || (a.id < b.id ? -1 : 1);
  let held: ImageRow[] = [];
  const keep = Math.min(wanted, MOST_BY_LABELS);
  const read: Read<ImageRow> = async (request) => {
    const { rows, positions, more } = await store.list(listing.project, request);
    return { items: rows, last: positions.at(-1), more };
  };
  const order = [{ field: 'created_at', direction: 'asc' }] as const;
  for await (const rows of walk(read, listing, listing.where, order, 0, Infinity)) {
    held.push(...rows);
    if (held.length > keep + 5 * BATCH) held = cut(held);
    if (held.length > MOST_BY_LABELS && !Number.isFinite(limit)) {
      throw invalid(
        'sort.too-many',
        `More than ${MOST_BY_LABELS} images match: sorted by Image Label they cannot be listed at once; give a limit.`,
        'pagination.limit',
      );
    }
  }
  return held.sort(compareRows).slice(offset, wanted);

  function cut(rows: ImageRow[]): ImageRow[] {
    return Number.isFinite(limit) ? rows.sort(compareRows).slice(0, keep) : rows;
  }
}

function compareLabels(a: ImageRow, b: ImageRow, sign: 1 | -1): number {
  if (a.labels.length === 0 || b.labels.length === 0) return (b.labels.length && 1) - (a.labels.length && 1);
  if (a.labels.length !== b.labels.length) return sign * (a.labels.length - b.labels.length);
  const [left, right] = [entries(a), entries(b)];
  for (let at = 0; at < left.length; at += 1) {
    const [one, other] = [left[at] ?? [], right[at] ?? []];
    for (let side = 0; side < 2; side += 1) {
      const order = Buffer.compare(one[side] ?? EMPTY, other[side] ?? EMPTY);
      if (order !== 0) return sign * order;
    }
  }
  return 0;
}

const EMPTY = Buffer.alloc(0);

function entries(row: ImageRow): [Buffer, Buffer][] {
  return row.labels
    .map(([key, value]): [Buffer, Buffer] => [Buffer.from(key), Buffer.from(value)])
    .sort(([a], [b]) => a.length - b.length || Buffer.compare(a, b));
}
