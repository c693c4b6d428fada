import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM_FOLDER } from './program.ts';
import { STARTER, startWithTemplate } from './test-postgres.ts';

/**
 * Runs once for a whole test run. One PostgreSQL serves every test file; it is started when the first of them asks,
 * over a socket whose path they inherit. The bundled program is made in the same way, by whoever needs it first.
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
  const program = join(tmpdir(), `stowage-test-program-${process.pid}`);
  process.env[PROGRAM_FOLDER] = program;

  return async () => {
    starter.close();
    rmSync(program, { recursive: true, force: true });
    if (server) await (await server.catch(() => undefined))?.stop();
  };
}
