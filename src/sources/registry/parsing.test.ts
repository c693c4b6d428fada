import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorCodeOf } from './error.ts';
import { nextQuery } from './link.ts';
import { readRealm } from './realm.ts';
import { stringsUnder } from './string-list.ts';
import { formatRegistryUri, parseRegistryUri } from './uri.ts';

describe('registry URIs', () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  test.each([
    ['registry://ghcr.io', 'ghcr.io', null, null, null],
    ['registry://GHCR.io/', 'ghcr.io', null, null, null],
    ['registry://localhost:5000/team/app', 'localhost:5000', 'team/app', null, null],
    ['registry://[::1]:5000/app:1.0', '[::1]:5000', 'app', '1.0', null],
    [`registry://r.example/app@${digest}`, 'r.example', 'app', null, digest],
    ['registry://registry-1.docker.io/nginx', 'docker.io', 'library/nginx', null, null],
    ['registry://index.docker.io/grafana/loki:3', 'docker.io', 'grafana/loki', '3', null],
    ['registry://r.example:443/app', 'r.example', 'app', null, null],
    ['registry://2130706433:5000', '127.0.0.1:5000', null, null, null],
  ])('%s', (uri, registry, repository, tag, found) => {
    const { target, secrets } = parseRegistryUri(uri);
    expect(target).toEqual({ registry, repository, tag, digest: found });
    expect(secrets).toBeNull();
    expect(parseRegistryUri(formatRegistryUri(target)).target).toEqual(target);
  });

  test('give up their secrets', () => {
    const { target, secrets } = parseRegistryUri('registry://ada:p%40ss%3A@r.example/app');
    expect(secrets).toEqual({ username: 'ada', password: 'p@ss:' });
    expect(formatRegistryUri(target)).toBe('registry://r.example/app');
  });

  test.each([
    'registry:',
    'registry://',
    'registry:///app',
    'registry://host:port',
    'registry://host/App',
    'registry://host/../etc',
    'registry://host/app:',
    'registry://host/app:a/b',
    'registry://host/app@sha256:12',
    'registry://host/app?x=1',
    'registry://ada@host/app',
    'registry://ada:%zz@host/app',
    'https://host/app',
  ])('%s is refused with the form', (uri) => {
    expect(() => parseRegistryUri(uri)).toThrow(expect.objectContaining({ code: 'source.registry-uri' }));
  });

  test('errors never repeat the user part', () => {
    expect(() => parseRegistryUri('registry://ada:hunter2@host/NO')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});

describe('Link', () => {
  const current = new URL('https://r.example/v2/_catalog?n=3');

  test.each([
    ['</v2/_catalog?n=3&last=c>; rel="next"', '?n=3&last=c'],
    ['<https://other.example/v2/_catalog?last=c>; rel=next', '?last=c'],
    ['<?last=c>;rel="prev next"', '?last=c'],
    ['</a?p=1>; rel="first", </a?p=2>; title="x"; rel="NEXT"', '?p=2'],
    ['</v2/_catalog>; rel="next"', undefined],
    ['</v2/_catalog?last=c>; rel="previous"', undefined],
    ['http://x/?last=c', undefined],
    ['<http://[>; rel="next"', undefined],
    ['<'.repeat(8_000), undefined],
    [undefined, undefined],
  ])('%#', (header, query) => {
    expect(nextQuery(header, current)).toBe(query);
  });
});

describe('names in JSON', () => {
  function read(text: string): (string | null)[] {
    return [...stringsUnder('tags', Buffer.from(text))];
  }

  test.each([
    ['{"name":"tags","tags":["a","b"]}', ['a', 'b']],
    ['{"tags":null}', []],
    ['{"other":{"tags":["x"]},"more":["y"],"tags":["z"]}', ['z']],
    ['{ "tags" : [ "\\u0061\\"" , 1 , null , ["x"] , {"tags":["y"]} ] }', ['a"', null, null, null, null]],
    ['{}', []],
  ])('%s', (text, names) => {
    expect(read(text)).toEqual(names);
  });

  test.each(['', '[]', '"tags"', '{"tags":["a"', '{"tags":["a', '{"tags":[]}}', '{'.repeat(100)])(
    '%j is refused',
    (text) => {
      expect(() => read(text)).toThrow(SyntaxError);
    },
  );

  test('are those that JSON.parse finds', () => {
    const document = fc.record(
      { name: fc.string(), tags: fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null))), other: fc.json() },
      { requiredKeys: ['tags'] },
    );
    fc.assert(
      fc.property(document, fc.constantFrom(undefined, 1), (json, indent) => {
        const names = json.tags.map((tag) => (typeof tag === 'string' ? tag : null));
        expect(read(JSON.stringify(json, null, indent))).toEqual(names);
      }),
      { numRuns: 300 },
    );
  });
});

describe('realms', () => {
  const https = new URL('https://r.example');

  test.each([
    ['https://r.example/token', 'r.example', {}, true],
    ['https://r.example:443/token', 'r.example', {}, true],
    ['https://r.example:8443/token', 'r.example', {}, false],
    ['https://evil.example/token', 'r.example', {}, false],
    ['https://r.example.evil.example/token', 'r.example', {}, false],
    ['https://auth.docker.io/token', 'docker.io', {}, true],
    ['https://auth.docker.io/token', 'r.example', {}, false],
    ['https://auth.docker.io.evil.example/token', 'docker.io', {}, false],
    ['https://login.example/token', 'r.example', { 'R.example': ['Login.example'] }, true],
    ['https://login.example/token', 'r.example', { 'other.example': ['login.example'] }, false],
  ])('%s for %s', (realm, registry, listed, trusted) => {
    expect(readRealm(realm, registry, https, listed).trusted).toBe(trusted);
  });

  test('of plain http are refused for a registry on https', () => {
    expect(() => readRealm('http://r.example/token', 'r.example', https, {})).toThrow(/plain http/);
  });
});

test('only known error codes are taken from a body', () => {
  expect(errorCodeOf(Buffer.from('{"errors":[{"code":"DENIED","message":"secret"}]}'))).toBe('DENIED');
  expect(errorCodeOf(Buffer.from('{"errors":[{"code":"HUNTER_TWO"}]}'))).toBeUndefined();
  expect(errorCodeOf(Buffer.from('<html>'))).toBeUndefined();
});
