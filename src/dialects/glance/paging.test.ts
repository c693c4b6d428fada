import { expect, test } from 'vitest';
import { links, parsePaging } from './paging.ts';
import { RACKSPACE, UPSTREAM } from './wire/flavour.ts';
import { parseQueryString } from './wire/query-string.ts';

const paging = (query: string, flavour = UPSTREAM) => parsePaging(parseQueryString(query), flavour);
const order = (query: string) =>
  paging(query)
    .sort.map(({ field, direction }) => `${field} ${direction}`)
    .join(', ');

test.each([
  ['', 25],
  ['limit=0', 0],
  ['limit=%202', 2],
  ['limit=5000', 1000],
  ['limit=99999999999999999999', 1000],
  ['limit=2&limit=3', 2],
])('limit of %j', (query, limit) => {
  expect(paging(query).limit).toBe(limit);
});

test('contract 4: a Rackspace page has 100 rows, also when more are asked for', () => {
  expect(['', 'limit=7', 'limit=101'].map((query) => paging(query, RACKSPACE).limit)).toEqual([100, 7, 100]);
});

test.each([
  ['', 'created_at desc, id desc'],
  ['sort_dir=asc', 'created_at asc, id asc'],
  ['sort_key=name', 'service_name desc, created_at desc, id desc'],
  ['sort_key=name&sort_key=size&sort_dir=asc', 'service_name asc, size asc, created_at asc, id asc'],
  [
    'sort_key=status&sort_key=name&sort_dir=asc&sort_dir=desc',
    'status asc, service_name desc, created_at desc, id desc',
  ],
  ['sort=name:asc', 'service_name asc, created_at asc, id asc'],
  ['sort=name:asc,size', 'service_name asc, size desc, created_at desc, id desc'],
  ['sort=name,size:asc', 'service_name desc, size asc, created_at desc, id desc'],
  ['sort= name :asc', 'service_name asc, created_at asc, id asc'],
  ['sort=name:', 'service_name desc, created_at desc, id desc'],
  ['sort=name:asc,name:desc', 'service_name asc, created_at desc, id desc'],
  ['sort=created_at:asc,name:desc', 'created_at asc, service_name desc, id desc'],
  ['sort=id:asc,name:asc', 'id asc'],
])('contract 1.5: order of %j', (query, expected) => {
  expect(order(query)).toBe(expected);
});

test('contract 1.5: a missing value is the smallest', () => {
  expect(paging('sort_key=size&sort_dir=asc').sort[0]).toMatchObject({ missing: 'first' });
  expect(paging('sort_key=size').sort[0]).toMatchObject({ missing: 'last' });
});

test('contract 1.3: links keep the query, duplicates included, without marker', () => {
  const parameters = parseQueryString('tag=a&tag=b&marker=x&sort=name:asc&limit=2&marker=y');
  expect(links(parameters, 'z')).toEqual({
    first: '/v2/images?tag=a&tag=b&sort=name%3Aasc&limit=2',
    next: '/v2/images?tag=a&tag=b&sort=name%3Aasc&limit=2&marker=z',
  });
  expect(links([], 'z')).toEqual({ first: '/v2/images', next: '/v2/images?marker=z' });
  expect(links([], undefined)).toEqual({ first: '/v2/images' });
});
