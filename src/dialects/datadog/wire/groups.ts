import type { Project } from '../../../domain/credential.ts';
import { invalid } from '../../../domain/error.ts';
import type { EntityName } from '../../../query/catalogue.ts';
import { compare, some } from '../../../query/predicate.ts';
import type { Group, GroupKey, GroupPage, GroupRequest, InventoryReader } from '../../../store/store.ts';
import { LABEL_OF_TAG, type Vocabulary } from '../fields.ts';
import { labelKeyText } from './term-text.ts';

/** One key of `group_by`: the word asked for, how rows are grouped, and the filter key that leads to a group's rows. */
export interface Grouping {
  readonly word: string;
  readonly key: GroupKey;
  readonly filterKey: string;
  readonly grouped?: (value: string) => string;
}

const MAX_KEYS = 8;

/**
 * Reads `group_by`: a comma list of words and label keys (in quotes: always a label key).
 * @throws StowageError `parameter.group-by`
 */
export async function readGroupBy(
  text: string,
  entity: EntityName,
  words: Vocabulary,
  store: InventoryReader,
  project: Project,
): Promise<readonly Grouping[]> {
  const asked = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (asked.length === 0) throw wrong('names no tag; write group_by=short_image');
  if (asked.length > MAX_KEYS) throw wrong(`has more than ${MAX_KEYS} tags; leave some out`);
  if (new Set(asked).size < asked.length) throw wrong('names a tag twice; name it once');
  return Promise.all(asked.map(grouping));

  async function grouping(word: string): Promise<Grouping> {
    const literal = /^"(?<key>.+)"$/.exec(word)?.groups?.['key'];
    if (literal !== undefined) return { word: literal, key: { label: literal }, filterKey: word };
    const lower = word.toLowerCase();
    if (Object.hasOwn(words.keys, lower)) {
      const { group, grouped, exact } = words.keys[lower]!;
      if (group === undefined) throw wrong(`cannot be by ${word}; it can be by ${groupable(words)}, or a label`);
      return { word, key: group, filterKey: exact ?? lower, ...(grouped ? { grouped } : {}) };
    }
    const derived = Object.hasOwn(LABEL_OF_TAG, lower) ? LABEL_OF_TAG[lower] : undefined;
    const key = derived !== undefined && (await carried(derived)) ? derived : word;
    return { word, key: { label: key }, filterKey: labelKeyText(key, words) };
  }

  /** Whether any row has a label of this key. */
  async function carried(key: string): Promise<boolean> {
    const where = some('label', compare('key', { op: 'eq', value: key, fold: true }));
    return (await store.count(project, entity, where, { cap: 1 })).value > 0;
  }
}

const READ_AT_ONCE = 10_000;
const MOST_READ = 500_000;

/**
 * Groups of rows. Where a key groups by a part of the stored value, the store's groups are read whole and brought
 * together here; positions are then of this function's own making.
 * @throws StowageError `groups.too-many`
 */
export async function readGroups(
  store: InventoryReader,
  project: Project,
  request: Omit<GroupRequest, 'by'>,
  groupings: readonly Grouping[],
): Promise<GroupPage> {
  const by = groupings.map((grouping) => grouping.key);
  if (!groupings.some((grouping) => grouping.grouped)) return store.group(project, { ...request, by });
  const together = new Map<string, { values: string[]; count: number }>();
  let { after, limit, ...rest } = request;
  after = undefined;
  for (let read = 0; ; read += READ_AT_ONCE) {
    if (read > MOST_READ) {
      throw invalid('groups.too-many', 'group_by makes too many groups; narrow filter[tags] or leave a tag out.');
    }
    const page = await store.group(project, { ...rest, by, limit: READ_AT_ONCE, ...(after ? { after } : {}) });
    for (const group of page.groups) add(group);
    after = page.positions.at(-1);
    if (!page.more || !after) break;
  }
  const all = [...together.values()].sort(comparison(request.order));
  const from = request.after === undefined ? 0 : all.findIndex((group) => isAfter(group, request.after!));
  const groups = from < 0 ? [] : all.slice(from, from + limit);
  return {
    groups,
    positions: groups.map((group) => [group.count, ...group.values]),
    more: from >= 0 && from + limit < all.length,
    total: all.length,
  };

  function add(group: Group): void {
    const values = group.values.map((value, place) => groupings[place]?.grouped?.(value) ?? value);
    const name = JSON.stringify(values);
    const known = together.get(name);
    if (known) known.count += group.count;
    else together.set(name, { values, count: group.count });
  }

  function isAfter(group: Group, position: readonly unknown[]): boolean {
    const end = { values: position.slice(1) as string[], count: position[0] as number };
    return comparison(request.order)(group, end) > 0;
  }
}

/** Groups of one order, ties by their values. */
function comparison(order: GroupRequest['order']): (a: Group, b: Group) => number {
  const byName = (a: Group, b: Group) => {
    const place = a.values.findIndex((value, index) => value !== b.values[index]);
    return place < 0 ? 0 : a.values[place]! < b.values[place]! ? -1 : 1;
  };
  switch (order) {
    case 'count-desc':
      return (a, b) => b.count - a.count || byName(a, b);
    case 'count-asc':
      return (a, b) => a.count - b.count || byName(a, b);
    case 'name-asc':
      return byName;
    case 'name-desc':
      return (a, b) => byName(b, a);
  }
}

function groupable(words: Vocabulary): string {
  return Object.keys(words.keys)
    .filter((word) => words.keys[word]!.group)
    .join(', ');
}

function wrong(text: string) {
  return invalid('parameter.group-by', `group_by ${text}.`, 'group_by');
}
