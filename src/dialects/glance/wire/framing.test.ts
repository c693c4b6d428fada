import { expect, test } from 'vitest';
import { fault, methodNotAllowed, TEXT, unauthorized } from '../errors.ts';
import { frame } from './framing.ts';

const text = (problem: Parameters<typeof frame>[0], accept: string | undefined) =>
  frame(problem, accept).body.toString();

test('contract 1.7: plain text when nothing is asked for', () => {
  const { contentType, body } = frame(fault(400, 'limit param must be an integer'), undefined);
  expect(contentType).toBe('text/plain; charset=UTF-8');
  expect(body.toString()).toBe('400 Bad Request\n\nlimit param must be an integer\n\n   ');
});

test('contract 1.7: JSON keeps the break and escapes what is not ASCII', () => {
  const { contentType, body } = frame(fault(404, 'No image found with ID é日😀'), 'application/json');
  expect(contentType).toBe('application/json');
  expect(body.toString()).toBe(
    '{"message": "No image found with ID \\u00e9\\u65e5\\ud83d\\ude00<br /><br />\\n\\n\\n", "code": "404 Not Found", "title": "Not Found"}',
  );
});

test('contract 1.7: HTML escapes the text', () => {
  const { contentType, body } = frame(fault(400, `Invalid 'x' <b> & "q" é 日 \n line`), '*/*');
  expect(contentType).toBe('text/html; charset=UTF-8');
  expect(body.toString()).toBe(
    '<html>\n <head>\n  <title>400 Bad Request</title>\n </head>\n <body>\n  <h1>400 Bad Request</h1>\n  Invalid &#x27;x&#x27; &lt;b&gt; &amp; &quot;q&quot; &#233; &#26085; \n line<br /><br />\n\n\n\n </body>\n</html>',
  );
});

test('contract 1.7: plain text loses tags and folds lines', () => {
  expect(text(fault(400, `Invalid 'x' <b> & "q" é 日 \n line`), 'text/plain')).toBe(
    `400 Bad Request\n\nInvalid 'x'  & "q" é 日   line\n\n   `,
  );
});

test('contract 1.7: a detail has a line of its own', () => {
  const problem = fault(403, 'Access was denied to this resource.', { detail: 'why' });
  expect(text(problem, 'application/json')).toBe(
    '{"message": "Access was denied to this resource.<br /><br />\\nwhy\\n\\n", "code": "403 Forbidden", "title": "Forbidden"}',
  );
});

test('contract 1.7: 405 has a body of its own', () => {
  const problem = methodNotAllowed('PUT', ['GET']);
  expect(problem.headers).toEqual({ allow: 'GET' });
  expect(text(problem, undefined)).toBe(
    '405 Method Not Allowed\n\nThe method PUT is not allowed for this resource. \n\n ',
  );
  expect(text(problem, 'application/json')).toBe(
    '{"message": "The method PUT is not allowed for this resource. <br /><br />\\n", "code": "405 Method Not Allowed", "title": "Method Not Allowed"}',
  );
  expect(text(problem, '*/*')).toContain('The method PUT is not allowed for this resource. <br /><br />\n\n </body>');
});

test('contract 3.1: the sizes of a 401', () => {
  const problem = unauthorized('http://127.0.0.1:15000');
  expect(problem.headers).toEqual({ 'www-authenticate': 'Keystone uri="http://127.0.0.1:15000"' });
  expect([undefined, 'application/json', '*/*'].map((accept) => frame(problem, accept).body.length)).toEqual([
    253, 316, 358,
  ]);
  expect(text(problem, undefined)).toContain(TEXT.unauthorized);
});
