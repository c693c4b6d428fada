import { describe, expect, test } from 'vitest';
import { StowageError } from '../domain/error.ts';
import { checkPredicate, LIMITS } from './check.ts';
import { ALL, and, compare, eq, not, type Predicate, some, type Test } from './predicate.ts';

function refusal(entity: 'image' | 'placement' | 'content' | 'container', predicate: Predicate): StowageError {
  try {
    checkPredicate(entity, predicate);
  } catch (error) {
    if (error instanceof StowageError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('checkPredicate', () => {
  test('accepts fields of the entity, of its relations, and of relations of those', () => {
    const predicate = and(
      eq('kind', 'vm'),
      some(
        'placement',
        and(eq('short_name', 'nginx'), some('reference', compare('tag', { op: 'prefix', value: '1.' }))),
      ),
      not({ kind: 'tally', relation: 'container', where: eq('state', 'running'), test: { op: 'gt', value: 2 } }),
      some('finding', eq('known_exploited', true)),
    );
    expect(() => checkPredicate('image', predicate)).not.toThrow();
  });

  test.each<[string, Predicate, string]>([
    ['query.unknown-field', eq('colour', 'red'), 'colour'],
    ['query.unknown-field', eq('constructor', 'x'), 'constructor'],
    ['query.unknown-field', some('reference', eq('size', 1)), 'size'],
    ['query.unknown-relation', some('image'), 'image'],
    ['query.unknown-relation', some('label', some('image')), 'image'],
    ['query.type', eq('size', 'big'), 'image.size'],
    ['query.type', eq('name', 5), 'image.name'],
    ['query.type', eq('hidden', 'true'), 'image.hidden'],
    ['query.type', eq('name', { fromNow: -1 }), 'image.name'],
    ['query.type', eq('size', { fromNow: -1 }), 'image.size'],
    ['query.type', eq('size', Number.NaN), 'image.size'],
    ['query.type', compare('hidden', { op: 'lt', value: true }), 'image.hidden'],
    ['query.type', compare('size', { op: 'contains', value: '1' }), 'image.size'],
    [
      'query.type',
      { kind: 'tally', relation: 'layer', where: ALL, test: { op: 'prefix', value: '1' } },
      'count of layer',
    ],
  ])('refuses with %s: %j', (code, predicate, at) => {
    expect(refusal('image', predicate)).toMatchObject({ kind: 'invalid', code, at });
  });

  test('a field of one entity is none of another', () => {
    expect(() => checkPredicate('container', eq('state', 'running'))).not.toThrow();
    expect(refusal('image', eq('state', 'running')).code).toBe('query.unknown-field');
  });

  test('keeps to its bounds, and accepts what is just within them', () => {
    const nested = (levels: number) => {
      let predicate: Predicate = eq('kind', 'vm');
      for (let i = 0; i < levels; i += 1) predicate = { kind: 'not', of: predicate };
      return predicate;
    };
    const wide = (conditions: number): Predicate => ({ kind: 'or', of: Array(conditions).fill(eq('kind', 'vm')) });
    const among = (values: number): Predicate => compare('name', { op: 'in', values: Array(values).fill('a') });
    const expression = (length: number): Predicate => compare('name', { op: 'regex', pattern: 'a'.repeat(length) });
    for (const [make, most, code] of [
      [nested, LIMITS.depth, 'query.too-deep'],
      [wide, LIMITS.nodes - 1, 'query.too-large'],
      [among, LIMITS.values, 'query.too-many-values'],
      [expression, LIMITS.regexLength, 'query.regex-too-long'],
    ] as const) {
      expect(() => checkPredicate('image', make(most))).not.toThrow();
      expect(refusal('image', make(most + 1)).code).toBe(code);
    }
  });

  test('every operation is checked against the type of its field', () => {
    const value: Record<string, Test> = {
      text: { op: 'eq', value: 'a' },
      integer: { op: 'ge', value: 1.5 },
      time: { op: 'lt', value: { fromNow: 0 } },
      boolean: { op: 'in', values: [true, false] },
      id: { op: 'prefix', value: '0a' },
    };
    const fields = { text: 'name', integer: 'size', time: 'created_at', boolean: 'hidden', id: 'id' };
    for (const [type, field] of Object.entries(fields)) {
      expect(() => checkPredicate('image', compare(field, value[type]!))).not.toThrow();
    }
  });
});
