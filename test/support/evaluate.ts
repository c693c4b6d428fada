/**
 * What lists, counts and groups must answer, worked out by looking at every row: the oracle of the store's tests.
 * Slow, simple, and written without a look at the compiler it checks.
 */
import { RE2JS } from 're2js';
import {
  type EntityName,
  type Field,
  findField,
  type RelationName,
  TIE_BREAK,
  UNCOLLECTED,
} from '../../src/query/catalogue.ts';
import type { Position, SortKey } from '../../src/query/page.ts';
import { fold, type Predicate, type Test, type Value } from '../../src/query/predicate.ts';
import { indexedKey, indexedValue } from '../../src/store/indexed-text.ts';
import type { Group, GroupKey } from '../../src/store/store.ts';
import { type Cell, type Row, rowsOf, type World } from './evaluate-rows.ts';

export type { World } from './evaluate-rows.ts';

/** Whether a row satisfies a predicate. */
export function satisfies(row: Row, where: Predicate, of: RelationName, now: number): boolean {
  switch (where.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'and':
      return where.of.every((part) => satisfies(row, part, of, now));
    case 'or':
      return where.of.some((part) => satisfies(row, part, of, now));
    case 'not':
      return !satisfies(row, where.of, of, now);
    case 'compare':
      return passes(row.fields[where.field] ?? null, where.test, of, where.field, now);
    case 'some':
      return relatives(row, where.relation, where.where, now).length > 0;
    case 'tally': {
      const count = relatives(row, where.relation, where.where, now).length;
      return passes(count, where.test, of, 'count', now);
    }
  }
}

function relatives(row: Row, relation: RelationName, where: Predicate, now: number): readonly Row[] {
  if (UNCOLLECTED.has(relation)) return [];
  return row.relations[relation]!().filter((each) => satisfies(each, where, relation, now));
}

function passes(cell: Cell, test: Test, of: RelationName, name: string, now: number): boolean {
  if (cell === null) return false;
  if (test.op === 'exists') return true;
  if (typeof cell !== 'string') return passesPlain(cell, test, now);
  const field: Field | undefined = findField(of, name);
  const cased = 'fold' in test && test.fold ? (field?.fold ? fold : foldAscii) : (text: string) => text;
  const cut = of === 'label' && name === 'key' ? indexedKey : of === 'label' || of === 'tag' ? indexedValue : cased;
  const wanted = (value: Value) => cut(cased(value as string));
  if (operandsOf(test).some((value) => typeof value === 'string' && value.includes('\0')) && test.op !== 'in')
    return false;
  const text = cut(cased(cell));
  switch (test.op) {
    case 'eq':
      return text === wanted(test.value);
    case 'in':
      return test.values.some((value) => !(value as string).includes('\0') && text === wanted(value));
    case 'lt':
      return byCodePoint(cell, test.value as string) < 0;
    case 'le':
      return byCodePoint(cell, test.value as string) <= 0;
    case 'gt':
      return byCodePoint(cell, test.value as string) > 0;
    case 'ge':
      return byCodePoint(cell, test.value as string) >= 0;
    case 'prefix':
      return text.startsWith(cased(test.value));
    case 'contains':
      return text.includes(cased(test.value));
    case 'like':
      return likeExpression(cased(test.pattern)).test(text);
    case 'regex':
      return RE2JS.compile(test.pattern, test.fold ? RE2JS.CASE_INSENSITIVE : 0)
        .matcher(cell)
        .find();
  }
}

function operandsOf(test: Test): readonly unknown[] {
  if (test.op === 'exists') return [];
  if (test.op === 'in') return test.values;
  return ['pattern' in test ? test.pattern : test.value];
}

function passesPlain(cell: number | boolean, test: Test, now: number): boolean {
  const number = Number(cell);
  const exact = (value: Value) => (typeof value === 'object' ? now + (value as { fromNow: number }).fromNow : value);
  switch (test.op) {
    case 'eq':
      return cell === exact(test.value);
    case 'in':
      return test.values.some((value) => cell === exact(value));
    case 'lt':
      return number < (exact(test.value) as number);
    case 'le':
      return number <= (exact(test.value) as number);
    case 'gt':
      return number > (exact(test.value) as number);
    case 'ge':
      return number >= (exact(test.value) as number);
    default:
      return false;
  }
}

/** Fields without a folded twin are compared without regard to the case of A to Z only. */
function foldAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function likeExpression(pattern: string): RegExp {
  const source = pattern.replace(/\\?[\s\S]/gu, (part) => {
    if (part === '%') return '[\\s\\S]*';
    if (part === '_') return '[\\s\\S]';
    const character = part.length > 1 && part.startsWith('\\') ? part.slice(1) : part;
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
  return new RegExp(`^${source}$`, 'u');
}

/** Order of text in both engines: by code point, which is the order of UTF-8. */
export function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The whole list: positions of all rows (sort keys, then tie-break) in order. */
export function listAll(
  world: World,
  request: { entity: EntityName; where: Predicate; sort: readonly SortKey[]; now: number },
): readonly { readonly id: string; readonly position: Position }[] {
  const { entity, where, sort, now } = request;
  const direction = sort.at(-1)?.direction ?? 'asc';
  const keys: SortKey[] = [...sort, ...TIE_BREAK[entity].map((field): SortKey => ({ field, direction }))];
  return rowsOf(world)
    [entity].filter((row) => satisfies(row, where, entity, now))
    .map((row) => ({ id: idOf(entity, row), position: keys.map((key) => keyOf(row, key, now)) }))
    .sort((a, b) => comparePositions(a.position, b.position, keys));
}

/** What names a row of a list. */
export function idOf(entity: EntityName, { fields }: Row): string {
  return entity === 'placement' ? `${fields['name']} ${fields['digest_head']}` : String(fields['id']);
}

function keyOf(row: Row, { field, direction, over }: SortKey, now: number): Cell {
  if (!over) return row.fields[field] ?? null;
  const rows = relatives(row, over.relation, over.where ?? { kind: 'all' }, now);
  const cells = rows.map((each) => each.fields[field] ?? null).filter((cell) => cell !== null);
  const pick = over.pick ?? (direction === 'asc' ? 'least' : 'greatest');
  if (pick === 'count') return rows.length;
  if (pick === 'distinct') return new Set(cells).size;
  const sorted = cells.map((cell) => (typeof cell === 'boolean' ? Number(cell) : cell)).sort(compareCells);
  return (pick === 'least' ? sorted[0] : sorted.at(-1)) ?? null;
}

function compareCells(a: Cell, b: Cell): number {
  if (typeof a === 'string' && typeof b === 'string') return byCodePoint(a, b);
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

function comparePositions(a: Position, b: Position, keys: readonly SortKey[]): number {
  for (const [index, { direction, missing = 'last' }] of keys.entries()) {
    const [x, y] = [a[index]!, b[index]!];
    if (x === null && y === null) continue;
    if (x === null || y === null) return (x === null) === (missing === 'first') ? -1 : 1;
    const order = compareCells(x, y);
    if (order !== 0) return direction === 'asc' ? order : -order;
  }
  return 0;
}

/** All groups, unordered. */
export function groupAll(
  world: World,
  request: { entity: EntityName; where: Predicate; by: readonly GroupKey[]; now: number },
): readonly Group[] {
  const { entity, where, by, now } = request;
  const groups = new Map<string, { spellings: string[][]; count: number }>();
  for (const row of rowsOf(world)[entity]) {
    if (!satisfies(row, where, entity, now)) continue;
    const seen = new Set<string>();
    for (const values of combinations(by.map((key) => valuesOf(row, key)))) {
      const told = JSON.stringify(values.map((value, at) => ('label' in by[at]! ? fold(value) : value)));
      const group = groups.get(told) ?? { spellings: by.map(() => []), count: 0 };
      groups.set(told, group);
      for (const [at, value] of values.entries()) group.spellings[at]!.push(value);
      if (!seen.has(told)) group.count += 1;
      seen.add(told);
    }
  }
  return [...groups.values()].map(({ spellings, count }) => ({
    values: spellings.map((each) => [...each].sort(byCodePoint)[0]!),
    count,
  }));
}

function valuesOf(row: Row, key: GroupKey): readonly string[] {
  if ('label' in key) {
    const rows = row.relations.label!().filter(({ fields }) => fold(fields['key'] as string) === fold(key.label));
    return rows.map(({ fields }) => fields['value'] as string);
  }
  const rows = 'relation' in key ? row.relations[key.relation]!() : [row];
  return rows.flatMap(({ fields }) => (fields[key.field] === null ? [] : [String(fields[key.field])]));
}

function combinations(sets: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return sets.reduce<readonly (readonly string[])[]>(
    (done, set) => done.flatMap((values) => set.map((value) => [...values, value])),
    [[]],
  );
}
