import { expect, test } from 'vitest';
import { StowageError } from '../../domain/error.ts';
import { and, compare, eq, label, NONE, some } from '../../query/predicate.ts';
import { parseQuery, readId } from './parse.ts';

const parse = (text: string) => parseQuery(text, { now: 0 });
const ID = '0123456789ab4def8123456789abcdef';
const DASHED = '01234567-89ab-4def-8123-456789abcdef';

test.each([
  ['name=in:"glass, darkly",share me', compare('service_name', { op: 'in', values: ['glass, darkly', 'share me'] })],
  ['name=in:a,,', compare('service_name', { op: 'in', values: ['a', ''] })],
  ['name=in:a', eq('service_name', 'a')],
  ['name=in:', NONE],
  ['name=2026-01-10T12:00:00Z', eq('service_name', '2026-01-10T12:00:00Z')],
  ['name=registry.example/team/web:1.2', eq('service_name', 'registry.example/team/web:1.2')],
  ['name=eq:a:b', eq('service_name', 'a:b')],
  [`id=${DASHED}`, eq('id', ID)],
  [`id=in:${DASHED},nope`, eq('id', ID)],
  ['id=nope', NONE],
  ['owner=in:a', eq('owner', 'in:a')],
  ['tag= lts &tag=x86', and(some('tag', eq('value', 'lts')), some('tag', eq('value', 'x86')))],
  ['tag=', NONE],
  ['size=abc', NONE],
  ['size_min=9999999999999999999', NONE],
  ['size_max=9999999999999999999', compare('size', { op: 'exists' })],
  ['os_distro=in:a,b', label('os_distro', 'in:a,b')],
  ['a=1&a=2', label('a', '2')],
  ['deleted=true&visibility=all', { kind: 'all' }],
  ['os_hidden=True', eq('hidden', true)],
])('reads %s', (text, where) => {
  expect(parse(text)).toEqual(where);
});

test.each([
  ['name=neq:x', "Unable to filter by unknown operator 'neq'.", 0],
  ['status=active&name=in:"a","b', 'Invalid filter value "a","b. The quote is not closed.', 14],
  ['name=in:a"b"', 'There is no comma before opening quotation mark.', 0],
  ['name=in:"a"b"', 'There is no comma after closing quotation mark.', 0],
  ['created_at=in:2026-01-01', 'Unable to filter on a unknown operator.', 0],
  ['created_at=constructor:2026-01-01', 'Unable to filter on a unknown operator.', 0],
  ['updated_at=x', 'Bad "updated_at" query filter format. Use ISO 8601 DateTime notation.', 0],
  ['foo_min=1', "Unable to filter on a range of 'foo'.", 0],
  ['name_max=1', "Unable to filter on a range of 'name'.", 0],
  ['foo_min=x', 'Unable to filter on a range with a non-numeric value.', 0],
  ['locations=x', "Unable to filter by 'locations'.", 0],
  ['tags_min=1', "Unable to filter by 'tags_min'.", 0],
  ['changes-since=', 'The "changes-since" filter is no longer available on v2.', 0],
  ['name=a&limit=5', '"limit" shapes a list', 7],
  ['?protected=True', "Invalid value 'True' for 'protected' filter.", 1],
  ['name=%FF', 'Error decoding your request.', 5],
])('refuses %s', (text, message, at) => {
  const refuse = () => parse(text);
  expect(refuse).toThrow(StowageError);
  expect(refuse).toThrow(message);
  try {
    refuse();
  } catch (error) {
    expect(error).toMatchObject({ kind: 'invalid', at });
  }
});

test('an id is what is printed, exactly', () => {
  expect(readId(DASHED)).toBe(ID);
  expect([ID, DASHED.toUpperCase(), `${DASHED} `, ''].map(readId)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
