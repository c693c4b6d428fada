/** The program as users run it: bundled once for a test run, started as a process of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { ROOT } from './source-tree.ts';

/** Where the test run keeps the bundle: set by the global setup, which also removes it. */
export const PROGRAM_FOLDER = 'STOWAGE_TEST_PROGRAM';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Variables beside PATH and a HOME of its own; nothing of the tester's own settings gets in. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A process of the program. */
export interface Running {
  readonly pid: number;
  /** Standard output so far. */
  output(): string;
  errors(): string;
  /** Resolves with the match once the output has it; rejects when the process ends first. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly ended: Promise<unknown>;
}

let built: Promise<string> | undefined;

/** The bundled program; made when somebody asks first. */
export function builtProgram(): Promise<string> {
  built ??= bundle();
  return built;
}

async function bundle(): Promise<string> {
  const folder = process.env[PROGRAM_FOLDER] ?? (await mkdtemp(join(tmpdir(), 'stowage-test-program-')));
  const done = join(folder, 'done', 'stowage.js');
  if (existsSync(done)) return done;
  const mine = join(folder, `making-${process.pid}-${threadId}`);
  await mkdir(folder, { recursive: true });
  const { code, stderr } = await finish(process.execPath, [join(ROOT, 'scripts', 'build.mjs'), mine]);
  if (code !== 0) throw new Error(`The program cannot be built: ${stderr}`);
  // Another thread may have been first.
  await rename(mine, join(folder, 'done')).catch(() => rm(mine, { recursive: true, force: true }));
  return done;
}

/** Runs any program to its end. */
export function finish(program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { env: environment(options), cwd: options.cwd ?? ROOT, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

/** Runs a command of the program to its end. */
export async function stowage(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return finish(process.execPath, [await builtProgram(), ...args], options);
}

/** Starts a command of the program, bundled or as given, and leaves it running. */
export async function start(args: readonly string[], options: RunOptions = {}, program?: string): Promise<Running> {
  return attend(
    spawn(process.execPath, [program ?? (await builtProgram()), ...args], {
      env: environment(options),
      cwd: options.cwd ?? ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
}

/** Starts `serve` on a free port and waits until it is ready. */
export async function serve(
  args: readonly string[],
  options: RunOptions = {},
  program?: string,
): Promise<Running & { readonly url: string }> {
  const running = await start(['serve', '--listen', '127.0.0.1:0', ...args], options, program);
  const [, url = ''] = await running.shows(/^Stowage answers at (\S+)$/m);
  await running.shows(/^Ready\./m);
  return { ...running, url };
}

function attend(child: ChildProcess): Running {
  let output = '';
  let errors = '';
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    tell();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(child, 'close').then(tell);
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    output: () => output,
    errors: () => errors,
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        function look(): void {
          const found = pattern.exec(output);
          if (!found && !isOver()) return;
          listeners.delete(look);
          if (found) resolve(found);
          else reject(new Error(`ended (${child.exitCode}) before it showed ${pattern}:\n${output}\n${errors}`));
        }
        listeners.add(look);
        look();
      }),
    async stop(signal = 'SIGTERM') {
      if (!isOver()) child.kill(signal);
      await ended;
      return { code: child.exitCode, signal: child.signalCode };
    },
    ended,
  };
}

function environment({ env = {} }: RunOptions): Record<string, string> {
  const kept = ['PATH', 'TMPDIR', 'LANG', 'SystemRoot'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { HOME: tmpdir(), DOCKER_CONFIG: join(tmpdir(), 'no-docker-config'), ...Object.fromEntries(kept), ...env };
}

/** A temporary folder for one suite. */
export function scratch(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `stowage-${name}-`));
}
