import { digestHex } from '../../domain/digest.ts';
import { invalid } from '../../domain/error.ts';
import type { Position, SortKey } from '../../query/page.ts';
import type { GroupRequest } from '../../store/store.ts';
import type { SortWord } from './fields.ts';
import { type Place, readValue, writeValue } from './wire/cursor.ts';
import { type Parameters, pathOf, readQuery, writeQuery } from './wire/query-string.ts';

/** The five parameters both lists take. Empty ones count as left out. */
export interface ListQuery {
  readonly filter: string;
  readonly groupBy: string | undefined;
  readonly sort: string | undefined;
  readonly size: number;
  readonly cursor: string;
}

const NAMES = ['filter[tags]', 'group_by', 'sort', 'page[size]', 'page[cursor]'] as const;
const MAX_SIZE = 10_000;
const DEFAULT_SIZE = 1_000;
const DEFAULT_GROUPS = 100;

/**
 * Reads the query of a list call (contract 1.1). Parameters of other families are let pass, as the vendor does; one
 * that looks like a filter or a page and is none is refused, because leaving it out would answer another question.
 * @throws StowageError kind `invalid`
 */
export function readListQuery(url: string): ListQuery {
  const given = readQuery(url);
  for (const name of given.keys()) {
    if (/^(?:filter|page)\b/i.test(name) && !(NAMES as readonly string[]).includes(name)) {
      throw invalid(
        'parameter.unknown',
        `${name} is not a parameter of this call; it takes ${NAMES.join(', ')}.`,
        name,
      );
    }
  }
  const groupBy = given.get('group_by') || undefined;
  return {
    filter: given.get('filter[tags]') ?? '',
    groupBy,
    sort: given.get('sort') || undefined,
    size: readSize(given, groupBy === undefined ? DEFAULT_SIZE : DEFAULT_GROUPS),
    cursor: given.get('page[cursor]') ?? '',
  };
}

function readSize(given: Parameters, missing: number): number {
  const text = given.get('page[size]') ?? '';
  if (text === '') return missing;
  const size = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (size >= 1 && size <= MAX_SIZE) return size;
  throw invalid('parameter.page-size', `page[size] must be a number between 1 and ${MAX_SIZE}.`, 'page[size]');
}

/** One order of a list: the store's keys, and what a cursor of it says. */
export interface Order {
  readonly keys: readonly SortKey[];
  readonly field: string | null;
  readonly cursor: string;
  readonly kind: SortWord['kind'];
}

/**
 * Reads `sort`: one attribute, `-` before it for descending.
 * @throws StowageError `parameter.sort`
 */
export function readSort(text: string | undefined, words: Readonly<Record<string, SortWord>>, tie: string): Order {
  const [fallback = ''] = Object.keys(words);
  const given = text ?? fallback;
  const descending = given.startsWith('-');
  const name = (descending ? given.slice(1) : given).toLowerCase();
  if (!Object.hasOwn(words, name)) {
    const help = `it can be ${Object.keys(words).join(', ')}, each with "-" before it for descending`;
    throw invalid('parameter.sort', `sort: "${given}" is no attribute lists are sorted by; ${help}.`, 'sort');
  }
  const { field, kind, cursor = name } = words[name]!;
  const key: SortKey = { field: field ?? tie, direction: descending && field !== null ? 'desc' : 'asc' };
  return { keys: [key], field, cursor, kind };
}

/**
 * Reads `sort` of a grouped list.
 * @throws StowageError `parameter.sort`
 */
export function readGroupSort(text: string | undefined): GroupRequest['order'] {
  switch (text) {
    case undefined:
    case '-count':
      return 'count-desc';
    case 'count':
      return 'count-asc';
    case 'name':
      return 'name-asc';
    case '-name':
      return 'name-desc';
    default:
      throw invalid(
        'parameter.sort',
        `sort: groups are sorted by count, -count, name or -name, not "${text}".`,
        'sort',
      );
  }
}

/** Where a page ended, in the vendor's words. `position` is the store's: the sort key, if it is no tie-break, first. */
export function placeOf(order: Order, position: Position, id: string): Place {
  const value = order.field === null ? null : (position[0] ?? null);
  return { field: order.cursor, value: writeValue(value, order.field === null ? 'number' : order.kind), id };
}

/** The store's position of a place: the sort key unless it is part of the tie-break, then the tie-break. */
export function positionOf(order: Order, place: Place, tie: Readonly<Record<string, string>>): Position {
  const ties = Object.values(tie);
  if (order.field === null || Object.hasOwn(tie, order.field)) return ties;
  return [readValue(place.value, order.kind), ...ties];
}

/** The tie-break of an image: its name and the head of its digest, both in its id `name@digest`. */
export function tieOfImage(id: string): Readonly<Record<string, string>> {
  const at = id.lastIndexOf('@');
  return { name: id.slice(0, at), digest_head: digestHex(id.slice(at + 1)).slice(0, 16) };
}

/** What of a page its envelope tells. */
export interface PageFacts {
  readonly baseUrl: string;
  /** The request's URL as it came, for `links.self`. */
  readonly url: string;
  readonly query: ListQuery;
  /** Empty exactly when the page is (contract 1.5): every client then stops, and none loops. */
  readonly next: string;
  readonly total: number;
}

/**
 * The body of a page: `data`, `meta`, `links` in the vendor's order and forms (contract 2.2, 2.4).
 * @param items the page's rows or groups, each as JSON
 */
export function envelope(items: readonly string[], facts: PageFacts): string {
  const { baseUrl, url, query, next, total } = facts;
  const here = baseUrl + pathOf(url);
  const repeated = {
    'filter[tags]': query.filter === '' ? undefined : query.filter,
    group_by: query.groupBy,
    'page[size]': query.size,
    sort: query.sort,
  };
  const rest = {
    meta: {
      pagination: {
        cursor: query.cursor,
        limit: query.size,
        next_cursor: next,
        prev_cursor: null,
        total,
        type: 'cursor_limit',
      },
    },
    links: {
      self: baseUrl + url,
      first: `${here}?${writeQuery(repeated)}`,
      last: null,
      next: next === '' ? null : `${here}?${writeQuery({ ...repeated, 'page[cursor]': next })}`,
      prev: null,
    },
  };
  return `{"data":[${items.join(',')}],${JSON.stringify(rest).slice(1)}`;
}

/** The link to the rows of a group: the filter asked with, and the group's tags. */
export function relatedLink(facts: Pick<PageFacts, 'baseUrl' | 'url' | 'query'>, terms: readonly string[]): string {
  const filter = [facts.query.filter, ...terms].filter((term) => term.trim() !== '').join(',');
  return `${facts.baseUrl}${pathOf(facts.url)}?${writeQuery({ 'filter[tags]': filter })}`;
}
