import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the checkout is. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The credential every bench presents; made in the bench's own stores. */
export const CREDENTIAL = { id: 'bench', secret: 'bench-secret-bench-secret' } as const;

/** Where a store is: a folder, or a PostgreSQL. */
export type Place = { readonly data: string } | { readonly database: string };

/** Reads `--data DIR` or `--database URL` of a bench. */
export function placeOf(text: string): Place {
  return /^postgres(?:ql)?:/.test(text) ? { database: text } : { data: text };
}

/** A running server. */
export interface Served {
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from starting the process to the line that says where it answers. */
  readonly startedIn: number;
  stop(): Promise<void>;
}

/**
 * Starts the built program's server on a free loopback port and waits until it is ready.
 * @param options.listening go on as soon as it says where it answers
 * @throws Error when it ends before, with what it wrote
 */
export async function serve(
  place: Place,
  program = join(ROOT, 'dist', 'stowage.js'),
  { listening = false }: { readonly listening?: boolean } = {},
): Promise<Served> {
  if (!existsSync(program)) throw new Error(`${program} is not there: build it first (npm run build).`);
  const where = 'data' in place ? ['--data', place.data] : ['--database', place.database];
  const startedAt = performance.now();
  // By its own first line, which says how Node is started.
  const child = spawn(program, ['serve', ...where, '--listen', '127.0.0.1:0'], {
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      STOWAGE_ADMIN_ID: CREDENTIAL.id,
      STOWAGE_ADMIN_SECRET: CREDENTIAL.secret,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ready = listening ? /Stowage answers at (?<url>\S+)\n/ : /Stowage answers at (?<url>\S+)[\s\S]*\nReady\./;
  const { url, at } = await outputOf(child, ready);
  return { url, pid: child.pid!, startedIn: at - startedAt, stop: () => end(child) };
}

/** Starts a script of bench/lib in a process of its own and waits for its line `listening URL`. */
export async function serveScript(script: string, args: readonly string[]): Promise<Served> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [join(ROOT, 'bench', 'lib', script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { url, at } = await outputOf(child, /listening (?<url>\S+)\n/);
  return { url, pid: child.pid!, startedIn: at - startedAt, stop: () => end(child) };
}

async function outputOf(child: ChildProcess, ready: RegExp): Promise<{ url: string; at: number }> {
  let written = '';
  let firstAt = 0;
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      written += chunk.toString('utf8');
      if (firstAt === 0 && /answers at|listening/.test(written)) firstAt = performance.now();
      const url = ready.exec(written)?.groups?.['url'];
      if (url !== undefined) resolve({ url, at: firstAt });
    };
    child.stdout!.on('data', read);
    child.stderr!.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The server ended (${code}) before it answered:\n${written}`)));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
