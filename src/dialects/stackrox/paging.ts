/** Pages and orders: how many rows, from which on, and sorted by what. */
import { invalid } from '../../domain/error.ts';
import type { SortKey } from '../../query/page.ts';
import { and, eq } from '../../query/predicate.ts';
import { findLabel, type Label, type TableName } from './fields.ts';
import type { Question } from './parse.ts';
import type { Column } from './wire/column.ts';
import type { Parameters } from './wire/parameters.ts';
import { relationOf, rowWhere } from './wire/tables.ts';

/** Most rows of a page. */
export const MOST_ROWS = 1_000;

/** What `pagination` of a request says. */
export interface Paging {
  /** Infinite for a negative limit. */
  readonly limit: number;
  readonly offset: number;
  readonly sort: SortOption;
}

export interface SortOption {
  /** A label; '' when no order was asked for. */
  readonly field: string;
  readonly reversed: boolean;
  readonly aggregate: 'UNSET' | 'COUNT' | 'MIN' | 'MAX';
  readonly distinct: boolean;
}

/** Reads limit, offset and order from the parameters. */
export function readPaging(parameters: Parameters): Paging {
  const number = (name: string) => Number(parameters.get(name) ?? 0);
  const limit = number('pagination.limit');
  const option = 'pagination.sort_option';
  return {
    limit: limit < 0 ? Number.POSITIVE_INFINITY : limit === 0 || limit > MOST_ROWS ? MOST_ROWS : limit,
    offset: Math.max(0, number('pagination.offset')),
    sort: {
      field: String(parameters.get(`${option}.field`) ?? ''),
      reversed: parameters.get(`${option}.reversed`) === true,
      aggregate: (parameters.get(`${option}.aggregate_by.aggr_func`) ?? 'UNSET') as SortOption['aggregate'],
      distinct: parameters.get(`${option}.aggregate_by.distinct`) === true,
    },
  };
}

/**
 * An order. `keys` for what the store sorts by; the others are orders by what is no column: the name an image has, or
 * else its digest; and its whole label map.
 */
export type Order =
  | { readonly kind: 'keys'; readonly keys: readonly SortKey[] }
  | { readonly kind: 'full-name'; readonly direction: 'asc' | 'desc' }
  | { readonly kind: 'label-map'; readonly direction: 'asc' | 'desc' };

/** Columns with an index that `created_at` continues. */
const INDEXED: ReadonlySet<string> = new Set(['updated_at', 'built_at', 'risk_score']);

/**
 * Reads sort options into one order; several (which the URL cannot say) go one after the other.
 * @throws StowageError for a field that nothing is sorted by
 */
export function readOrder(options: readonly SortOption[], question: Question): Order {
  const given = options.filter(({ field }) => field !== '');
  if (given.length === 0) return keysOrder([{ field: 'updated_at', direction: 'asc' }]);
  const [first] = given;
  if (first !== undefined && given.length === 1) {
    const direction = first.reversed ? 'desc' : 'asc';
    if (first.field !== 'Image' && first.field.toLowerCase() === 'image') return { kind: 'full-name', direction };
    if (first.field.toLowerCase() === 'image label') return { kind: 'label-map', direction };
  }
  return keysOrder(given.flatMap((option) => sortKeys(option, question)));
}

function keysOrder(keys: readonly SortKey[]): Order {
  const last = keys.at(-1);
  const isIndexed = keys.length === 1 && last !== undefined && !last.over && INDEXED.has(last.field);
  return { kind: 'keys', keys: isIndexed ? [...keys, { field: 'created_at', direction: last.direction }] : keys };
}

/** Spellings that stand for several labels; any other spelling is the plain label. */
const EXPANDED: Readonly<Record<string, readonly string[]>> = {
  Image: ['Image Registry', 'Image Remote', 'Image Tag'],
  Component: ['Component', 'Component Version'],
};

function sortKeys(option: SortOption, question: Question): SortKey[] {
  const labels = Object.hasOwn(EXPANDED, option.field) ? (EXPANDED[option.field] ?? []) : [option.field];
  return labels.flatMap((name) => {
    if (name.toLowerCase() === '_id') return [key({ type: 'text', field: 'digest' }, option.reversed)];
    const label = findLabel(name);
    if (label === undefined || label.kind === 'elsewhere') {
      throw invalid(
        'sort.unknown',
        `field ${name.toLowerCase()} does not exist in table images or connected tables`,
        'pagination.sortOption.field',
      );
    }
    return labelKeys(name, label, option, question);
  });
}

function labelKeys(name: string, label: Label, option: SortOption, question: Question): SortKey[] {
  const { reversed } = option;
  switch (label.kind) {
    case 'own':
      return [key(label.column, reversed)];
    case 'array':
      return arrayKeys(label.argument, reversed);
    case 'joined':
      return overKeys(name, label.table, label.column, option, question);
    case 'extreme':
      return overKeys(name, label.table, label.column, option, question, label.pick);
    case 'count':
      return countKeys(label, reversed, question);
    case 'order': {
      if (!label.column) return [];
      const flipped = { ...option, reversed: !reversed };
      if (!label.table) return [key(label.column, flipped.reversed)];
      return overKeys(name, label.table, label.column, flipped, question);
    }
    default:
      throw unsortable(name);
  }
}

function key(column: Column, reversed: boolean): SortKey {
  const direction = reversed ? 'desc' : 'asc';
  // A value kept in place of a missing one sorts as itself: it is the least there is.
  const missing = column.missing !== undefined && !reversed ? 'first' : 'last';
  return { field: column.field ?? 'id', direction, missing };
}

function overKeys(
  name: string,
  table: TableName,
  column: Column,
  option: SortOption,
  question: Question,
  pick?: 'greatest' | 'least',
): SortKey[] {
  if (column.type === 'boolean') throw unsortable(name);
  const relation = relationOf(table);
  if (relation === null || column.field === null) return [];
  const chosen = pick ?? AGGREGATES[option.aggregate];
  return [
    {
      field: column.field,
      direction: option.reversed ? 'desc' : 'asc',
      missing: 'last',
      over: {
        relation,
        where: rowWhere(table, question.rows.get(table)),
        ...(chosen && { pick: chosen === 'count' && option.distinct ? 'distinct' : chosen }),
      },
    },
  ];
}

const AGGREGATES = { UNSET: undefined, COUNT: 'count', MIN: 'least', MAX: 'greatest' } as const;

function countKeys(label: Extract<Label, { kind: 'count' }>, reversed: boolean, question: Question): SortKey[] {
  const direction = reversed ? 'desc' : 'asc';
  if (label.table === 'namespace') {
    const where = rowWhere('container', undefined);
    return [{ field: 'namespace', direction, over: { relation: 'container', where, pick: 'distinct' } }];
  }
  // An image counts as one of itself, and no deployments are known: all are equal.
  if (label.table === 'image' || label.field === undefined) return [];
  const conditions = question.rows.get(label.table);
  const relation = relationOf(label.table);
  if (conditions === undefined || relation === null) {
    return [key({ type: 'integer', field: label.field, nullable: true, missing: 0 }, reversed)];
  }
  const field = relation === 'finding' ? 'id' : 'name';
  return [{ field, direction, over: { relation, where: rowWhere(label.table, conditions), pick: 'count' } }];
}

/** How many words of a list decide its place; lists that agree so far count as equal. */
const SORTED_WORDS = 8;

/** Lists in order of their first word, then the second, ...; a list that ends sooner goes first, an empty one last. */
function arrayKeys(argument: string, reversed: boolean): SortKey[] {
  return Array.from({ length: SORTED_WORDS }, (_, position): SortKey => {
    const where = and(eq('kind', argument), eq('position', position));
    return {
      field: 'value',
      direction: reversed ? 'desc' : 'asc',
      missing: position > 0 && !reversed ? 'first' : 'last',
      over: { relation: 'argument', where },
    };
  });
}

function unsortable(name: string) {
  return invalid(
    'sort.unsupported',
    `${name} cannot be sorted by; choose another label.`,
    'pagination.sortOption.field',
  );
}
