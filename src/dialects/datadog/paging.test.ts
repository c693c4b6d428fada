import { describe, expect, test } from 'vitest';
import { CursorCodec, type CursorScope } from '../../query/cursor.ts';
import { ALL, eq } from '../../query/predicate.ts';
import { IMAGE_SORTS } from './fields.ts';
import {
  envelope,
  placeOf,
  positionOf,
  readGroupSort,
  readListQuery,
  readSort,
  relatedLink,
  tieOfImage,
} from './paging.ts';
import { readCursor, readValue, writeCursor, writeValue } from './wire/cursor.ts';
import { writeQuery } from './wire/query-string.ts';
import { termText } from './wire/term-text.ts';

const PATH = '/api/v2/container_images';
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parameters', () => {
  test('raw and percent-encoded forms are the same', () => {
    const raw = readListQuery(`${PATH}?filter[tags]=short_image:redis,os_name:linux&page[size]=2&page[cursor]=c2==`);
    const encoded = `${PATH}?filter%5Btags%5D=short_image%3Aredis%2Cos_name%3Alinux&page%5Bsize%5D=2&page%5Bcursor%5D=c2%3D%3D`;
    expect(readListQuery(encoded)).toEqual(raw);
    expect(raw).toEqual({
      filter: 'short_image:redis,os_name:linux',
      groupBy: undefined,
      sort: undefined,
      size: 2,
      cursor: 'c2==',
    });
  });

  test('the size is 1000, or 100 when grouping', () => {
    expect(readListQuery(PATH).size).toBe(1000);
    expect(readListQuery(`${PATH}?group_by=short_image`).size).toBe(100);
    expect(readListQuery(`${PATH}?page[size]=10000`).size).toBe(10_000);
  });

  test.each(['0', '-1', '10001', '1000000000', '99999999999', 'abc', '1.5', '1e2', '%202'])('page[size]=%s', (size) => {
    expect(() => readListQuery(`${PATH}?page[size]=${size}`)).toThrow(
      'page[size] must be a number between 1 and 10000.',
    );
  });

  test('names that only look like ours, doubled ones and broken encoding are refused', () => {
    expect(() => readListQuery(`${PATH}?filter[tag]=a:b`)).toThrow(/filter\[tag\] is not a parameter.*filter\[tags\]/);
    expect(() => readListQuery(`${PATH}?page[number]=2`)).toThrow(/page\[number\]/);
    expect(() => readListQuery(`${PATH}?sort=name&sort=size`)).toThrow(/sort is given twice/);
    expect(() => readListQuery(`${PATH}?page[cursor]=%%%`)).toThrow(/page\[cursor\] is not valid percent-encoding/);
    expect(readListQuery(`${PATH}?api_key=x&filterable=y`).filter).toBe('');
  });

  test('sort words', () => {
    expect(readSort(undefined, IMAGE_SORTS, 'name').keys).toEqual([{ field: 'name', direction: 'asc' }]);
    expect(readSort('-container_count', IMAGE_SORTS, 'name').keys).toEqual([
      { field: 'running_count', direction: 'desc' },
    ]);
    expect(readSort('-vulnerability_count.critical', IMAGE_SORTS, 'name').keys).toEqual([
      { field: 'name', direction: 'asc' },
    ]);
    expect(() => readSort('colour', IMAGE_SORTS, 'name')).toThrow(/"colour".*container_count/);
    expect(() => readSort('-constructor', IMAGE_SORTS, 'name')).toThrow(/constructor/);
    expect(readGroupSort(undefined)).toBe('count-desc');
    expect(() => readGroupSort('size')).toThrow(/count, -count, name or -name/);
  });
});

describe('cursors', () => {
  const codec = new CursorCodec(Buffer.alloc(32, 1));
  const scope: CursorScope = {
    project: 'a'.repeat(32),
    entity: 'placement',
    where: ALL,
    sort: [{ field: 'name', direction: 'asc' }],
  };
  const place = { field: 'name', value: 'gcr.io/x|id:y', id: `gcr.io/x@${DIGEST}` };

  test('are base64 of field, value and id, and come back', () => {
    const cursor = writeCursor(place, 'id', scope, codec);
    expect(Buffer.from(cursor, 'base64').toString('base64')).toBe(cursor);
    expect(Buffer.from(cursor, 'base64').toString()).toMatch(`name:gcr.io/x|id:y|id:gcr.io/x@${DIGEST}|seal:`);
    expect(readCursor(cursor, 'name', 'id', scope, codec)).toEqual(place);
    expect(readCursor(cursor.replaceAll('+', ' '), 'name', 'id', scope, codec)).toEqual(place);
  });

  test('of another list, damaged or made up are refused', () => {
    const cursor = writeCursor(place, 'id', scope, codec);
    const forged = Buffer.from(Buffer.from(cursor, 'base64').toString().replace('gcr', 'ghc')).toString('base64');
    const bare = Buffer.from(`name:a|id:a@${DIGEST}`).toString('base64');
    for (const text of [forged, bare, cursor.slice(0, -8), `${cursor}A`, 'c2==', '%', 'null', '|seal:']) {
      expect(() => readCursor(text, 'name', 'id', scope, codec), text).toThrow(/page\[cursor\]/);
    }
    const others: CursorScope[] = [
      { ...scope, project: 'b'.repeat(32) },
      { ...scope, where: eq('registry', 'x') },
      { ...scope, sort: [{ field: 'name', direction: 'desc' }] },
      { ...scope, extra: 'group' },
    ];
    for (const other of others) expect(() => readCursor(cursor, 'name', 'id', other, codec)).toThrow(/page\[cursor\]/);
    expect(() => readCursor(cursor, 'registry', 'id', scope, codec)).toThrow(/page\[cursor\]/);
  });

  test.each([
    ['text', 'a:b|c', 'a:b|c'],
    ['number', 5, '5.000000'],
    ['number', 0, '0.000000'],
    ['time', 1_697_118_411_000_000, '1697118411000.000000'],
    ['time', 1_697_118_411_000_123, '1697118411000.123000'],
    ['time', -1, '-1.999000'],
    ['number', null, ''],
  ] as const)('a %s: %s', (kind, value, text) => {
    expect(writeValue(value, kind)).toBe(text);
    expect(readValue(text, kind)).toBe(value);
  });

  test('lead to the position the store paged to', () => {
    const id = `gcr.io/x@${DIGEST}`;
    const tie = tieOfImage(id);
    expect(tie).toEqual({ name: 'gcr.io/x', digest_head: '0123456789abcdef' });
    const byName = readSort(undefined, IMAGE_SORTS, 'name');
    expect(positionOf(byName, placeOf(byName, ['gcr.io/x', '0123456789abcdef'], id), tie)).toEqual([
      'gcr.io/x',
      '0123456789abcdef',
    ]);
    const bySize = readSort('-size', IMAGE_SORTS, 'name');
    for (const size of [7, null]) {
      const position = [size, 'gcr.io/x', '0123456789abcdef'];
      expect(positionOf(bySize, placeOf(bySize, position, id), tie)).toEqual(position);
    }
    const byNothing = readSort('published_at', IMAGE_SORTS, 'name');
    expect(positionOf(byNothing, placeOf(byNothing, ['gcr.io/x', '0123456789abcdef'], id), tie)).toHaveLength(2);
  });
});

describe('links', () => {
  const url = `${PATH}?page%5Bsize%5D=2&filter%5Btags%5D=team%3A%22a%20%26%20b%22`;
  const query = readListQuery(url);
  const page = JSON.parse(envelope([], { baseUrl: 'http://h:1', url, query, next: 'YWI=', total: 3 }));

  test('self as it came, the others decoded with names in order', () => {
    expect(page.links).toEqual({
      self: `http://h:1${url}`,
      first: `http://h:1${PATH}?filter[tags]=team:%22a%20%26%20b%22&page[size]=2`,
      last: null,
      next: `http://h:1${PATH}?filter[tags]=team:%22a%20%26%20b%22&page[cursor]=YWI=&page[size]=2`,
      prev: null,
    });
    expect(page.meta.pagination).toEqual({
      cursor: '',
      limit: 2,
      next_cursor: 'YWI=',
      prev_cursor: null,
      total: 3,
      type: 'cursor_limit',
    });
    expect(readListQuery(page.links.next ?? '')).toEqual({ ...query, cursor: 'YWI=' });
  });

  test('an empty page has no next', () => {
    const end = JSON.parse(envelope([], { baseUrl: '', url, query, next: '', total: 3 }));
    expect(end.links.next).toBeNull();
    expect(end.meta.pagination.next_cursor).toBe('');
  });

  test('related keeps the filter and quotes what needs it', () => {
    const terms = [termText('short_image', 'image'), termText('team', 'a,b')];
    const plain = { baseUrl: 'http://h', url: PATH, query: readListQuery(PATH) };
    expect(relatedLink(plain, terms.slice(0, 1))).toBe(`http://h${PATH}?filter[tags]=short_image:image`);
    const filtered = relatedLink({ ...plain, query }, terms);
    expect(readListQuery(filtered).filter).toBe('team:"a & b",short_image:image,team:"a,b"');
  });

  test('what ends a query is encoded, what the vendor leaves is left', () => {
    expect(writeQuery({ b: 'a[0]:x,y=/@', a: '%&#+ "é', c: undefined })).toBe(
      'a=%25%26%23%2B%20%22%C3%A9&b=a[0]:x,y=/@',
    );
  });
});
