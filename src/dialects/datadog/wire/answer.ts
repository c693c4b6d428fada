import type { Principal } from '../../../domain/credential.ts';
import { TIE_BREAK } from '../../../query/catalogue.ts';
import type { CursorScope } from '../../../query/cursor.ts';
import type { Position } from '../../../query/page.ts';
import { and, dependsOnNow, type Predicate } from '../../../query/predicate.ts';
import type { DialectServices } from '../../dialect.ts';
import {
  envelope,
  type ListQuery,
  placeOf,
  positionOf,
  readGroupSort,
  readListQuery,
  readSort,
  relatedLink,
} from '../paging.ts';
import { parseFilter } from '../parse.ts';
import { groupItem } from '../rows.ts';
import { readCursor, refused, writeCursor } from './cursor.ts';
import { readGroupBy, readGroups } from './groups.ts';
import type { Listing } from './listing.ts';
import { termText } from './term-text.ts';

/** One request of a list, past its credentials. */
export interface Asked {
  readonly principal: Principal;
  readonly services: DialectServices;
  readonly baseUrl: string;
  readonly url: string;
}

/**
 * The answer of a list call as text; `keep` is false when it depends on the moment of asking.
 * @throws StowageError kind `invalid`
 */
export async function answer<E extends 'placement' | 'container'>(listing: Listing<E>, asked: Asked) {
  const query = readListQuery(asked.url);
  const where = and(parseFilter(query.filter, listing.words), listing.always);
  const body = query.groupBy === undefined ? rows(listing, asked, query, where) : groups(listing, asked, query, where);
  return { body: await body, keep: !dependsOnNow(where) };
}

async function rows<E extends 'placement' | 'container'>(
  listing: Listing<E>,
  asked: Asked,
  query: ListQuery,
  where: Predicate,
): Promise<string> {
  const { store, rows: printed, cursors, now: clock } = asked.services;
  const { project } = asked.principal;
  const { entity, idField } = listing;
  const now = clock();
  const order = readSort(query.sort, listing.sorts, TIE_BREAK[entity][0]!);
  const scope: CursorScope = { project: project.id, entity, where, sort: order.keys, extra: order.cursor };
  let after: Position | undefined;
  if (query.cursor !== '') {
    const place = readCursor(query.cursor, order.cursor, idField, scope, cursors);
    after = positionOf(order, place, listing.tieOf(place.id));
  }
  const request = { entity, where, sort: order.keys, limit: query.size, after, now };
  const page = await printed.list(project, request, `datadog ${entity}`, (row) => JSON.stringify(listing.item(row)));
  const whole = after === undefined && !page.more;
  const total = whole ? page.texts.length : (await store.count(project, entity, where, { now })).value;
  const { last } = page;
  const next = last === undefined ? '' : writeCursor(placeOf(order, last.position, last.id), idField, scope, cursors);
  return envelope(page.texts, { ...asked, query, next, total });
}

async function groups<E extends 'placement' | 'container'>(
  listing: Listing<E>,
  asked: Asked,
  query: ListQuery,
  where: Predicate,
): Promise<string> {
  const { store, cursors, now } = asked.services;
  const { project } = asked.principal;
  const { entity, words } = listing;
  const order = readGroupSort(query.sort);
  const field = order.startsWith('count') ? 'count' : 'name';
  const groupings = await readGroupBy(query.groupBy ?? '', entity, words, store, project);
  const extra = JSON.stringify([order, groupings.map((grouping) => [grouping.word, grouping.key])]);
  const scope: CursorScope = { project: project.id, entity, where, sort: [], extra };
  const after =
    query.cursor === '' ? undefined : readGroupPosition(readCursor(query.cursor, field, 'id', scope, cursors).id);
  const request = { entity, where, order, limit: query.size, after, now: now() };
  const page = await readGroups(store, project, request, groupings);
  const keys = groupings.map((grouping) => grouping.word);
  const data = page.groups.map((group) => {
    const terms = groupings.map((grouping, place) => termText(grouping.filterKey, group.values[place] ?? ''));
    return JSON.stringify(groupItem(group, keys, relatedLink({ ...asked, query }, terms), listing.groups));
  });
  const last = page.groups.at(-1);
  const id = encodeURIComponent(JSON.stringify(page.positions.at(-1) ?? []));
  const value =
    last === undefined ? '' : field === 'count' ? `${last.count}.000000` : encodeURIComponent(last.values.join(','));
  const next = last ? writeCursor({ field, value, id }, 'id', scope, cursors) : '';
  return envelope(data, { ...asked, query, next, total: page.total });
}

function readGroupPosition(id: string): Position {
  const position: unknown = JSON.parse(decodeURIComponent(id));
  if (Array.isArray(position)) return position as Position;
  throw refused();
}
