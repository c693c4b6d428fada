import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { and, compare, label, not, or, type Predicate, some } from '../../query/predicate.ts';
import { toImage } from '../../query/retarget.ts';
import { IMAGE_WORDS } from './fields.ts';
import { parseFilter } from './parse.ts';
import { print } from './print.ts';

const WORDS = ['image_name', 'short_image', 'registry', 'repository', 'image_tag', 'os_name', 'os_version'];
const OTHERS = [
  'os_architecture',
  'repo_digest',
  'config_digest',
  'sources',
  'tags',
  'team',
  '"name"',
  'env',
  'a.b/c',
  'architecture',
  'image_id',
  'name',
];
const COUNTS = ['sizes', 'container_count'];

const text = fc.string({ unit: fc.constantFrom(...'aZé-_%./:@7 ,()"*\\'), minLength: 1, maxLength: 6 });
const value = fc.oneof(
  text.map((each) => `"${each.replace(/["\\]/g, '\\$&')}"`),
  fc.string({ unit: fc.constantFrom(...'aB7./-*_%'), minLength: 1, maxLength: 6 }),
);
const number = fc.tuple(fc.constantFrom('', '>', '<', '>=', '<='), fc.nat(1_000_000)).map((pair) => pair.join(''));
const term = fc.oneof(
  fc.tuple(fc.constantFrom(...WORDS, ...OTHERS), value).map((pair) => pair.join(':')),
  fc.tuple(fc.constantFrom(...COUNTS), number).map((pair) => pair.join(':')),
  fc.constantFrom('images_built_at:>=now-7d', 'images_built_at:<2025-01-31', 'status:running', 'team:(a OR b)'),
);
const { filter } = fc.letrec<{ filter: string; one: string }>((tie) => ({
  one: fc.oneof(
    { weight: 4, arbitrary: term },
    { weight: 1, arbitrary: tie('one').map((inner) => `NOT ${inner}`) },
    { weight: 1, arbitrary: fc.tuple(tie('one'), tie('one')).map(([a, b]) => `(${a} OR ${b})`) },
    { weight: 1, arbitrary: fc.tuple(tie('one'), tie('one')).map(([a, b]) => `(${a} ${b})`) },
  ),
  filter: fc.array(tie('one'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(',')),
}));

describe('print', () => {
  test('what it says without naming anything as missing, reads back as the same question', () => {
    let whole = 0;
    fc.assert(
      fc.property(filter, (text) => {
        const asked = toImage('placement', parseFilter(text, IMAGE_WORDS));
        const printed = print(asked);
        if (printed.missing.length > 0) return;
        whole += 1;
        expect(toImage('placement', parseFilter(printed.text, IMAGE_WORDS))).toEqual(asked);
      }),
      { numRuns: 500, seed: 7 },
    );
    expect(whole).toBeGreaterThan(200);
  });

  const SAID: readonly (readonly [what: string, where: Predicate, text: string, missing: readonly RegExp[]])[] = [
    ['everything', and(), '', []],
    ['a label', label('team', 'shop', { fold: true }), 'team:shop', []],
    ['a label by exact case', label('team', 'Shop'), 'team:Shop', [/regard to case/]],
    ['a label named like a word', label('status', 'x', { fold: true }), '"status":x', []],
    ['a value with a comma', label('team', 'a,b', { fold: true }), 'team:"a,b"', []],
    ['a digest', compare('digest', { op: 'eq', value: 'sha256:ab' }), 'repo_digest:sha256:ab', []],
    ['running', compare('running_count', { op: 'ge', value: 1 }), 'container_count:>=1', []],
    [
      'primary registry',
      compare('registry', { op: 'eq', value: 'ghcr.io', fold: true }),
      'registry:ghcr.io',
      [/primary name/],
    ],
    [
      'a full name',
      some('reference', compare('name', { op: 'eq', value: 'docker.io/library/nginx:1.27', fold: true })),
      '(image_name:docker.io/library/nginx AND image_tag:1.27)',
      [],
    ],
    ['a regular expression', compare('user', { op: 'regex', pattern: '^r' }), '', [/no filter by user/]],
    ['packages', some('package', compare('name', { op: 'eq', value: 'openssl' })), '', [/package/]],
    [
      'a negated repository',
      not(some('placement', compare('name', { op: 'eq', value: 'x', fold: true }))),
      '',
      [/no repository/],
    ],
    [
      'only a part',
      and(label('team', 'shop', { fold: true }), some('layer', compare('keyword', { op: 'eq', value: 'RUN' }))),
      'team:shop',
      [/layer/],
    ],
    [
      'a choice of which one part cannot be said',
      or(label('team', 'shop', { fold: true }), some('host', compare('name', { op: 'eq', value: 'h' }))),
      '',
      [/host/],
    ],
  ];
  test.each(SAID)('%s', (_what, where, text, missing) => {
    const printed = print(where);
    expect(printed.text).toBe(text);
    expect(printed.missing).toHaveLength(missing.length);
    for (const [at, says] of missing.entries()) expect(printed.missing[at]).toMatch(says);
  });
});
