import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SECOND } from '../../domain/time.ts';
import { ALL, and, compare, eq, label, NONE, not, or, type Predicate, some } from '../../query/predicate.ts';
import { parseQuery } from './parse.ts';
import { printQuery } from './print.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !value.includes('\0'));
const choice = (field: string) =>
  fc.oneof(
    text.map((value) => eq(field, value)),
    fc
      .uniqueArray(
        text.filter((value) => !/["\\]/.test(value)),
        { minLength: 2, maxLength: 4 },
      )
      .map((values) => compare(field, { op: 'in', values })),
  );
const hex = fc.stringMatching(/^[0-9a-f]{32}$/);
const seconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((second) => second * SECOND);
const between = (field: string, at: number) =>
  and(compare(field, { op: 'ge', value: at }), compare(field, { op: 'lt', value: at + SECOND }));
const time = (field: string) =>
  fc.tuple(seconds, fc.integer({ min: 0, max: 3 })).map(([at, form]): Predicate => {
    if (form === 0) return compare(field, { op: 'ge', value: at });
    if (form === 1) return compare(field, { op: 'lt', value: at });
    if (form === 2) return between(field, at);
    return or(compare(field, { op: 'lt', value: at }), compare(field, { op: 'ge', value: at + SECOND }));
  });
const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const number = (field: string) =>
  fc
    .tuple(amount, fc.constantFrom('eq' as const, 'ge' as const, 'le' as const))
    .map(([value, op]) => compare(field, { op, value }));
const property = fc
  .tuple(fc.stringMatching(/^[a-zA-Z.é :&=%+;]{1,10}x$/), text)
  .map(([key, value]) => label(`${key}`, value));

/** One condition of each attribute at most, as a request can hold. */
const sayable = fc
  .tuple(
    ...[choice('service_name'), choice('status'), choice('disk_format'), time('created_at'), time('updated_at')].map(
      (each) => fc.option(each, { nil: ALL }),
    ),
    fc.option(number('size'), { nil: ALL }),
    fc.option(number('min_ram'), { nil: ALL }),
    fc.option(
      hex.map((id) => eq('id', id)),
      { nil: ALL },
    ),
    fc.option(
      fc.boolean().map((value) => eq('protected', value)),
      { nil: ALL },
    ),
    fc.option(
      fc.boolean().map((value) => eq('hidden', value)),
      { nil: ALL },
    ),
    fc.option(
      fc.constantFrom('public', 'private', 'shared', 'community').map((value) => eq('visibility', value)),
      { nil: ALL },
    ),
    fc.option(property, { nil: ALL }),
    fc.option(
      text
        .map((value) => value.trim())
        .filter((value) => value !== '')
        .map((value) => some('tag', eq('value', value))),
      { nil: ALL },
    ),
  )
  .map((parts) => and(...parts));

test('what can be said is said, and read back as the same question', () => {
  fc.assert(
    fc.property(sayable, (where) => {
      const { text: printed, missing } = printQuery(where);
      expect(missing).toEqual([]);
      expect(sorted(parseQuery(printed, { now: 0 }))).toEqual(sorted(where));
    }),
    { numRuns: 500 },
  );
});

/** Conjuncts in a fixed order: a request has none that means anything. */
function sorted(where: Predicate): readonly string[] {
  return (where.kind === 'and' ? where.of : [where]).map((part) => JSON.stringify(part)).sort();
}

test('the example reads well', () => {
  expect(printQuery(parseQuery('name=in:a,b&tag=lts&os_distro=ubuntu', { now: 0 }))).toEqual({
    text: 'tag=lts&name=in:a,b&os_distro=ubuntu',
    missing: [],
  });
});

test.each([
  [NONE, 'id=in:'],
  [ALL, ''],
  [or(eq('name', 'a'), eq('name', 'b,c')), 'name=in:a,%22b,c%22'],
  [compare('size', { op: 'gt', value: 4 }), 'size_min=5'],
  [compare('size', { op: 'exists' }), 'size_min=0'],
  [compare('created_at', { op: 'gt', value: SECOND - 1 }), 'created_at=gte:1970-01-01T00:00:01Z'],
  [eq('service_name', 'a:b'), 'name=eq:a:b'],
])('says %j as %s', (where, expected) => {
  expect(printQuery(where)).toEqual({ text: expected, missing: [] });
});

test.each<[Predicate, string]>([
  [not(eq('owner', 'x')), 'A negation'],
  [or(eq('owner', 'x'), eq('status', 'active')), 'A choice between different conditions'],
  [compare('name', { op: 'prefix', value: 'x' }), 'name cannot be asked with "prefix"'],
  [compare('name', { op: 'eq', value: 'x', fold: true }), 'with regard to case'],
  [compare('name', { op: 'in', values: ['a"', 'b'] }), 'quotes or backslashes'],
  [compare('created_at', { op: 'ge', value: { fromNow: -5 } }), 'relative to now'],
  [compare('created_at', { op: 'ge', value: 5 }), 'whole seconds'],
  [eq('digest', 'sha256:x'), 'no parameter for digest'],
  [label('limit', '5'), 'A property named limit'],
  [label('a_min', '5'), 'A property named a_min'],
  [label('a', 'b', { fold: true }), 'with regard to case'],
  [some('label', eq('key', 'a')), 'This relation has no form here'],
  [some('tag', eq('value', ' a')), 'This relation has no form here'],
  [and(eq('owner', 'a'), eq('owner', 'b')), 'A second condition on owner'],
])('names what cannot be said: %j', (where, reason) => {
  expect(printQuery(where).missing.join(' ')).toContain(reason);
});
