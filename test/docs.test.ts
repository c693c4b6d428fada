import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documents, renewed } from '../scripts/docs.ts';
import { DIALECTS } from '../src/dialects/registry.ts';
import { ListQuery } from '../src/server/api/schemas.ts';
import { ROOT } from './support/source-tree.ts';

const texts = documents().map((path) => ({ path, text: read(path) }));
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
};

/** A heading as GitHub makes an anchor of it. */
function anchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** Text without what stands in code, where brackets are no links. */
function prose(text: string): string {
  return text.replace(/^ *```[\s\S]*?^ *```/gm, '').replace(/`[^`\n]*`/g, '');
}

describe.each(texts)('$path', ({ path, text }) => {
  test('its generated parts are as the code says (else: npx node scripts/docs.ts)', async () => {
    expect(await renewed(text)).toBe(text);
  });

  test('its links lead somewhere', () => {
    const targets = [...prose(text).matchAll(/\]\((?<target>[^)\s]+)\)/g)].map((match) => match.groups!['target']!);
    const broken = targets.filter((target) => {
      if (/^[a-z]+:/.test(target)) return false;
      const [file, hash] = target.split('#', 2);
      const at = file ? normalize(join(dirname(path), file)) : path;
      if (!existsSync(join(ROOT, at))) return true;
      if (hash === undefined) return false;
      return ![...read(at).matchAll(/^#+ (?<heading>.+)$/gm)].some(
        ({ groups }) => anchor(groups!['heading']!) === hash,
      );
    });
    expect(broken).toEqual([]);
  });

  test('names no place of somebody’s own machine', () => {
    const found = text.split('\n').filter((line) => /\/work\/|\/home\/|\/root\/|\/Users\/|\bshared\/|C:\\/.test(line));
    expect(found).toEqual([]);
  });

  test('names only files of this repository that are there', () => {
    const named = [...text.matchAll(/`(?<path>(?:src|test|scripts|docs|examples)\/[\w./-]+\.(?:ts|md|mjs|json))`/g)];
    expect(named.map((match) => match.groups!['path']!).filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

describe('README', () => {
  test('has two commands, and they exist', () => {
    const start = read('README.md')
      .split(/^## /m)
      .find((section) => section.startsWith('Start'));
    const blocks = [...start!.matchAll(/```sh\n(?<command>[\s\S]*?)```/g)].map((match) =>
      match.groups!['command']!.trim(),
    );
    expect(blocks).toEqual(['npm start', 'npm test']);
    for (const name of ['start', 'test']) {
      const file = /^node (?<file>\S+)$/.exec(manifest.scripts[name]!)?.groups?.['file'];
      expect(existsSync(join(ROOT, file!))).toBe(true);
    }
  });

  test('every npm script a document names exists', () => {
    const named = texts.flatMap(({ text }) => [...text.matchAll(/npm run (?:-s )?(?<name>[\w-]+)/g)]);
    const unknown = named.map((match) => match.groups!['name']!).filter((name) => !(name in manifest.scripts));
    expect(unknown).toEqual([]);
  });
});

test('every dialect has a page', () => {
  const pages = readdirSync(join(ROOT, 'docs/dialects')).map((name) => name.replace(/\.md$/, ''));
  expect(pages.sort()).toEqual(DIALECTS.map((dialect) => dialect.id).sort());
});

test('the API can be asked in every language', () => {
  const named = (ListQuery.properties.lang.anyOf as readonly { const?: unknown }[]).map((each) => each.const);
  expect([...named].sort()).toEqual(['native', ...DIALECTS.map((dialect) => dialect.language.id)].sort());
});

test('every dependency has its line, and no line is left over', () => {
  const lines = [...read('docs/dependencies.md').matchAll(/^\| `(?<name>[^`]+)` \| \S/gm)];
  const named = lines.map((match) => match.groups!['name']!);
  expect(named.sort()).toEqual(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).sort());
});

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
