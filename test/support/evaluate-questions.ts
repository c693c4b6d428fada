/** Random questions over the whole catalogue: predicates, orders and groupings. */
import fc from 'fast-check';
import {
  type EntityName,
  type Field,
  type Fields,
  RELATION_FIELDS,
  RELATIONS,
  type RelationName,
  TIE_BREAK,
} from '../../src/query/catalogue.ts';
import type { SortKey } from '../../src/query/page.ts';
import { type Predicate, some, type Test } from '../../src/query/predicate.ts';
import type { GroupKey } from '../../src/store/store.ts';
import { digest, LABEL_KEYS, NOW, TEXTS } from './evaluate-worlds.ts';

const DAY = 86_400_000_000;

const REGEXES = [
  'a',
  '^a',
  'b$',
  '^$',
  '(?i)école',
  'ÉCOLE',
  '\\d+',
  '[A-C]',
  'a.c?',
  'line.break',
  '(?s)line.break',
  '(?m)^break$',
  '\\pL{3,}',
  '\\p{Lu}',
  'a|zz|',
  'stra(ß|ss)e',
  '\\bset\\b',
  '[^a-z]$',
  '\\Q100%\\E',
  '\\x{1F600}',
  '(?i)\\x{6B}elvin',
  '[[:digit:]]\\.\\d',
  '\\w\\W',
] as const;

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'docker.io/library/nginx',
      'docker.io',
      'library/',
      'nginx',
      'latest',
      'V1',
      'linux',
      'amd64',
      'running',
      'active',
      'public',
      'qcow2',
      'h1',
      'Host-h1',
      'sha256',
      'container',
      'vm',
      'RUN',
      'agent-1',
      'c1',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(...LABEL_KEYS) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 120 }).map(digest) },
  { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0x90 }).map((n) => n.toString(16).repeat(16)) },
  { weight: 1, arbitrary: fc.constantFrom('nul\0', '\u{10FFFF}', '\uD7FF', 'x'.repeat(1200)) },
);

const pattern = fc
  .array(fc.constantFrom('%', '%', '_', 'a', 'b', 'É', '\\%', '\\_', '\\\\', '😀', '*', '[', 'nginx', 's'), {
    maxLength: 5,
  })
  .map((parts) => parts.join(''));

const fold = fc.option(fc.boolean(), { nil: undefined });

/** Values that are there, by `relation.field`; most conditions ask for one of them or a part of one. */
export type Vocabulary = ReadonlyMap<string, readonly (string | number | boolean)[]>;

/** Some stretch of a text. */
function partOf(whole: string): fc.Arbitrary<string> {
  const characters = Array.from(whole);
  return fc
    .tuple(fc.nat(characters.length), fc.nat(characters.length))
    .map(([a, b]) => characters.slice(Math.min(a, b), Math.max(a, b)).join(''));
}

function testOf(field: Field, known: readonly (string | number | boolean)[] = []): fc.Arbitrary<Test> {
  const exists = fc.constant<Test>({ op: 'exists' });
  switch (field.type) {
    case 'boolean':
      return fc.oneof(
        fc.boolean().map((value): Test => ({ op: 'eq', value })),
        fc.subarray([true, false]).map((values): Test => ({ op: 'in', values })),
        exists,
      );
    case 'text':
    case 'id':
      return textTest(known as readonly string[]);
    default: {
      const odd =
        field.type === 'time'
          ? fc.oneof(
              fc.integer({ min: -1, max: 13 }).map((days) => NOW - days * DAY),
              fc.integer({ min: -1, max: 13 }).map((days) => ({ fromNow: -days * DAY })),
            )
          : fc.constantFrom(-1, 0, 0.5, 1, 1.5, 2, 3, 5.5, 1000, 1e300, Number.POSITIVE_INFINITY);
      const number = known.length === 0 ? odd : fc.oneof(odd, fc.constantFrom(...(known as readonly number[])));
      const op = fc.constantFrom('eq' as const, 'lt' as const, 'le' as const, 'gt' as const, 'ge' as const);
      return fc.oneof(
        { weight: 4, arbitrary: fc.record({ op, value: number }) },
        { weight: 2, arbitrary: fc.array(number, { maxLength: 3 }).map((values): Test => ({ op: 'in', values })) },
        { weight: 1, arbitrary: exists },
      );
    }
  }
}

function textTest(known: readonly string[]): fc.Arbitrary<Test> {
  const real = known.length === 0 ? text : fc.constantFrom(...known);
  const cased = fc.oneof(
    { weight: 4, arbitrary: real },
    { weight: 1, arbitrary: real.map((value) => value.toUpperCase()) },
  );
  const value = fc.oneof({ weight: 3, arbitrary: cased }, { weight: 1, arbitrary: text });
  const part = fc.oneof({ weight: 3, arbitrary: cased.chain(partOf) }, { weight: 1, arbitrary: text });
  const like = fc.oneof(
    pattern,
    part.map((one) => `%${one.replace(/[\\%_]/g, '\\$&')}_%`),
    value.map((one) => one.replace(/[\\%_]/g, '\\$&').replace(/[aeiou]/, '_')),
  );
  const order = fc.constantFrom('lt' as const, 'le' as const, 'gt' as const, 'ge' as const);
  const values = fc.array(value, { maxLength: 4 });
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ op: fc.constant('eq' as const), value, fold }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('in' as const), values, fold }) },
    { weight: 1, arbitrary: fc.record({ op: order, value }) },
    { weight: 3, arbitrary: fc.record({ op: fc.constant('prefix' as const), value: part, fold }) },
    { weight: 3, arbitrary: fc.record({ op: fc.constant('contains' as const), value: part, fold }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('like' as const), pattern: like, fold }) },
    {
      weight: 2,
      arbitrary: fc.record({ op: fc.constant('regex' as const), pattern: fc.constantFrom(...REGEXES), fold }),
    },
    { weight: 1, arbitrary: fc.constant<Test>({ op: 'exists' }) },
  );
}

function compareOf(of: RelationName, vocabulary: Vocabulary): fc.Arbitrary<Predicate> {
  const fields: Fields = RELATION_FIELDS[of];
  return fc
    .constantFrom(...Object.keys(fields))
    .chain((field) =>
      testOf(fields[field]!, vocabulary.get(`${of}.${field}`)).map(
        (test): Predicate => ({ kind: 'compare', field, test }),
      ),
    );
}

/** A label by key and value, as the dialects ask for it: exactly, folded, or by a part of the value. */
function labelOf(vocabulary: Vocabulary): fc.Arbitrary<Predicate> {
  const key = fc.constantFrom(...((vocabulary.get('label.key') ?? LABEL_KEYS) as readonly string[]));
  const value = fc.constantFrom(...((vocabulary.get('label.value') ?? TEXTS) as readonly string[]));
  const tests = fc.oneof(
    { weight: 3, arbitrary: fc.record({ op: fc.constant('eq' as const), value, fold }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('contains' as const), value: value.chain(partOf), fold }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('prefix' as const), value: value.chain(partOf), fold }) },
  );
  return fc.tuple(key, fold, tests).map(([one, folded, test]) =>
    some('label', {
      kind: 'and',
      of: [
        { kind: 'compare', field: 'key', test: { op: 'eq', value: one, fold: folded } },
        { kind: 'compare', field: 'value', test },
      ],
    }),
  );
}

/** A predicate over an entity or a relation. */
export function predicateOf(of: RelationName, vocabulary: Vocabulary, depth = 3): fc.Arbitrary<Predicate> {
  const relations = Object.hasOwn(RELATIONS, of) ? RELATIONS[of as EntityName] : [];
  const leaf = compareOf(of, vocabulary);
  if (depth === 0) return leaf;
  const deeper = () => (depth > 1 ? predicateOf(of, vocabulary, depth - 1) : leaf);
  const several = lazy(() => fc.array(deeper(), { minLength: 1, maxLength: 3 }));
  const options: fc.WeightedArbitrary<Predicate>[] = [
    { weight: 8, arbitrary: leaf },
    { weight: 1, arbitrary: fc.constantFrom<Predicate>({ kind: 'all' }, { kind: 'none' }) },
    { weight: 2, arbitrary: several.map((parts) => ({ kind: 'and', of: parts })) },
    { weight: 3, arbitrary: several.map((parts) => ({ kind: 'or', of: parts })) },
    { weight: 2, arbitrary: lazy(deeper).map((part) => ({ kind: 'not', of: part })) },
  ];
  if (relations.length > 0) {
    const related = fc
      .constantFrom(...relations)
      .chain((name) => predicateOf(name, vocabulary, depth - 1).map((where) => ({ relation: name, where })));
    const count = testOf({ type: 'integer', about: '' });
    options.push(
      { weight: 6, arbitrary: related.map((parts) => ({ kind: 'some', ...parts })) },
      { weight: 3, arbitrary: fc.tuple(related, count).map(([parts, test]) => ({ kind: 'tally', ...parts, test })) },
    );
    if (relations.includes('label')) options.push({ weight: 6, arbitrary: labelOf(vocabulary) });
  }
  return fc.oneof(...options);
}

function lazy<T>(make: () => fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.constant(null).chain(make);
}

/** Orders that indexes were made for. */
const USUAL: Readonly<Record<EntityName, readonly (readonly string[])[]>> = {
  image: [
    ['created_at'],
    ['updated_at', 'created_at'],
    ['size', 'created_at'],
    ['name', 'created_at'],
    ['service_name', 'created_at'],
  ],
  placement: [[], ['size'], ['built_at'], ['short_name']],
  content: [['built_at'], ['updated_at'], ['size'], ['created_at']],
  container: [['host_name', 'name'], ['started_at'], []],
};

/** An order: one that has an index, or any own fields and values over relations, missing first or last. */
export function sortOf(entity: EntityName, vocabulary: Vocabulary): fc.Arbitrary<readonly SortKey[]> {
  const fields: Fields = RELATION_FIELDS[entity];
  const sortable = Object.keys(fields).filter((name) => fields[name]!.sort && !TIE_BREAK[entity].includes(name));
  const direction = fc.constantFrom('asc' as const, 'desc' as const);
  const missing = fc.constantFrom('first' as const, 'last' as const, undefined);
  const own = fc.record({ field: fc.constantFrom(...sortable), direction, missing });
  const over = fc.constantFrom(...RELATIONS[entity]).chain((relation) =>
    fc.record({
      field: fc.constantFrom(...Object.keys(RELATION_FIELDS[relation])),
      direction,
      missing,
      over: fc.record({
        relation: fc.constant(relation),
        where: fc.option(compareOf(relation, vocabulary), { nil: undefined }),
        pick: fc.constantFrom('least' as const, 'greatest' as const, 'count' as const, 'distinct' as const, undefined),
      }),
    }),
  );
  const key: fc.Arbitrary<SortKey> = fc.oneof({ weight: 5, arbitrary: own }, { weight: 1, arbitrary: over });
  const usual = fc
    .tuple(fc.constantFrom(...USUAL[entity]), direction, missing)
    .map(([names, all, place]) => names.map((field): SortKey => ({ field, direction: all, missing: place })));
  const any = fc.uniqueArray(key, { selector: (each) => JSON.stringify([each.field, each.over]), maxLength: 3 });
  return fc.oneof(usual, any);
}

/** What to group by: fields, labels, relations. */
export function groupingOf(entity: EntityName): fc.Arbitrary<readonly GroupKey[]> {
  const fields: Fields = RELATION_FIELDS[entity];
  const own = Object.keys(fields).filter((name) => fields[name]!.group);
  const relations = (['reference', 'platform', 'source', 'tag'] as const).filter((name) =>
    RELATIONS[entity].includes(name),
  );
  const options: fc.Arbitrary<GroupKey>[] = [fc.constantFrom(...LABEL_KEYS).map((key) => ({ label: key }))];
  if (own.length > 0) options.push(fc.constantFrom(...own).map((field) => ({ field })));
  if (relations.length > 0) {
    options.push(
      fc
        .constantFrom(...relations)
        .chain((relation) =>
          fc.constantFrom(...Object.keys(RELATION_FIELDS[relation])).map((field) => ({ relation, field })),
        ),
    );
  }
  return fc.uniqueArray(fc.oneof(...options), { selector: (key) => JSON.stringify(key), minLength: 1, maxLength: 2 });
}
