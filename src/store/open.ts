import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { invalid, StowageError } from '../domain/error.ts';
import { type Micros, now as processClock } from '../domain/time.ts';
import { createAccessStore } from './access.ts';
import type { Engine } from './engine.ts';
import { openPostgres } from './engines/postgres/engine.ts';
import { openSqlite } from './engines/sqlite/engine.ts';
import { createInventoryReader } from './inventory-reader.ts';
import { createInventoryWriter } from './inventory-writer.ts';
import { createJobStore } from './job-records.ts';
import { migrate } from './migrations/run.ts';
import { createSourceStore } from './source-records.ts';
import { compile } from './sql.ts';
import type { Store } from './store.ts';

export interface OpenOptions {
  /** Folder of the embedded store; made when it is not there. */
  readonly data?: string;
  /** `postgres://...` of a PostgreSQL to use instead. */
  readonly database?: string;
  /** The clock changes are recorded with. Default: the process's. */
  readonly now?: () => Micros;
}

/**
 * Opens the store and brings its schema up to date.
 * @throws StowageError `store.newer`, `store.unavailable`, or kind `invalid` when the options name no store
 */
export async function openStore(options: OpenOptions): Promise<Store> {
  const engine = await openEngine(options);
  try {
    const clock = options.now ?? processClock;
    await migrate(engine, clock);
    return storeOver(engine, clock);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** The database the options name, as it is; `load` when many rows are loaded into it, `fresh` if it holds none yet. */
export async function openEngine(
  options: Pick<OpenOptions, 'data' | 'database'> & { readonly load?: 'fresh' | 'more' },
): Promise<Engine> {
  const { data, database, load } = options;
  if (database !== undefined) {
    if (!/^postgres(?:ql)?:\/\//.test(database)) {
      throw invalid('store.database', 'The database is given as postgres://USER:PASSWORD@HOST:PORT/NAME.', 'database');
    }
    return openPostgres({ url: database });
  }
  if (data === undefined) throw invalid('store.none', 'Name a folder for the embedded store, or a database.', 'data');
  const file = join(data, 'stowage.db');
  try {
    // Readable by nobody else: credentials are in it.
    await mkdir(data, { recursive: true, mode: 0o700 });
    return await openSqlite({ file, load });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StowageError('unavailable', 'store.open', `The store ${file} cannot be opened: ${why}`, { cause });
  }
}

/** The whole store over an engine whose schema is up to date. */
export function storeOver(engine: Engine, clock: () => Micros): Store {
  const reader = createInventoryReader(engine);
  const writer = createInventoryWriter(engine, { clock, noteWrite: reader.noteWrite });
  const look = compile(engine.sql.selectFrom('project').select('project_id').limit(1));
  return {
    ...reader,
    ...writer,
    ...createAccessStore(engine, { now: clock }),
    ...createSourceStore(engine, { now: clock }),
    ...createJobStore(engine),
    engine: engine.capabilities.name,
    async ping() {
      await engine.all(look);
    },
    close: () => engine.close(),
  };
}
