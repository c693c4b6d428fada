import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp } from '../../../test/support/app.ts';
import { aSource, digestOf, T0 } from '../../../test/support/fixtures.ts';
import { describeByTransport } from '../../../test/support/transport.ts';
import { DAY } from '../../domain/time.ts';
import { stackrox } from './index.ts';
import { readOrder, readPaging, type SortOption } from './paging.ts';
import { readQuery } from './parse.ts';

const option = (field: string, more: Partial<SortOption> = {}): SortOption => ({
  field,
  reversed: false,
  aggregate: 'UNSET',
  distinct: false,
  ...more,
});
const keys = (options: readonly SortOption[], query = '') => {
  const order = readOrder(options, readQuery(query));
  return order.kind === 'keys' ? order.keys : order;
};

describe('pages', () => {
  it.each([
    [undefined, 1_000],
    [0, 1_000],
    [7, 7],
    [1_001, 1_000],
    [-1, Number.POSITIVE_INFINITY],
  ])('limit %s is %s', (limit, wanted) => {
    expect(readPaging(new Map(limit === undefined ? [] : [['pagination.limit', limit]])).limit).toBe(wanted);
  });

  it('takes no offset below 0', () => {
    expect(readPaging(new Map([['pagination.offset', -5]])).offset).toBe(0);
  });
});

describe('orders', () => {
  it('is the last update by default, oldest first', () => {
    expect(keys([option('')])[0 as never]).toMatchObject({ field: 'updated_at', direction: 'asc' });
  });

  it('takes Image for three labels, and image for the full name', () => {
    expect(keys([option('Image')])).toMatchObject([
      { field: 'registry' },
      { field: 'repository' },
      { field: 'image_tag' },
    ]);
    expect(keys([option('image', { reversed: true })])).toEqual({ kind: 'full-name', direction: 'desc' });
  });

  it('turns risk priority round', () => {
    expect(keys([option('image risk priority')])[0 as never]).toMatchObject({ field: 'risk_score', direction: 'desc' });
  });

  it('sorts unscanned images as 0', () => {
    expect(keys([option('Image Top CVSS')])).toMatchObject([{ direction: 'asc', missing: 'first' }]);
    expect(keys([option('Image Top CVSS', { reversed: true })])).toMatchObject([
      { direction: 'desc', missing: 'last' },
    ]);
  });

  it('sorts by rows that satisfy the query, by the value asked for', () => {
    const where = { kind: 'compare', field: 'name', test: { op: 'prefix', value: 'openssl', fold: true } };
    expect(keys([option('Component Version', { aggregate: 'MAX' })], 'Component:openssl')).toEqual([
      { field: 'version', direction: 'asc', missing: 'last', over: { relation: 'package', where, pick: 'greatest' } },
    ]);
    expect(keys([option('CVE', { aggregate: 'COUNT', distinct: true })])).toMatchObject([
      { over: { pick: 'distinct' } },
    ]);
  });

  it.each(['Nope', 'Policy', 'id', 'Fixable', 'Deployment Label'])('refuses %s', (field) => {
    expect(() => keys([option(field)])).toThrow(/does not exist in table images|cannot be sorted by/);
  });
});

describeByTransport('many images', (way) => {
  let http: Awaited<ReturnType<typeof testApp>>;
  const digests = Array.from({ length: 2_100 }, (_, index) => digestOf(`many ${index}`));
  beforeAll(async () => {
    http = await testApp({ ...way, dialects: [stackrox], now: T0 + DAY });
    for (let from = 0; from < digests.length; from += 300) {
      const part = digests.slice(from, from + 300);
      await http.store.ingestImages(
        http.project,
        aSource(),
        part.map((digest, index) => ({
          kind: 'container',
          digest,
          references: [{ registry: 'r.example', repository: 'many', tag: String(from + index) }],
          seenAt: T0,
          createdAt: T0,
          updatedAt: T0 + from + index,
        })),
      );
    }
  });
  afterAll(() => http.close());
  const list = async (search: string) => {
    const { id, secret } = http.credential;
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const response = await http.send({ url: `/v1/images?${search}`, headers: { authorization } });
    return (response.json() as { images: { id: string }[] }).images.map(({ id }) => id);
  };

  it('15: a page of 100 are 100 different ones; 1000 is the most a page has', async () => {
    expect(await list('pagination.limit=100')).toEqual(digests.slice(0, 100));
    expect(await list('pagination.limit=100000')).toEqual(digests.slice(0, 1_000));
    expect(await list('')).toEqual(digests.slice(0, 1_000));
    expect(await list('pagination.offset=2050')).toEqual(digests.slice(2_050));
  });

  it('no limit: every image once, from any offset', async () => {
    expect(await list('pagination.limit=-1')).toEqual(digests);
    expect(await list('pagination.limit=-1&pagination.offset=1500')).toEqual(digests.slice(1_500));
  });
});
