import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StowageError } from '../../domain/error.ts';
import { checkPredicate } from '../../query/check.ts';
import { and, compare, eq, not, or, type Predicate, some } from '../../query/predicate.ts';
import { toImage } from '../../query/retarget.ts';
import { parse } from './parse.ts';
import { print } from './print.ts';

const NOW = Date.UTC(2026, 5, 1) * 1000;
const read = (text: string) => parse(text, { now: NOW });

describe('filters found in clients', () => {
  test.each([
    'repo.registry:docker.io and repo.repository:myorg/ubuntu and repo.tag:18.04',
    `sha:${'4f67c8'.padEnd(64, '0')} and lastScanned: [now-120s ... now]`,
    'imagesInUse:`[now-30d ... now]` and vulnerabilities.severity:5',
    'vulnerabilities:(severity:5 or severity:4) and not imagesInUse:`[now-7d ... now]` and not tags.name: JiraTest1',
    'not lastScanned is null AND updated>1661479716359',
    'updated:["2023-01-01T00:00:00Z".."2023-01-02T00:00:00Z"]',
    'updated>=1593731505425 AND not uuid: [bc092a61-caee-3ff1-a693-d9062361ad3c]',
    'operatingSystem:Ubuntu',
    'vulnerabilities.title:EOL',
    'qdsSeverity:[`CRITICAL`,`HIGH`]',
    'vulnerabilities.qid:[105943, 38170]',
    'maxQdsScore:[70-100]',
    "imagesInUse:'[now-7d ... now]'",
    'image.source:GENERAL',
    'updated:[1593731505425 ..]',
  ])('%s', (text) => {
    expect(() => checkPredicate('content', read(text))).not.toThrow();
  });
});

describe('parse', () => {
  test.each<[string, Predicate]>([
    [
      'uuid:bc092a61-caee-3ff1-a693-d9062361ad3c',
      compare('id', { op: 'eq', value: 'bc092a61caee3ff1a693d9062361ad3c', fold: true }),
    ],
    ['imageId:4f67c83422ec', compare('config_digest', { op: 'prefix', value: 'sha256:4f67c83422ec' })],
    [
      'updated:[1000 .. 2000]',
      and(compare('updated_at', { op: 'ge', value: 1_000_000 }), compare('updated_at', { op: 'le', value: 2_000_000 })),
    ],
    [
      'updated:(1000 .. 2000)',
      and(compare('updated_at', { op: 'gt', value: 1_000_000 }), compare('updated_at', { op: 'lt', value: 2_000_000 })),
    ],
    ['updated:[ .. 2000]', compare('updated_at', { op: 'le', value: 2_000_000 })],
    ['size:[1-5]', and(compare('size', { op: 'ge', value: 1 }), compare('size', { op: 'le', value: 5 }))],
    ['size>5', compare('size', { op: 'gt', value: 5 })],
    ['size: >= 5', compare('size', { op: 'ge', value: 5 })],
    ['repo.tag:`1.4`', some('reference', eq('tag', '1.4'))],
    ['lastScanned is null', not(compare('scanned_at', { op: 'exists' }))],
    ['lastScanned is not null', compare('scanned_at', { op: 'exists' })],
    ['repo.tag:*', some('reference', compare('tag', { op: 'exists' }))],
    [
      'vulnerabilities:(severity:5 and typeDetected:CONFIRMED)',
      some('finding', and(eq('severity', 4), eq('confirmed', true))),
    ],
    [
      'vulnerabilities.severity:5 and vulnerabilities.typeDetected:CONFIRMED',
      and(some('finding', eq('severity', 4)), some('finding', eq('confirmed', true))),
    ],
    ['size:1 or size:2 and not size:3', or(eq('size', 1), and(eq('size', 2), not(eq('size', 3))))],
    ['source:REGISTRY', some('source', compare('kind', { op: 'in', values: ['registry'] }))],
    ['qdsSeverity:HIGH', { kind: 'none' }],
    [
      'imagesInUse:[now-7d .. now]',
      and(
        compare('last_used_at', { op: 'ge', value: { fromNow: -7 * 86_400e6 } }),
        compare('last_used_at', { op: 'le', value: { fromNow: 0 } }),
      ),
    ],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test('a range may stand in quotes of any kind, with two or three dots', () => {
    const forms = [
      '[now-7d ... now]',
      "'[now-7d ... now]'",
      '`[now-7d ... now]`',
      '[now-7d .. now]',
      '"[now-7d..now]"',
    ];
    expect(new Set(forms.map((form) => JSON.stringify(read(`imagesInUse:${form}`)))).size).toBe(1);
  });

  test.each([
    ['repo.tag:(', 'query.value', 10],
    ['updated:[5 ..', 'query.syntax', 13],
    ['colour:red', 'query.unknown-token', 0],
    ['size:1 and colour:red', 'query.unknown-token', 11],
    ['vulnerabilities:(colour:red)', 'query.unknown-token', 17],
    ['size:big', 'query.value', 5],
    ['(size:1', 'query.syntax', 7],
    ['size:1)', 'query.syntax', 6],
    ['size:1 and', 'query.syntax', 10],
    ['operatingSystem:a b size:1', 'query.syntax', 20],
    ["repo.tag:'x", 'query.unclosed-quote', 9],
    ['lastScanned is 5', 'query.syntax', 15],
    [Array.from({ length: 1_002 }, () => 'size:1').join(' or '), 'query.too-many', 10_007],
    [`${'('.repeat(80)}size:1${')'.repeat(80)}`, 'query.too-deep', 50],
  ])('%.40s is refused at its place', (text, code, at) => {
    let thrown: unknown;
    try {
      read(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(StowageError);
    expect(thrown).toMatchObject({ kind: 'invalid', code, at });
  });
});

/** What a filter over contents asks of images: conditions on the row and its references meet in one content. */
function overContents(parts: readonly Predicate[]): Predicate {
  const isLabel = (part: Predicate) => part.kind === 'some' && part.relation === 'label';
  const rows = parts
    .filter((part) => !isLabel(part))
    .map((part) => (part.kind === 'some' && part.relation === 'content' ? part.where : part));
  return and(...parts.filter(isLabel), rows.length > 0 ? some('content', and(...rows)) : { kind: 'all' });
}

describe('print', () => {
  const text = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ./_-]{0,10}$/);
  const leaf: fc.Arbitrary<Predicate> = fc.oneof(
    text.map((value) => some('reference', eq('tag', value))),
    text.map((value) => some('label', and(eq('key', 'team'), eq('value', value)))),
    fc.integer({ min: 0, max: 1e9 }).map((value) => some('content', compare('size', { op: 'gt', value }))),
    fc
      .integer({ min: 1, max: 1e12 })
      .map((value) => some('content', compare('updated_at', { op: 'le', value: value * 1000 }))),
  );

  test('what it prints it reads back', () => {
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 1, maxLength: 3 }), (parts) => {
        const printed = print(and(...parts));
        expect(printed.missing).toEqual([]);
        expect(toImage('content', read(printed.text))).toEqual(overContents(parts));
      }),
      { numRuns: 300 },
    );
  });

  test('what it cannot say is named', () => {
    const printed = print(and(eq('kind', 'vm'), compare('size', { op: 'gt', value: 5 })));
    expect(printed.text).toBe('size>5');
    expect(printed.missing).toEqual(['QQL has no token for kind eq.']);
  });
});
