import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StowageError } from '../../domain/error.ts';
import { checkPredicate } from '../check.ts';
import { and, compare, eq, not, or, type Predicate, some } from '../predicate.ts';
import { parseNative } from './parse.ts';
import { printNative } from './print.ts';

const NOW = Date.UTC(2026, 5, 1) * 1000;
const parse = (text: string) => parseNative(text, { now: NOW });

describe('parseNative', () => {
  test.each<[string, Predicate]>([
    ['', { kind: 'all' }],
    ['kind:vm', compare('kind', { op: 'eq', value: 'vm', fold: true })],
    ['repository:"library/nginx"', some('reference', eq('repository', 'library/nginx'))],
    [
      'registry:localhost:5000',
      some('reference', compare('registry', { op: 'eq', value: 'localhost:5000', fold: true })),
    ],
    ['size:>100MB', compare('size', { op: 'gt', value: 100_000_000 })],
    ['size>=1KiB', compare('size', { op: 'ge', value: 1024 })],
    ['size:1..5', and(compare('size', { op: 'ge', value: 1 }), compare('size', { op: 'le', value: 5 }))],
    ['name:*nginx?', compare('name', { op: 'like', pattern: '%nginx_', fold: true })],
    ['name:100%', compare('name', { op: 'eq', value: '100%', fold: true })],
    ['name:*100%', compare('name', { op: 'like', pattern: '%100\\%', fold: true })],
    ['built:<now-7d', compare('built_at', { op: 'lt', value: { fromNow: -7 * 86_400e6 } })],
    ['created:>=2026-01-31', compare('created_at', { op: 'ge', value: Date.UTC(2026, 0, 31) * 1000 })],
    [
      'built:2026-01-31',
      and(
        compare('built_at', { op: 'ge', value: Date.UTC(2026, 0, 31) * 1000 }),
        compare('built_at', { op: 'lt', value: Date.UTC(2026, 1, 1) * 1000 }),
      ),
    ],
    ['running:true', compare('running_count', { op: 'gt', value: 0 })],
    [
      'label.team:payments',
      some('label', and(eq('key', 'team'), compare('value', { op: 'eq', value: 'payments', fold: true }))),
    ],
    ['label.team:*', some('label', eq('key', 'team'))],
    [
      'arch:(amd64,arm64)',
      or(
        some('platform', compare('architecture', { op: 'eq', value: 'amd64', fold: true })),
        some('platform', compare('architecture', { op: 'eq', value: 'arm64', fold: true })),
      ),
    ],
    ['severity:>=important', some('finding', compare('severity', { op: 'ge', value: 3 }))],
    ['-kind:vm', not(compare('kind', { op: 'eq', value: 'vm', fold: true }))],
    [
      'kind:vm OR kind:container size:<5',
      or(
        compare('kind', { op: 'eq', value: 'vm', fold: true }),
        and(compare('kind', { op: 'eq', value: 'container', fold: true }), compare('size', { op: 'lt', value: 5 })),
      ),
    ],
    ['NOT (kind:vm AND size=5)', not(and(compare('kind', { op: 'eq', value: 'vm', fold: true }), eq('size', 5)))],
    ['name~"^docker\\\\.io/"', compare('name', { op: 'regex', pattern: '^docker\\.io/', fold: true })],
  ])('%s', (text, expected) => {
    const predicate = parse(text);
    expect(predicate).toEqual(expected);
    expect(() => checkPredicate('image', predicate)).not.toThrow();
  });

  test.each([
    ['colour:red', 'query.unknown-field', 0],
    ['kind:vm sise:5', 'query.unknown-field', 8],
    ['(kind:vm', 'query.syntax', 8],
    ['kind:vm)', 'query.syntax', 7],
    ['size:big', 'query.value', 5],
    ['kind:', 'query.value', 5],
    ['name:"open', 'query.unclosed-quote', 5],
    ['created:yesterday', 'query.value', 8],
    ['kind:vm OR', 'query.syntax', 10],
    [`${'('.repeat(100)}a${')'.repeat(100)}`, 'query.too-deep', 50],
  ])('%s is refused at its place', (text, code, at) => {
    const refuse = () => parse(text);
    expect(refuse).toThrow(StowageError);
    try {
      refuse();
    } catch (error) {
      expect(error).toMatchObject({ kind: 'invalid', code, at });
    }
  });

  test('a mistyped field gets a suggestion', () => {
    expect(() => parse('repo:x')).toThrow(/Did you mean "repository"/);
  });
});

describe('printNative', () => {
  const word = fc
    .stringMatching(/^[a-z][a-z0-9./-]{0,12}[a-z0-9]$/)
    .filter((text) => !['or', 'and', 'not'].includes(text) && !text.includes('..'));
  const exact = fc.string({ maxLength: 12, unit: 'grapheme' });
  const leaf: fc.Arbitrary<Predicate> = fc.oneof(
    word.map((value) => compare('name', { op: 'eq', value, fold: true })),
    exact.map((value) => eq('kind', value)),
    exact.map((value) => some('reference', eq('tag', value))),
    fc.integer({ min: 0, max: 1e9 }).map((value) => compare('size', { op: 'gt', value })),
    fc
      .tuple(fc.stringMatching(/^[a-z][a-z.-]{0,8}$/), exact)
      .map(([key, value]) => some('label', and(eq('key', key), eq('value', value)))),
    fc
      .integer({ min: -10_000, max: 0 })
      .map((seconds) => compare('built_at', { op: 'ge', value: { fromNow: seconds * 1_000_000 || 0 } })),
    exact.map((pattern) => compare('name', { op: 'regex', pattern, fold: true })),
  );
  const tree: fc.Arbitrary<Predicate> = fc.letrec<{ node: Predicate }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((parts) => and(...parts)),
      fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((parts) => or(...parts)),
      tie('node').map(not),
    ),
  })).node;

  test('what it prints it reads back', () => {
    fc.assert(
      fc.property(tree, (predicate) => {
        const printed = printNative(predicate);
        expect(printed.missing).toEqual([]);
        expect(parse(printed.text)).toEqual(predicate);
      }),
      { numRuns: 500 },
    );
  });

  test('what it has no word for is named', () => {
    const printed = printNative(and(eq('kind', 'vm'), compare('min_disk', { op: 'gt', value: 5 })));
    expect(printed.text).toBe('kind:"vm"');
    expect(printed.missing).toEqual(['The native language has no word for: min_disk gt']);
  });
});
