/** The contract's cases of the search language, asked of a whole server; that they are read rightly is in parse.test.ts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp } from '../../../test/support/app.ts';
import { anImage, aPlatform, aSource, T0 } from '../../../test/support/fixtures.ts';
import { describeByTransport } from '../../../test/support/transport.ts';
import { DAY, HOUR } from '../../domain/time.ts';
import type { ImageObservation } from '../../store/store.ts';
import { stackrox } from './index.ts';

const noon = (day: string) => Date.parse(`${day}T12:00:00Z`) * 1000;

/** One registry per column of the contract's cases; the tag says which row it is. */
function image(registry: string, tag: string, number: number, more: Parameters<typeof anImage>[0] = {}) {
  return anImage({ references: [`${registry}.example/case:${tag}`], createdAt: T0, updatedAt: T0 + number, ...more });
}

function built(tag: string, number: number, day: string): ImageObservation {
  return image('date', tag, number, { platforms: [aPlatform(`built ${tag}`, { builtAt: noon(day) })] });
}

const IMAGES: readonly ImageObservation[] = [
  image('text', 'first', 1, { labels: { note: 'field12+some,thi:ng', plus: 'hello+hi' } }),
  image('text', 'second', 2),
  image('text', 'fir', 3),
  image('number', 'low', 4, { riskScore: -2 }),
  image('number', 'high', 5, { riskScore: 7.5 }),
  built('y2020', 6, '2020-03-09'),
  built('y2021', 7, '2021-03-09'),
  built('feb2022', 8, '2022-02-09'),
  built('y2022', 9, '2022-03-09'),
  built('y2029', 10, '2029-03-09'),
  image('map', 'one', 11, { labels: { foo: 'bar', new: 'old' } }),
  image('map', 'two', 12, { labels: { one: 'two', three: 'four' } }),
  image('map', 'none', 13),
];

describeByTransport('stackrox search', (way) => {
  let http: Awaited<ReturnType<typeof testApp>>;
  beforeAll(async () => {
    http = await testApp({ ...way, dialects: [stackrox], now: T0 + DAY + HOUR });
    await http.store.ingestImages(http.project, aSource(), IMAGES);
  });
  afterAll(() => http.close());

  async function ask(path: string, query: string) {
    const { id, secret } = http.credential;
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const answer = await http.send({ url: `${path}?query=${encodeURIComponent(query)}`, headers: { authorization } });
    return { status: answer.statusCode, body: answer.json() };
  }

  /** Tags of the rows of one column that a query finds; counting must agree. */
  async function found(column: string, query: string): Promise<string> {
    const whole = `Image Registry:"${column}.example"+${query}`;
    const [list, count] = [await ask('/v1/images', whole), await ask('/v1/imagescount', whole)];
    expect([list.status, count.status], JSON.stringify(list.body)).toEqual([200, 200]);
    expect(count.body).toEqual({ count: list.body.images.length });
    return list.body.images.map(({ name }: { name: string }) => name.split(':').at(-1)).join(' ');
  }

  async function refused(query: string, message: string): Promise<void> {
    for (const path of ['/v1/images', '/v1/imagescount']) {
      expect(await ask(path, query)).toEqual({ status: 400, body: { code: 3, message, details: [], error: message } });
    }
  }

  it('24: a plus separates only as the last one before a colon', async () => {
    const elsewhere = 'Policy:Kubernetes Actions: Exec into Pod,hello+hi+New Deployment Label:value';
    expect(await found('text', `Image Tag:second+${elsewhere}`)).toBe('second');
    expect(await found('text', 'Image Label:plus=hello+hi')).toBe('first');
    expect(await found('text', 'Image Label:plus=hello+hi+Image Tag:second')).toBe('');
  });

  it('25: nothing separates inside quotes, and pairs are trimmed', async () => {
    expect(await found('text', 'Image Label:note="field12+some,thi:ng",nope= + Image Remote:"case"')).toBe('first');
    expect(await found('text', 'Image Tag:second,"fir" + Image Label:note="field12"')).toBe('');
    expect(await found('text', 'Image Tag:second,"fir"')).toBe('second fir');
    expect(await found('text', 'Image Tag:second, "fir"')).toBe('second');
  });

  it.each([
    [',second,', 'first second fir'],
    ['"fir"', 'fir'],
    ['""', ''],
    ['"', ''],
    ['"fir', ''],
    ['!', ''],
    ['!!', 'first second fir'],
    ['!r/', 'first second fir'],
  ])('26: Image Tag:%s', async (value, tags) => {
    expect(await found('text', `Image Tag:${value}`)).toBe(tags);
  });

  it.each([
    ['fir', 'first fir'],
    ['FIR', 'first fir'],
    ['"fir"', 'fir'],
    ['"FIR"', ''],
    ['!fir', 'second'],
    ['!"fir"', 'first second'],
    ['!r/.*s.*', 'fir'],
    ['r/f.*', 'first fir'],
    ['r/^F..$', 'fir'],
    ['%ir', 'first fir'],
    ['*', 'first second fir'],
    ['-', ''],
  ])('27: Image Tag:%s', async (value, tags) => {
    expect(await found('text', `Image Tag:${value}`)).toBe(tags);
  });

  it.each([
    ['-2-5', ''],
    ['-5-8', 'low high'],
    ['>7.3', 'high'],
    ['>=-2', 'low high'],
    ['<=-2', 'low'],
    ['7.5', 'high'],
    ['==7.5', 'high'],
    ['-2.9124--1.2', 'low'],
    ['-2.004--1.2', ''],
  ])('28: Image Risk Score:%s', async (value, tags) => {
    expect(await found('number', `Image Risk Score:${value}`)).toBe(tags);
  });

  it.each([
    [
      '1-1',
      'range query was attempted, but it was invalid: invalid range 1-1 (first value must be strictly less than the second)',
    ],
    [
      '2-1',
      'range query was attempted, but it was invalid: invalid range 2-1 (first value must be strictly less than the second)',
    ],
    [
      '-1--2',
      'range query was attempted, but it was invalid: invalid range -1--2 (first value must be strictly less than the second)',
    ],
    ['abc', 'cannot parse "abc" as a number'],
    ['!"1"', 'modifiers not supported for numeric query: [Negation Equality]'],
  ])('28: Image Risk Score:%s is refused', async (value, message) => {
    await refused(`Image Risk Score:${value}`, message);
  });

  it.each([
    ['03/09/2022 UTC', 'y2022'],
    ['03/09/2022', 'y2022'],
    ['03/08/2022', ''],
    ['< 03/09/2022', 'y2020 y2021 feb2022'],
    ['< 03/09/2022 1:00 PM', 'y2020 y2021 feb2022 y2022'],
    ['03/09/2022 1:00 PM', ''],
    ['> 1d', 'y2020 y2021 feb2022 y2022'],
    ['-3000d-1d', 'y2029'],
    [`tr/${noon('2022-03-09') / 1000}-${noon('2022-03-10') / 1000}`, 'y2022'],
    ['-', ''],
  ])('29: Image Created Time:%s', async (value, tags) => {
    expect(await found('date', `Image Created Time:${value}`)).toBe(tags);
  });

  it.each([
    ['>lol', 'invalid time query (prefix: >, value: lol). Must be of the format (01/02/2006 or 1d)'],
    ['!03/09/2022', 'modifiers not supported for time query'],
  ])('29: Image Created Time:%s is refused', async (value, message) => {
    await refused(`Image Created Time:${value}`, message);
  });

  it.each([
    ['foo=', 'one'],
    ['!foo=', 'two none'],
    ['=', 'one two'],
    ['=bar', 'one'],
    ['=!bar', 'one two'],
    ['foo=!bar', ''],
    ['foo=!r/c.*', 'one'],
    ['fo', 'one'],
    ['"foo"="bar"', 'one'],
    ['*', 'one two none'],
  ])('30: Image Label:%s', async (value, tags) => {
    expect(await found('map', `Image Label:${value}`)).toBe(tags);
  });

  describe('30: enumerations, whose rows are not collected yet', () => {
    it.each([
      ['>IMPORTANT', ''],
      ['<=LOW', ''],
      ['!LOW', ''],
      ['r/I.*AL', ''],
      ['-', 'one two none'],
    ])('Severity:%s', async (value, tags) => {
      expect(await found('map', `Severity:${value}`)).toBe(tags);
    });
  });

  it('30: what a map or an enumeration cannot be asked is refused', async () => {
    await refused(
      'Image Label:!foo=blah',
      'unsupported map query !foo=blah: cannot negate key and specify non-empty value',
    );
    await refused(
      'Severity:"CRITICAL"',
      'could not find corresponding enum at field "imagecvev2.severity" with value "CRITICAL" and modifiers [Equality]',
    );
  });

  it('a plus in a URL is a blank, so AND is %2B', async () => {
    const { id, secret } = http.credential;
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const counted = async (search: string) =>
      (await http.send({ url: `/v1/imagescount?query=${search}`, headers: { authorization } })).json().count;
    expect(await counted('Image+Registry:"text.example"%2BImage%20Tag:fir')).toBe(2);
    expect(await counted('Image+Registry:"text.example"+Image+Tag:fir')).toBe(0);
  });
});
