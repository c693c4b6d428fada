import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { and, compare, eq, label, not, or, some } from '../../query/predicate.ts';
import { parseQuery } from './parse.ts';
import { printQuery } from './print.ts';
import { canonical } from './wire/canonical.ts';

const word = fc.stringMatching(/^[a-zA-Z0-9._/-]{1,12}$/).filter((text) => !/^[-*]$|^r\/|^!/.test(text));
const text = fc.oneof(
  word,
  word.map((value) => `!${value}`),
  word.map((value) => `"${value}"`),
  word.map((value) => `!"${value}"`),
  word.map((value) => `r/^${value}.?$`),
  word.map((value) => `%${value}_`),
  fc.constant('*'),
);
const number = fc
  .tuple(fc.constantFrom('', '<', '<=', '>', '>='), fc.integer({ min: 0, max: 999 }))
  .map(([sign, n]) => `${sign}${n}`);
const range = fc
  .tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 100, max: 999 }))
  .map(([a, b]) => `${a}-${b}`);
const day = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1990, max: 2030 }))
  .map(([month, date, year]) => `${String(month).padStart(2, '0')}/${String(date).padStart(2, '0')}/${year}`);
const date = fc.oneof(
  day,
  day.map((value) => `>=${value} 3:04:05 PM`),
  fc.integer({ min: 1, max: 900 }).map((days) => `>${days}d`),
  fc.constant('10d-20d'),
  fc.constant('-'),
);
const entry = fc.oneof(
  word.map((key) => `${key}=`),
  word.map((key) => `!${key}=`),
  fc.tuple(word, text).map(([key, value]) => `${key}=${value}`),
  fc.constant('='),
);
const severity = fc.constantFrom('CRITICAL', '>=LOW', '!LOW', 'r/^i', '-', '*');

const oneLabel = (name: string, value: fc.Arbitrary<string>) =>
  fc.array(value, { minLength: 1, maxLength: 3 }).map((values) => `${name}:${values.join(',')}`);
const query = fc
  .uniqueArray(
    fc.oneof(
      ...['Image', 'Image Tag', 'image tag', 'Image Remote', 'Image User', 'Image OS', 'Image Sha'].map((name) =>
        oneLabel(name, text),
      ),
      ...['Image Command', 'Image Entrypoint', 'Image Volumes'].map((name) => oneLabel(name, text)),
      ...['Dockerfile Instruction Keyword', 'Dockerfile Instruction Value', 'Component', 'Fixed By', 'CVE'].map(
        (name) => oneLabel(name, fc.oneof(text, fc.constant('-'))),
      ),
      ...['Image CVE Count', 'Image Risk Score', 'CVSS', 'Component Count'].map((name) =>
        oneLabel(name, fc.oneof(number, range)),
      ),
      ...['Image Created Time', 'Last Updated', 'CVE Published On'].map((name) => oneLabel(name, date)),
      oneLabel('Image Label', entry),
      oneLabel('Severity', severity),
      oneLabel('Namespace', text),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((pairs) => pairs.join('+'));

const PRIMARY = 'Only the name an image is called by and its primary platform can be asked, not every one it has.';

describe('printing', () => {
  it('reads back as what was printed', () => {
    fc.assert(
      fc.property(query, (asked) => {
        const where = parseQuery(asked);
        const printed = printQuery(where);
        // A count beside conditions on what it counts, and two ranges that overlap into one, have no words here.
        fc.pre(!/tally/.test(canonical(where)));
        expect(printed.missing, asked).toEqual([]);
        expect(canonical(parseQuery(printed.text)), printed.text).toBe(canonical(where));
      }),
      { numRuns: 400, seed: 20261122 },
    );
  });

  it.each([
    [label('app', 'web'), 'Image Label:"app"="web"'],
    [label('app', 'web', { fold: true }), 'Image Label:r/^app$=r/^web$'],
    [not(some('label', eq('key', 'app'))), 'Image Label:!app='],
    [compare('image_tag', { op: 'contains', value: 'a_b', fold: true }), 'Image Tag:%a\\_b'],
    [compare('image_tag', { op: 'like', pattern: 'v%.1', fold: true }), 'Image Tag:r/^v(?s:.*)\\.1$'],
    [compare('image_tag', { op: 'eq', value: 'LATEST', fold: true }), 'Image Tag:r/^LATEST$'],
    [and(eq('kind', 'container'), eq('registry', 'quay.io')), 'Image Registry:"quay.io"'],
    [compare('name', { op: 'regex', pattern: 'nginx', fold: true }), 'Image:r/nginx'],
    [some('container', eq('namespace', 'prod')), 'Namespace:"prod"'],
    [
      some('finding', compare('severity', { op: 'ge', value: 3 })),
      'Severity:"IMPORTANT_VULNERABILITY_SEVERITY","CRITICAL_VULNERABILITY_SEVERITY"',
    ],
    [
      compare('built_at', { op: 'lt', value: Date.parse('2024-05-01T02:03:04Z') * 1000 }),
      'Image Created Time:<05/01/2024 2:03:04 AM',
    ],
    [{ kind: 'none' } as const, 'Image Tag:-'],
  ])('says what other languages ask: %j', (where, text) => {
    expect(printQuery(where)).toEqual({ text, missing: [] });
  });

  it.each([
    [or(eq('registry', 'a'), eq('image_tag', 'b')), 'either registry equals "a" or image_tag equals "b"'],
    [compare('size', { op: 'gt', value: 5 }), 'size is more than 5'],
    [compare('image_tag', { op: 'prefix', value: 'a' }), 'image_tag begins with "a"'],
    [eq('kind', 'vm'), 'kind equals "vm"'],
    [
      not(some('label', compare('key', { op: 'prefix', value: 'x', fold: true }))),
      'not (some label with key begins with "x")',
    ],
    [compare('built_at', { op: 'lt', value: 1_500 }), 'built_at is less than 1500'],
  ])('names what it cannot say: %j', (where, what) => {
    expect(printQuery(where)).toEqual({ text: '', missing: [`This cannot be asked: ${what}.`] });
  });

  it('asks the primary name for every name, and says so', () => {
    expect(printQuery(some('reference', eq('tag', '1.27')))).toEqual({
      text: 'Image Tag:"1.27"',
      missing: [PRIMARY],
    });
  });

  it('finds the primary name behind repositories, and leaves what it has no words for', () => {
    const placement = some(
      'placement',
      and(eq('name', 'quay.io/team/app'), some('reference', eq('tag', '2')), eq('tag_count', 3)),
    );
    expect(printQuery(placement)).toEqual({
      text: 'Image Registry:"quay.io"+Image Remote:"team/app"+Image Tag:"2"',
      missing: [PRIMARY, 'This cannot be asked: some placement with tag_count equals 3.'],
    });
    expect(printQuery(some('placement', compare('short_name', { op: 'eq', value: 'app', fold: true }))).text).toBe(
      'Image Remote:r/(?:^|/)app$',
    );
  });

  it('says conditions on one row only once per table', () => {
    const two = and(some('layer', eq('keyword', 'RUN')), some('layer', eq('keyword', 'COPY')));
    const printed = printQuery(two);
    expect(printed.text).toBe('Dockerfile Instruction Keyword:"RUN"');
    expect(printed.missing).toHaveLength(1);
  });
});
