import { describe, expect, test } from 'vitest';
import { ALL, and, compare, conjuncts, dependsOnNow, eq, fold, label, NONE, not, or, some } from './predicate.ts';

const a = eq('kind', 'vm');
const b = eq('name', 'x');
const c = eq('status', 'active');

describe('building predicates', () => {
  test('constants fold away', () => {
    expect(and()).toBe(ALL);
    expect(or()).toBe(NONE);
    expect(and(ALL, a, ALL)).toBe(a);
    expect(and(a, NONE, b)).toBe(NONE);
    expect(or(NONE, a)).toBe(a);
    expect(or(a, ALL)).toBe(ALL);
    expect(some('label', NONE)).toBe(NONE);
  });

  test('nests of one kind are flat, of different kinds are not', () => {
    expect(and(a, and(b, c))).toEqual({ kind: 'and', of: [a, b, c] });
    expect(or(or(a, b), c)).toEqual({ kind: 'or', of: [a, b, c] });
    expect(and(a, or(b, c))).toEqual({ kind: 'and', of: [a, { kind: 'or', of: [b, c] }] });
  });

  test('negation undoes itself', () => {
    expect(not(not(a))).toBe(a);
    expect(not(ALL)).toBe(NONE);
    expect(not(NONE)).toBe(ALL);
  });

  test('conjuncts are what must all hold', () => {
    expect(conjuncts(ALL)).toEqual([]);
    expect(conjuncts(a)).toEqual([a]);
    expect(conjuncts(and(a, b))).toEqual([a, b]);
    expect(conjuncts(or(a, b))).toEqual([or(a, b)]);
  });

  test('a label is one row with both key and value', () => {
    expect(label('k', 'v', { fold: true })).toEqual(
      some(
        'label',
        and(
          compare('key', { op: 'eq', value: 'k', fold: true }),
          compare('value', { op: 'eq', value: 'v', fold: true }),
        ),
      ),
    );
  });
});

test('dependsOnNow finds relative times wherever they are', () => {
  const recent = compare('created_at', { op: 'gt', value: { fromNow: -1 } });
  expect(dependsOnNow(compare('created_at', { op: 'gt', value: 1 }))).toBe(false);
  expect(dependsOnNow(recent)).toBe(true);
  expect(dependsOnNow(compare('created_at', { op: 'in', values: [1, { fromNow: 0 }] }))).toBe(true);
  expect(dependsOnNow(and(a, not(some('container', or(b, recent)))))).toBe(true);
  expect(dependsOnNow({ kind: 'tally', relation: 'container', where: recent, test: { op: 'gt', value: 0 } })).toBe(
    true,
  );
  expect(dependsOnNow(compare('name', { op: 'exists' }))).toBe(false);
});

test('fold is full lower-casing, the same on both sides', () => {
  expect(fold('ÉCOLE Straße')).toBe('école straße');
  expect(fold(fold('İI'))).toBe(fold('İI'));
});
