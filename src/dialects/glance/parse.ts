import { dashed, type Id, isId } from '../../domain/id.ts';
import type { ParseContext } from '../../query/language.ts';
import { and, compare, eq, label, NONE, type Predicate, some, type Value } from '../../query/predicate.ts';
import { fault } from './errors.ts';
import {
  findGlanceField,
  LIST_PARAMETERS,
  MEMBER_STATUSES,
  type MemberStatus,
  REFUSED_PARAMETERS,
  VISIBILITIES,
  type VisibilityFilter,
} from './fields.ts';
import { numberFilter, rangeFilter, splitList, splitOperator, timeFilter } from './wire/filter-values.ts';
import { pythonInteger } from './wire/python.ts';
import { type Parameter, parseQueryString } from './wire/query-string.ts';

/** What a list asks for, apart from order and page. */
export interface Filters {
  /** Everything that does not depend on who asks. */
  readonly where: Predicate;
  /** `''` was given but empty: nothing matches. */
  readonly visibility: VisibilityFilter | '' | undefined;
  /** Which of the images shared with the caller count. */
  readonly memberStatus: MemberStatus;
  /** `os_hidden`, when it was given. */
  readonly hidden: boolean | undefined;
}

/**
 * Reads the filters of a list (contract 1.2). Names that are no attribute are custom properties. Of a repeated filter
 * the last value counts, of `member_status` the first; `tag` may be repeated and means all of them.
 * @throws Fault 400
 */
export function parseFilters(parameters: readonly Parameter[]): Filters {
  const last = new Map<string, Parameter>();
  const parts: Predicate[] = [];
  for (const parameter of parameters) {
    if (parameter.name === 'tag') parts.push(tagged(parameter.value.trim()));
    else if (!LIST_PARAMETERS.has(parameter.name)) last.set(parameter.name, parameter);
  }
  const visibility = readVisibility(last.get('visibility'));
  const memberStatus = readMemberStatus(parameters.find(({ name }) => name === 'member_status'));
  const hidden = readHidden(last.get('os_hidden'));
  for (const name of ['visibility', 'os_hidden', 'deleted']) last.delete(name);
  for (const parameter of last.values()) parts.push(filter(parameter));
  return { where: and(...parts), visibility, memberStatus, hidden };
}

/**
 * Reads a query string as a question about images: the filters of a list and nothing else.
 * @throws Fault (kind `invalid`), its `at` the character offset of the parameter
 */
export function parseQuery(text: string, _context: ParseContext): Predicate {
  const parameters = parseQueryString(text, /^\s*\??/.exec(text)![0].length);
  for (const { name, at } of parameters) {
    if (!LIST_PARAMETERS.has(name)) continue;
    throw fault(400, `"${name}" shapes a list and asks nothing about an image; leave it out of the query.`, {
      at,
    });
  }
  const { where, visibility, hidden } = parseFilters(parameters);
  const shown = visibility === undefined || visibility === 'all' ? [] : [eq('visibility', visibility)];
  return and(where, ...shown, ...(hidden === undefined ? [] : [eq('hidden', hidden)]));
}

function filter({ name, value, at }: Parameter): Predicate {
  if (REFUSED_PARAMETERS.has(name)) throw fault(400, `Unable to filter by '${name}'.`, { at });
  if (name === 'changes-since') {
    throw fault(400, 'The "changes-since" filter is no longer available on v2.', { at });
  }
  if (name === 'tags') return and(...[...value].map(tagged));
  const range = /^(?<base>.+)_(?<bound>min|max)$/.exec(name)?.groups;
  if (range) return ranged(range['base']!, range['bound'] as 'min' | 'max', value, at);
  const known = findGlanceField(name);
  switch (known?.filter) {
    case undefined:
      return label(name, value);
    case 'choice':
      return choice(known.field, value, at, (text) => text);
    case 'id':
      return choice(known.field, value, at, readId);
    case 'number':
      return numberFilter(known.field, value);
    case 'time':
      return timeFilter(name, known.field, value, at);
    case 'flag':
      return eq(known.field, readFlag(name, value, at));
    default:
      return eq(known!.field, value);
  }
}

function choice(field: string, text: string, at: number, read: (text: string) => Value | undefined): Predicate {
  const { operator, value } = splitOperator(text);
  if (operator !== 'eq' && operator !== 'in') {
    throw fault(400, `Unable to filter by unknown operator '${operator}'.`, { at });
  }
  const texts = operator === 'eq' ? [value] : splitList(value, at);
  const values = [...new Set(texts.map(read).filter((each) => each !== undefined))];
  if (values.length === 0) return NONE;
  return values.length === 1 ? eq(field, values[0]!) : compare(field, { op: 'in', values });
}

function ranged(base: string, bound: 'min' | 'max', text: string, at: number): Predicate {
  const value = pythonInteger(text);
  if (value === undefined) throw fault(400, 'Unable to filter on a range with a non-numeric value.', { at });
  const known = findGlanceField(base);
  if (known?.filter !== 'number') throw fault(400, `Unable to filter on a range of '${base}'.`, { at });
  return rangeFilter(known.field, bound, value);
}

function tagged(value: string): Predicate {
  return value === '' ? NONE : some('tag', eq('value', value));
}

/** The record id of an image's UUID exactly as it is printed; `undefined` for any other text. */
export function readId(text: string): Id | undefined {
  const id = text.replaceAll('-', '');
  return isId(id) && dashed(id) === text ? id : undefined;
}

function readFlag(name: string, value: string, at: number): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw fault(400, `Invalid value '${value}' for '${name}' filter. Valid values are 'true' or 'false'.`, { at });
}

function readHidden(parameter: Parameter | undefined): boolean | undefined {
  return parameter && readFlag('os_hidden', parameter.value.toLowerCase(), parameter.at);
}

function readVisibility(parameter: Parameter | undefined): Filters['visibility'] {
  if (!parameter || parameter.value === '') return parameter ? '' : undefined;
  const known = VISIBILITIES.find((visibility) => visibility === parameter.value);
  if (known) return known;
  throw fault(400, `Invalid visibility value: ${parameter.value}`, { at: parameter.at });
}

function readMemberStatus(parameter: Parameter | undefined): MemberStatus {
  if (!parameter) return 'accepted';
  const known = MEMBER_STATUSES.find((status) => status === parameter.value);
  if (known) return known;
  throw fault(400, `Invalid status: ${parameter.value}`, { at: parameter.at });
}
