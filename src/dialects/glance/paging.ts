import type { SortKey } from '../../query/page.ts';
import { fault } from './errors.ts';
import { findGlanceField, SORT_KEYS } from './fields.ts';
import type { Flavour } from './wire/flavour.ts';
import { pythonInteger } from './wire/python.ts';
import { encodePart, type Parameter } from './wire/query-string.ts';

type Direction = SortKey['direction'];

/** Which page of which order a list asks for. */
export interface Paging {
  /** Rows of the page: what was asked for, at most the flavour's most. */
  readonly limit: number;
  /** Id of the image after which the page begins, as the client wrote it. */
  readonly marker: string | undefined;
  /** The whole order (contract 1.5); the store's tie-break on `id` fits its end. */
  readonly sort: readonly SortKey[];
}

/**
 * Reads `limit`, `marker` and the order. Of a repeated `limit`, `marker` or `sort` the first value counts.
 * @throws Fault 400
 */
export function parsePaging(parameters: readonly Parameter[], flavour: Flavour): Paging {
  const first = (name: string) => parameters.find((parameter) => parameter.name === name);
  return {
    limit: readLimit(first('limit'), flavour),
    marker: first('marker')?.value,
    sort: readSort(parameters, first('sort')),
  };
}

/** The links of a list (contract 1.3), absolute paths; `last` is the id of the last image when the page is full. */
export function links(parameters: readonly Parameter[], last: string | undefined): { first: string; next?: string } {
  const kept = parameters
    .filter(({ name }) => name !== 'marker')
    .map(({ name, value }) => `${encodePart(name)}=${encodePart(value)}`);
  const to = (pairs: readonly string[]) => (pairs.length === 0 ? '/v2/images' : `/v2/images?${pairs.join('&')}`);
  return { first: to(kept), ...(last === undefined ? {} : { next: to([...kept, `marker=${encodePart(last)}`]) }) };
}

function readLimit(parameter: Parameter | undefined, flavour: Flavour): number {
  if (!parameter) return flavour.pageDefault;
  const limit = pythonInteger(parameter.value);
  if (limit === undefined) throw fault(400, 'limit param must be an integer', { at: parameter.at });
  if (limit < 0n) throw fault(400, 'limit param must be positive', { at: parameter.at });
  if (limit <= BigInt(flavour.pageMost)) return Number(limit);
  return flavour.overMost === 'most' ? flavour.pageMost : flavour.pageDefault;
}

function readSort(parameters: readonly Parameter[], sort: Parameter | undefined): readonly SortKey[] {
  const keys = parameters.filter(({ name }) => name === 'sort_key');
  const directions = parameters.filter(({ name }) => name === 'sort_dir');
  if (!sort) return classicSort(keys, directions);
  if (keys.length > 0 || directions.length > 0) {
    throw fault(400, 'Old and new sorting syntax cannot be combined', { at: sort.at });
  }
  const items = sort.value.split(',').map((item): [string, Direction] => {
    const colon = item.indexOf(':');
    const direction = colon < 0 ? '' : item.slice(colon + 1);
    const field = readKey(colon < 0 ? item : item.slice(0, colon), sort.at);
    return [field, direction === '' ? 'desc' : readDirection(direction, sort.at)];
  });
  return wholeOrder(items, items.length === 1 ? items[0]![1] : 'desc');
}

function classicSort(keys: readonly Parameter[], directions: readonly Parameter[]): readonly SortKey[] {
  const fields = keys.length === 0 ? ['created_at'] : keys.map(({ value, at }) => readKey(value, at));
  const given = directions.map(({ value, at }) => readDirection(value, at));
  if (given.length > 1 && given.length !== fields.length) {
    throw fault(400, 'Number of sort dirs does not match the number of sort keys', { at: directions[0]!.at });
  }
  const single = given.length === 1 ? given[0]! : 'desc';
  return wholeOrder(
    fields.map((field, index) => [field, given.length > 1 ? given[index]! : single]),
    single,
  );
}

/** Adds `created_at` and `id` in the direction of the tie-break; what follows `id`, or repeats a key, orders nothing. */
function wholeOrder(items: readonly (readonly [field: string, direction: Direction])[], tie: Direction): SortKey[] {
  const sort: SortKey[] = [];
  for (const [field, direction] of [...items, ['created_at', tie] as const, ['id', tie] as const]) {
    if (sort.some((key) => key.field === field)) continue;
    // A missing value is the smallest.
    sort.push({ field, direction, missing: direction === 'asc' ? 'first' : 'last' });
    if (field === 'id') break;
  }
  return sort;
}

function readKey(text: string, at: number): string {
  const key = text.trim();
  if (SORT_KEYS.includes(key)) return findGlanceField(key)!.field;
  const choices = SORT_KEYS.join(', ');
  throw fault(400, `Invalid sort key: ${key}. It must be one of the following: ${choices}.`, { at });
}

function readDirection(text: string, at: number): Direction {
  const direction = text.trim();
  if (direction === 'asc' || direction === 'desc') return direction;
  throw fault(400, `Invalid sort direction: ${direction}`, { at });
}
