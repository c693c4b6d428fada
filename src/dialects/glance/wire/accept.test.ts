import { expect, test } from 'vitest';
import { errorForm } from './accept.ts';

test.each([
  [undefined, 'plain'],
  ['', 'plain'],
  ['*/*', 'html'],
  ['text/html', 'html'],
  ['application/json', 'json'],
  ['APPLICATION/JSON', 'json'],
  ['application/json, */*', 'html'],
  ['application/json;q=0.9, text/html;q=0.5', 'json'],
  ['application/json; q=0.5, */*;q=0.1', 'json'],
  ['*/*;q=0.1, application/json', 'json'],
  ['*/*, text/html;q=0', 'json'],
  ['text/*', 'html'],
  ['application/*', 'json'],
  ['text/plain', 'plain'],
  ['application/xml', 'plain'],
  ['application/json;q=0', 'plain'],
  ['application/json;charset=utf-8', 'plain'],
  [',', 'plain'],
  ['application/json,', 'json'],
  // Damaged headers count as none that WebOb can read: everything is welcome.
  ['foo', 'html'],
  ['*', 'html'],
  ['a/b;q=2', 'html'],
  [' application/json', 'html'],
  ['a/b;q="'.padEnd(5_000, 'x'), 'html'],
])('Accept %j gets %s', (accept, form) => {
  expect(errorForm(accept)).toBe(form);
});
