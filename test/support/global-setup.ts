import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STARTER, startWithTemplate } from './test-postgres.ts';

/**
 * Runs once for a whole test run. One PostgreSQL serves every test file; it is started when the first of them asks,
 * over a socket whose path they inherit.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const path = join(tmpdir(), `stowage-test-starter-${process.pid}.sock`);
  rmSync(path, { force: true });
  let server: ReturnType<typeof startWithTemplate> | undefined;
  const starter = createServer((socket) => {
    server ??= startWithTemplate();
    server.then(
      ({ address }) => socket.end(address),
      (error: unknown) => socket.end(String(error)),
    );
  });
  starter.listen(path);
  starter.unref();
  process.env[STARTER] = path;

  return async () => {
    starter.close();
    if (server) await (await server.catch(() => undefined))?.stop();
  };
}
