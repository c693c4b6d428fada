import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** One source file: its path from the checkout's root, its lines, and what it imports. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  /** Paths of our own files, from the root. */
  readonly own: readonly string[];
  /** Package names and node: modules. */
  readonly outside: readonly string[];
}

/** Every TypeScript file below a folder, tests and their data left out. */
export function sourceFiles(folder = 'src'): readonly SourceFile[] {
  return walk(join(ROOT, folder))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => read(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

// import/export ... from '...', import '...', import('...'), new URL('./x.ts', import.meta.url)
const IMPORT = /(?:^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*|^\s*import\s*|\bimport\(\s*)['"](?<what>[^'"]+)['"]/gm;

function read(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const what = [...text.matchAll(IMPORT)].map((match) => match.groups!['what']!);
  return {
    path: relative(ROOT, path),
    lines: text.split('\n').length - 1,
    own: what
      .filter((name) => name.startsWith('.'))
      .map((name) => relative(ROOT, normalize(join(dirname(path), name)))),
    outside: what.filter((name) => !name.startsWith('.')).map(packageName),
  };
}

function packageName(name: string): string {
  if (name.startsWith('node:')) return name;
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'testdata' ? [] : walk(path);
    return [path];
  });
}

/** Every circle of imports, each once, as the list of files it runs through. */
export function circles(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found: string[][] = [];
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];
  for (const file of files) visit(file.path);
  return found;

  function visit(path: string): void {
    const file = byPath.get(path);
    if (!file || state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      found.push([...trail.slice(trail.indexOf(path)), path]);
      return;
    }
    state.set(path, 'open');
    trail.push(path);
    for (const next of file.own) visit(next);
    trail.pop();
    state.set(path, 'done');
  }
}
