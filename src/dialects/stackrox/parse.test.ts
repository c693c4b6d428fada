import { describe, expect, it } from 'vitest';
import { StowageError } from '../../domain/error.ts';
import { DAY } from '../../domain/time.ts';
import { ALL, and, compare, eq, NONE, not, or, some } from '../../query/predicate.ts';
import { parseQuery, readQuery } from './parse.ts';
import { readModifiers, splitQuery, splitValues } from './wire/split.ts';

const prefix = (field: string, value: string) => compare(field, { op: 'prefix', value, fold: true });
const pairs = (query: string) => splitQuery(query).map(({ label, values }) => [label, ...values]);
const message = (query: string) => {
  try {
    parseQuery(query);
  } catch (error) {
    return error instanceof StowageError ? [error.kind, error.message] : [String(error)];
  }
  return [];
};

describe('pairs and values', () => {
  it('24: a plus separates only as the last one before a colon', () => {
    const query =
      'Deployment:attempted-alerts-dep-6+Policy:Kubernetes Actions: Exec into Pod,hello+hi+New Deployment Label:value';
    expect(pairs(query)).toEqual([
      ['Deployment', 'attempted-alerts-dep-6'],
      ['Policy', 'Kubernetes Actions: Exec into Pod', 'hello+hi'],
      ['New Deployment Label', 'value'],
    ]);
    expect(pairs('Deployment Label:label+label')).toEqual([['Deployment Label', 'label+label']]);
  });

  it('25: nothing separates inside quotes, and pairs are trimmed', () => {
    expect(pairs('Deployment:field1,"field12+some,thi:ng",field13 + Category:"field2+some,thing"')).toEqual([
      ['Deployment', 'field1', '"field12+some,thi:ng"', 'field13'],
      ['Category', '"field2+some,thing"'],
    ]);
  });

  it('26: empty values count, and a modifier needs something behind it', () => {
    expect(splitValues(',val1,val2,val3,').map(({ text }) => text)).toEqual(['', 'val1', 'val2', 'val3', '']);
    expect(readModifiers('"test"')).toEqual({ text: 'test', modifiers: ['Equality'] });
    expect(readModifiers('""')).toEqual({ text: '', modifiers: ['Equality'] });
    expect(readModifiers('"')).toEqual({ text: '"', modifiers: [] });
    expect(readModifiers('"test')).toEqual({ text: '"test', modifiers: [] });
    expect(readModifiers('!!')).toEqual({ text: '!', modifiers: ['Negation'] });
    expect(readModifiers('!r/')).toEqual({ text: 'r/', modifiers: ['Negation'] });
    expect(readModifiers('!r/x')).toEqual({ text: 'x', modifiers: ['Negation', 'Regex'] });
  });

  it('says where a bad value stands', () => {
    const query = 'Image Tag:x + Image CVE Count: 1,abc';
    try {
      parseQuery(query);
      expect.unreachable();
    } catch (error) {
      expect((error as StowageError).at).toBe(query.indexOf('abc'));
    }
  });
});

describe('labels', () => {
  it.each([
    ['', ALL],
    ['INVALIDQUERY', ALL],
    ['Nope:x', ALL],
    ['Image Tag:', ALL],
    ['Image Tag:,', ALL],
    ['Nope:x+Image Tag:7.2', prefix('image_tag', '7.2')],
    ['IMAGE tag:7.2', prefix('image_tag', '7.2')],
    ['Image Tag:7.2+Image Tag:6.0', prefix('image_tag', '6.0')],
    ['Image Tag:7.2+image tag:6.0', and(prefix('image_tag', '7.2'), prefix('image_tag', '6.0'))],
    ['Policy:x', NONE],
    ['Policy:x+Image Tag:7.2', prefix('image_tag', '7.2')],
    ['Deployment:x', NONE],
    ['Deployment:-', ALL],
    ['Deployment Label:-', NONE],
    ['Image Tag:-', NONE],
    ['Image Created Time:-', not(compare('built_at', { op: 'exists' }))],
  ])('%s', (query, where) => {
    expect(parseQuery(query)).toEqual(where);
  });

  it('tells a query that is only about other things', () => {
    expect(readQuery('Policy:x').elsewhere).toBe(true);
    expect(readQuery('Nope:x').elsewhere).toBe(false);
  });
});

describe('text', () => {
  it.each([
    ['fir', prefix('image_tag', 'fir')],
    ['"fir"', eq('image_tag', 'fir')],
    ['!fir', not(prefix('image_tag', 'fir'))],
    ['!r/.*s.*', not(compare('image_tag', { op: 'regex', pattern: '.*s.*', fold: true }))],
    ['r/f.*', compare('image_tag', { op: 'regex', pattern: 'f.*', fold: true })],
    ['v%b', compare('image_tag', { op: 'like', pattern: 'v%b%', fold: true })],
    ['a\\', compare('image_tag', { op: 'like', pattern: 'a\\%', fold: true })],
    ['"a","b",c', or(compare('image_tag', { op: 'in', values: ['a', 'b'] }), prefix('image_tag', 'c'))],
  ])('27: %s', (value, where) => {
    expect(parseQuery(`Image Tag:${value}`)).toEqual(where);
  });

  it('keeps 70,000 exact values one condition, and refuses so many others', () => {
    const values = Array.from({ length: 70_000 }, (_, index) => `"nope${index}"`).join(',');
    expect(parseQuery(`Image Tag:${values}`)).toMatchObject({ kind: 'compare', test: { op: 'in' } });
    expect(message(`Image Tag:x,${values}`)[0]).toBe('invalid');
  });

  it('asks the digest of images that have no name', () => {
    expect(parseQuery('Image:docker.io')).toEqual(prefix('name', 'docker.io'));
    expect(parseQuery('Image:sha256:ab')).toEqual(
      or(prefix('name', 'sha256:ab'), and(eq('name', ''), prefix('digest', 'sha256:ab'))),
    );
    expect(parseQuery('Image:""')).toEqual(and(not(eq('name', '')), eq('name', '')));
  });
});

describe('numbers', () => {
  const score = (op: 'gt' | 'ge' | 'lt' | 'eq', value: number) => compare('risk_score', { op, value });
  it.each([
    ['-2-5', and(score('gt', -2), score('lt', 5))],
    ['>7.3', score('gt', 7.3)],
    ['>=-2', score('ge', -2)],
    ['-2.9124--1.2', and(score('gt', -2.91), score('lt', -1.2))],
    ['0x1p3', score('eq', 8)],
    ['> 1_0', score('gt', 10)],
    ['0.125', score('eq', 0.12)],
    ['<Inf', ALL],
    ['>NaN', NONE],
  ])('28: %s', (value, where) => {
    expect(parseQuery(`Image Risk Score:${value}`)).toEqual(where);
  });

  it.each([
    [
      '1-1',
      'range query was attempted, but it was invalid: invalid range 1-1 (first value must be strictly less than the second)',
    ],
    [
      '-1--2',
      'range query was attempted, but it was invalid: invalid range -1--2 (first value must be strictly less than the second)',
    ],
    ['1-x', 'range query was attempted, but it was invalid: invalid range 1-x (cannot parse "x" as a number)'],
    ['abc', 'cannot parse "abc" as a number'],
    ['>1-3', 'cannot parse "1-3" as a number'],
    ['!"1"', 'modifiers not supported for numeric query: [Negation Equality]'],
    ['1e400', 'cannot parse "1e400" as a number'],
  ])('28: %s is refused', (value, text) => {
    expect(message(`Image Risk Score:${value}`)).toEqual(['invalid', text]);
  });

  it('counts an unscanned image as 0', () => {
    expect(parseQuery('Image Top CVSS:0')).toEqual(or(eq('top_cvss', 0), not(compare('top_cvss', { op: 'exists' }))));
    expect(parseQuery('Image CVE Count:>1')).toEqual(compare('cve_count', { op: 'gt', value: 1 }));
    expect(message('Image CVE Count:1.5')[0]).toBe('invalid');
  });

  it('does not round probabilities', () => {
    expect(parseQuery('EPSS Probability:>0.001')).toEqual(some('finding', compare('epss', { op: 'gt', value: 0.001 })));
  });
});

describe('dates', () => {
  const at = (text: string) => Date.parse(text) * 1000;
  const built = (op: 'ge' | 'lt' | 'gt' | 'le' | 'eq', value: number | { fromNow: number }) =>
    compare('built_at', { op, value });
  const day = (text: string) => and(built('ge', at(text)), built('lt', at(text) + DAY));
  it.each([
    ['03/09/2022', day('2022-03-09T00:00:00Z')],
    ['03/09/2022 UTC', day('2022-03-09T00:00:00Z')],
    ['03/09/2022 1:00 PM', day('2022-03-09T13:00:00Z')],
    ['03/09/2022 EST', day('2022-03-09T05:00:00Z')],
    ['03/09/2022 GMT+3', day('2022-03-08T21:00:00Z')],
    ['< 03/09/2022', built('lt', at('2022-03-09T00:00:00Z'))],
    ['< 03/09/2022 1:00 PM', built('lt', at('2022-03-09T13:00:00Z'))],
    ['=03/09/2022 12:00:01.9 AM', built('eq', at('2022-03-09T00:00:01Z'))],
    ['> 1d', built('le', { fromNow: -DAY })],
    ['<3', built('ge', { fromNow: -3 * DAY })],
    ['-3000d-1d', and(built('gt', { fromNow: -DAY }), built('lt', { fromNow: 3000 * DAY }))],
    ['tr/1500-3999', and(built('ge', 1_000_000), built('lt', 3_000_000))],
  ])('29: %s', (value, where) => {
    expect(parseQuery(`Image Created Time:${value}`)).toEqual(where);
  });

  it.each([
    ['>lol', 'invalid time query (prefix: >, value: lol). Must be of the format (01/02/2006 or 1d)'],
    ['02/29/2023', 'invalid time query (prefix: , value: 02/29/2023). Must be of the format (01/02/2006 or 1d)'],
    ['!03/09/2022', 'modifiers not supported for time query'],
    ['tr/1-2-3', 'parsing time range: strconv.ParseInt: parsing "2-3": invalid syntax'],
    ['03/09/2022 XXX', 'unknown time zone XXX; write the distance from UTC instead, e.g. GMT+3'],
  ])('29: %s is refused', (value, text) => {
    expect(message(`Image Created Time:${value}`)).toEqual(['invalid', text]);
  });
});

describe('maps and enums', () => {
  const key = (name: string) => some('label', eq('key', name));
  it.each([
    ['foo=', key('foo')],
    ['!foo=', not(key('foo'))],
    ['=', some('label')],
    ['=bar', some('label', prefix('value', 'bar'))],
    ['=!bar', some('label', not(prefix('value', 'bar')))],
    ['foo=!bar', some('label', and(prefix('key', 'foo'), not(prefix('value', 'bar'))))],
    ['*', ALL],
  ])('30: %s', (value, where) => {
    expect(parseQuery(`Image Label:${value}`)).toEqual(where);
  });

  it('30: a key is not negated together with a value', () => {
    expect(message('Image Label:!foo=blah')).toEqual([
      'invalid',
      'unsupported map query !foo=blah: cannot negate key and specify non-empty value',
    ]);
  });

  const severity = (...values: number[]) =>
    some(
      'finding',
      compare('severity', values.length === 1 ? { op: 'eq', value: values[0] ?? 0 } : { op: 'in', values }),
    );
  it.each([
    ['>IMPORTANT', severity(4)],
    ['<=LOW', severity(0, 1)],
    ['!LOW', severity(0, 2, 3, 4)],
    ['r/I.*AL', severity(4)],
    ['"CRITICAL_vulnerability_SEVERITY"', severity(4)],
    ['4', NONE],
  ])('30: %s', (value, where) => {
    expect(parseQuery(`Severity:${value}`)).toEqual(where);
  });

  it('30: an exact name that is none is refused', () => {
    expect(message('Severity:"CRITICAL"')[1]).toBe(
      'could not find corresponding enum at field "imagecvev2.severity" with value "CRITICAL" and modifiers [Equality]',
    );
  });
});

describe('tables', () => {
  it('asks one row for the labels of one table, and tables by themselves', () => {
    const keyword = prefix('keyword', 'RUN');
    const value = prefix('value', 'apt');
    expect(parseQuery('Dockerfile Instruction Keyword:RUN+Dockerfile Instruction Value:apt')).toEqual(
      some('layer', and(keyword, value)),
    );
    expect(parseQuery('Component:perl+CVE:x')).toEqual(
      and(some('package', prefix('name', 'perl')), some('finding', prefix('id', 'x'))),
    );
  });

  it('joins loosely where a label may be missing', () => {
    expect(parseQuery('Dockerfile Instruction Keyword:-,FROM')).toEqual(
      or(some('layer', prefix('keyword', 'FROM')), not(some('layer'))),
    );
  });

  it('counts rows that satisfy the other conditions of their table', () => {
    expect(parseQuery('Component Count:>1+Component:openssl')).toEqual(
      and(
        { kind: 'tally', relation: 'package', where: prefix('name', 'openssl'), test: { op: 'gt', value: 1 } },
        some('package', prefix('name', 'openssl')),
      ),
    );
    expect(parseQuery('Component Count:0')).toEqual(
      or(eq('component_count', 0), not(compare('component_count', { op: 'exists' }))),
    );
  });

  it('reads the greatest value as one row that has it and none beyond', () => {
    const cvss = (op: 'ge' | 'gt', value: number) => some('finding', compare('cvss', { op, value }));
    expect(parseQuery('CVSS Max:>7')).toEqual(cvss('gt', 7));
    expect(parseQuery('CVSS Max:<7')).toEqual(and(some('finding'), not(cvss('ge', 7))));
  });
});
