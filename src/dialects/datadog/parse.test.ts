import { describe, expect, test } from 'vitest';
import { StowageError } from '../../domain/error.ts';
import { and, compare, label, not, or, type Predicate, some } from '../../query/predicate.ts';
import { CONTAINER_WORDS, IMAGE_WORDS } from './fields.ts';
import { parseFilter } from './parse.ts';

const parse = (text: string) => parseFilter(text, IMAGE_WORDS);
const is = (field: string, value: string) => compare(field, { op: 'eq', value, fold: true });
const tag = (key: string, value: string) => label(key, value, { fold: true });
const os = (value: string) => some('platform', is('os', value));

const MEANING: readonly (readonly [filter: string, meaning: Predicate])[] = [
  ['', and()],
  [' , ,', and()],
  ['short_image:redis', is('short_name', 'redis')],
  ['SHORT_IMAGE:Redis', is('short_name', 'Redis')],
  ['short_image:redis,os_name:linux', and(is('short_name', 'redis'), os('linux'))],
  ['short_image:redis os_name:linux', and(is('short_name', 'redis'), os('linux'))],
  ['short_image:redis AND os_name:linux', and(is('short_name', 'redis'), os('linux'))],
  ['team:a OR team:b,os_name:linux', and(or(tag('team', 'a'), tag('team', 'b')), os('linux'))],
  ['team:a OR team:b os_name:linux', or(tag('team', 'a'), and(tag('team', 'b'), os('linux')))],
  ['NOT team:a', not(tag('team', 'a'))],
  ['!team:a', not(tag('team', 'a'))],
  ['-team:a', not(tag('team', 'a'))],
  ['NOT (team:a OR team:b)', not(or(tag('team', 'a'), tag('team', 'b')))],
  ['NOTE:a', tag('NOTE', 'a')],
  ['or:a', tag('or', 'a')],
  ['a:b:c', tag('a', 'b:c')],
  ['a\\:b:c', tag('a:b', 'c')],
  ['"a:b":c', tag('a:b', 'c')],
  ['team:"x, (y) *"', tag('team', 'x, (y) *')],
  ['team:x\\,\\ \\*', tag('team', 'x, *')],
  ['team:', tag('team', '')],
  ['team:*', some('label', is('key', 'team'))],
  ['"short_image":redis', tag('short_image', 'redis')],
  ['image_name:nginx', is('name', 'docker.io/library/nginx')],
  ['image_name:"nginx"', is('name', 'nginx')],
  ['image_name:gcr.io/x/agent', is('name', 'gcr.io/x/agent')],
  ['short_image:red*', compare('short_name', { op: 'prefix', value: 'red', fold: true })],
  ['short_image:*dis', compare('short_name', { op: 'like', pattern: '%dis', fold: true })],
  ['short_image:*edi*', compare('short_name', { op: 'contains', value: 'edi', fold: true })],
  ['short_image:a_%*z', compare('short_name', { op: 'like', pattern: 'a\\_\\%%z', fold: true })],
  ['short_image:(a OR b)', compare('short_name', { op: 'in', values: ['a', 'b'], fold: true })],
  ['repo_digest:SHA256:AB', some('image', compare('digest', { op: 'eq', value: 'sha256:ab' }))],
  ['status:running', compare('running_count', { op: 'ge', value: 1 })],
  ['status:not_running', not(compare('running_count', { op: 'ge', value: 1 }))],
  ['container_count:>3', compare('running_count', { op: 'gt', value: 3 })],
  ['sizes:<=1000', compare('size', { op: 'le', value: 1000 })],
  ['images_built_at:>=2025-01-31', compare('built_at', { op: 'ge', value: Date.UTC(2025, 0, 31) * 1000 })],
  ['images_built_at:<now-7d', compare('built_at', { op: 'lt', value: { fromNow: -7 * 86_400_000_000 } })],
  ['tags:Gold', some('tag', is('value', 'Gold'))],
  [
    'env:prod',
    some(
      'label',
      and(
        compare('key', { op: 'in', values: ['com.datadoghq.tags.env', 'env'], fold: true }),
        compare('value', { op: 'eq', value: 'prod', fold: true }),
      ),
    ),
  ],
  ['architecture:arm64', or(some('platform', is('architecture', 'arm64')), tag('architecture', 'arm64'))],
  ['redis', or(some('tag', is('value', 'redis')), compare('name', { op: 'contains', value: 'redis', fold: true }))],
];

const WRONG: readonly (readonly [filter: string, at: number, says: RegExp])[] = [
  ['(team:a', 0, /never closed/],
  ['team:a)', 6, /closes nothing/],
  ['team:a,:b', 7, /key before ":" is empty/],
  ['team:a OR', 9, /tag is missing/],
  ['team:a OR,team:b', 9, /tag is missing/],
  ['AND team:a', 0, /tag is missing/],
  ['NOT', 3, /tag is missing/],
  ['()', 0, /empty/],
  ['team:"a', 5, /quote is never closed/],
  ['team:"a"b', 8, /ends at its quote/],
  ['team:a(b)', 6, /quotes/],
  ['team:(a AND b)', 8, /OR only/],
  ['team:(a', 5, /never closed/],
  ['team:()', 6, /value is missing/],
  ['te*m:a', 0, /wildcard/],
  ['team:a\\', 6, /missing after/],
  ['status:gone', 7, /running or not_running/],
  ['sizes:big', 6, /whole number/],
  ['sizes:1*', 6, /wildcard/],
  ['built_at:soon', 9, /no time/],
  ['('.repeat(41), 40, /nests deeper/],
];

describe('filter[tags]', () => {
  test.each(MEANING)('%s', (filter, meaning) => {
    expect(parse(filter)).toEqual(meaning);
  });

  test.each(WRONG)('refuses %s', (filter, at, says) => {
    try {
      parse(filter);
    } catch (error) {
      expect(error).toBeInstanceOf(StowageError);
      expect(error).toMatchObject({ kind: 'invalid', at, message: expect.stringMatching(says) });
      expect((error as Error).message).toContain(`character ${at}`);
      return;
    }
    expect.unreachable('it was read');
  });

  test('an image id parts at its @, which a wildcard may cover', () => {
    const digest = (value: string) =>
      or(
        some('image', compare('digest', { op: 'eq', value })),
        some('platform', compare('config_digest', { op: 'eq', value })),
      );
    expect(parse('image_id:gcr.io/x@sha256:ab')).toEqual(and(is('name', 'gcr.io/x'), digest('sha256:ab')));
    expect(parse('image_id:sha256:ab')).toEqual(digest('sha256:ab'));
    const covered = JSON.stringify(parse('image_id:gcr.io/*'));
    expect(covered).toContain('{"kind":"compare","field":"name","test":{"op":"prefix","value":"gcr.io/","fold":true}}');
  });

  test('containers have words of their own', () => {
    expect(parseFilter('kube_namespace:shop,host:h1', CONTAINER_WORDS)).toEqual(
      and(is('namespace', 'shop'), is('host_name', 'h1')),
    );
    expect(parseFilter('os_name:linux', CONTAINER_WORDS)).toEqual(tag('os_name', 'linux'));
  });
});
