// Bundles the program and its worker threads into dist/, with every dependency inside: what `npm pack` ships needs only Node 24.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { install, root } from './prepare.mjs';

const dist = join(root, 'dist');

/** Whether dist/ is older than anything it is made from. */
export function isStale() {
  const made = join(dist, 'stowage.js');
  if (!existsSync(made)) return true;
  const since = statSync(made).mtimeMs;
  return newest(join(root, 'src')) > since || statSync(join(root, 'package-lock.json')).mtimeMs > since;
}

function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    time = Math.max(time, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return time;
}

/** A small young generation and an old one that grows by less than it likes to: less memory in a busy server. */
export const NODE_FLAGS = [
  '--max-semi-space-size=8',
  '--heap-growing-percent=50',
  '--disable-warning=ExperimentalWarning',
];

/** For the same reason one arena (answers travel between threads), and large blocks (answers) of their own, which are given back when they are freed. */
export const MALLOC = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '262144', MALLOC_TRIM_THRESHOLD_: '1048576' };
const ENVIRONMENT = Object.entries(MALLOC).map(([name, value]) => `${name}=${value}`);

// Compiled code is kept between starts.
const LAUNCHER = `#!/usr/bin/env -S ${ENVIRONMENT.join(' ')} node ${NODE_FLAGS.join(' ')}
import module from 'node:module';
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(\`stowage needs Node 24 or newer; this is \${process.version}.\\n\`);
  process.exit(1);
}
module.enableCompileCache();
await import('./main.js');
`;

/** Bundles into dist/, or into another folder. */
export async function build(into = dist) {
  const esbuild = await import('esbuild');
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: { main: 'src/cli/main.ts', worker: 'src/store/engines/sqlite/worker.ts' },
    outdir: into,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minifySyntax: true,
    // A server keeps its source in memory, at two bytes a character if a single one (of a comment) asks for it.
    minifyWhitespace: true,
    lineLimit: 200,
    legalComments: 'linked',
    external: ['pg-native'],
    loader: { '.json': 'json' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; import { fileURLToPath as __toPath } from 'node:url'; const require = __createRequire(import.meta.url); const __filename = __toPath(import.meta.url); const __dirname = __toPath(new URL('.', import.meta.url));",
    },
    metafile: true,
    logLevel: 'warning',
  });
  const program = join(into, 'stowage.js');
  writeFileSync(program, LAUNCHER);
  chmodSync(program, 0o755);
  writeFileSync(join(into, 'THIRD-PARTY.txt'), notices(result.metafile));
  if (existsSync(join(root, 'examples', 'images')))
    cpSync(join(root, 'examples', 'images'), join(into, 'examples'), { recursive: true });
}

/** Names, versions and licence texts of the packages that went into the bundle. */
function notices(metafile) {
  const packages = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const found = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) packages.add(input.slice(0, found[0].length - 1));
  }
  return [...packages]
    .sort()
    .map((path) => {
      const folder = join(root, path);
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
      const body = file ? readFileSync(join(folder, file), 'utf8').trim() : '';
      return `${name} ${version} (${license})\n${'-'.repeat(72)}\n${body}\n`;
    })
    .join('\n\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const into = process.argv[2];
  if (into === undefined) install();
  await build(into);
}
