import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../src/dialects/registry.ts';
import { STOWAGE_VERSION } from '../src/domain/version.ts';
import { SOURCE_KINDS } from '../src/sources/registry.ts';
import { circles, ROOT, sourceFiles } from './support/source-tree.ts';

const files = sourceFiles();

/** Which rooms a room may look into, and which single files of other rooms. `self` is always allowed. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  query: ['src/domain/'],
  store: ['src/domain/', 'src/query/'],
  sources: ['src/domain/', 'src/store/store.ts'],
  jobs: ['src/domain/', 'src/query/', 'src/sources/', 'src/store/store.ts'],
  dialects: ['src/domain/', 'src/query/', 'src/store/store.ts'],
  server: ['src/domain/', 'src/query/', 'src/dialects/', 'src/store/store.ts'],
  cli: ['src/'],
};

/** Packages and modules that only these rooms may use. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  kysely: ['store'],
  pg: ['store'],
  'node:sqlite': ['store'],
  'node:worker_threads': ['store'],
  undici: ['sources'],
  'node:net': ['sources', 'server'],
  'node:tls': ['sources', 'server'],
  'node:http': ['sources', 'server'],
  'node:https': ['sources', 'server'],
  'node:http2': ['sources', 'server'],
  'node:dgram': [],
  'node:vm': [],
};

/** Longer than 400 lines because they are tables, not logic. */
const TABLES: ReadonlySet<string> = new Set([
  'src/dialects/stackrox/fields.ts',
  'src/store/tables.ts',
  'src/dialects/glance/wire/schemas.ts',
]);

function room(path: string): string {
  return path.split('/')[1]!;
}

describe('borders', () => {
  test('every room exists in the list', () => {
    expect([...new Set(files.map((file) => room(file.path)))].filter((name) => !(name in MAY_IMPORT))).toEqual([]);
  });

  test('no room looks where it must not', () => {
    const crossed = files.flatMap((file) => {
      const from = room(file.path);
      const allowed = [`src/${from}/`, ...(MAY_IMPORT[from] ?? [])];
      return file.own
        .filter((path) => !allowed.some((prefix) => path.startsWith(prefix)))
        .map((path) => `${file.path} -> ${path}`);
    });
    expect(crossed).toEqual([]);
  });

  test('no dialect knows another, no kind of source another', () => {
    const crossed = files.flatMap((file) => {
      const [, top, own] = file.path.split('/');
      if ((top !== 'dialects' && top !== 'sources') || file.path.split('/').length < 4) return [];
      const shared = top === 'sources' ? ['net', 'manifest'] : [];
      return file.own
        .filter((path) => path.startsWith(`src/${top}/`) && path.split('/').length > 3)
        .filter((path) => ![own, ...shared].includes(path.split('/')[2]))
        .map((path) => `${file.path} -> ${path}`);
    });
    expect(crossed).toEqual([]);
  });

  test('drivers and sockets stay in their rooms', () => {
    const crossed = files.flatMap((file) =>
      file.outside
        .filter(
          (name) =>
            ONLY[name] && !ONLY[name].includes(room(file.path)) && !(room(file.path) === 'cli' && name === 'node:net'),
        )
        .map((name) => `${file.path} -> ${name}`),
    );
    expect(crossed).toEqual([]);
  });

  test('there is no circle of imports', () => {
    expect(circles(files)).toEqual([]);
  });
});

describe('plugins', () => {
  test('every dialect folder is registered under its own name, and the reverse', () => {
    expect(DIALECTS.map((dialect) => dialect.id).sort()).toEqual(folders('src/dialects'));
  });

  test('every dialect folder has the same files', () => {
    const expected = [
      'auth.ts',
      'errors.ts',
      'fields.ts',
      'index.ts',
      'paging.ts',
      'parse.ts',
      'print.ts',
      'readme.md',
      'routes.ts',
      'rows.ts',
      'wire',
    ];
    for (const id of folders('src/dialects')) {
      const there = readdirSync(join(ROOT, 'src/dialects', id)).filter(
        (name) => !name.endsWith('.test.ts') && name !== 'testdata',
      );
      expect([id, there.sort()]).toEqual([id, expected]);
    }
  });

  test('every source folder is registered under its own name, and the reverse', () => {
    const shared = ['manifest', 'net'];
    expect(SOURCE_KINDS.map((kind) => kind.id).sort()).toEqual(
      folders('src/sources').filter((name) => !shared.includes(name)),
    );
  });

  test('every source folder has an entry, a collection and a readme', () => {
    for (const kind of SOURCE_KINDS) {
      expect(readdirSync(join(ROOT, 'src/sources', kind.id))).toEqual(
        expect.arrayContaining(['index.ts', 'collect.ts', 'readme.md']),
      );
    }
  });
});

describe('size', () => {
  test('no file that is not a table is longer than 400 lines', () => {
    expect(
      files.filter((file) => file.lines > 400 && !TABLES.has(file.path)).map((file) => `${file.path}: ${file.lines}`),
    ).toEqual([]);
  });

  test('median and 90th percentile', () => {
    const lines = files.map((file) => file.lines).sort((a, b) => a - b);
    const at = (share: number) => lines[Math.min(lines.length - 1, Math.floor(lines.length * share))]!;
    console.log(
      `${files.length} source files, ${lines.reduce((sum, n) => sum + n, 0)} lines: median ${at(0.5)}, p90 ${at(0.9)}, longest ${lines.at(-1)}`,
    );
    expect(at(0.5)).toBeLessThanOrEqual(130);
    expect(at(0.9)).toBeLessThanOrEqual(320);
  });
});

test('the program says the version of the package', () => {
  expect(STOWAGE_VERSION).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
});

function folders(path: string): string[] {
  return readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
