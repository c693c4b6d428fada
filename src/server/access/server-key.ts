import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalid } from '../../domain/error.ts';
import type { AccessStore } from '../../store/store.ts';

/**
 * The 32-byte key that secrets are encrypted and tokens are signed under. Given by the operator (base64 or hex), else
 * for the embedded store a file beside it that only its owner can read, else (PostgreSQL) made once in the database,
 * so that every process has the same.
 */
export async function serverKey(options: { given?: string; data?: string; store: AccessStore }): Promise<Buffer> {
  if (options.given) {
    const key = Buffer.from(options.given, /^[0-9a-f]{64}$/i.test(options.given) ? 'hex' : 'base64');
    if (key.length !== 32)
      throw invalid('config.server-key', 'The server key must be 32 bytes, in base64 or hex.', 'server-key');
    return key;
  }
  if (!options.data) return options.store.serverSecret('server-key', 32);
  const path = join(options.data, 'server.key');
  await mkdir(options.data, { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, randomBytes(32), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = await readFile(path);
  if (key.length !== 32)
    throw invalid('config.server-key', `${path} is not a server key (32 bytes); restore it from a backup.`, path);
  return key;
}
