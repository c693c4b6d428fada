import { setTimeout as sleep } from 'node:timers/promises';
import { StowageError } from '../../domain/error.ts';
import { randomId } from '../../domain/id.ts';
import { MINUTE, type Micros } from '../../domain/time.ts';
import type { Engine, Transaction } from '../engine.ts';
import { isDatabaseError } from '../engines/database-error.ts';
import { releaseLease, takeLease } from '../leases.ts';
import { compile, raw } from '../sql.ts';
import { LEASE, SCHEMA_MIGRATION } from '../tables-access.ts';
import { createTable } from './ddl.ts';
import type { Migration } from './migration.ts';
import { MIGRATIONS } from './migrations.ts';

const LEASE_NAME = 'migration';
/** Prolonged with every step; a killed process holds the others up for at most this long. */
const LEASE_TIME = MINUTE;
const WAIT_MS = 200;

/**
 * Brings a store to the schema of this program. Of several processes that start at once one does the work and the
 * others wait; a store that is up to date costs one read.
 * @throws StowageError `store.newer` when the store was written by a newer program
 */
export async function migrate(
  engine: Engine,
  now: () => Micros,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const newest = migrations.at(-1)?.version ?? 0;
  if ((await checkedVersion(engine, newest)) === newest) return;
  await prepare(engine);
  const holder = randomId();
  while (!(await takeLease(engine, LEASE_NAME, holder, now() + LEASE_TIME, now()))) {
    await sleep(WAIT_MS);
    if ((await checkedVersion(engine, newest)) === newest) return;
  }
  try {
    const done = await checkedVersion(engine, newest);
    for (const migration of migrations) {
      if (migration.version > done) await apply(engine, migration, holder, now);
    }
  } finally {
    // If this fails too, the lease ends by itself.
    await releaseLease(engine, LEASE_NAME, holder).catch(() => {});
  }
}

/** The version a store has; 0 for a new one. */
export async function storedVersion(engine: Engine): Promise<number> {
  const newest = compile(engine.sql.selectFrom('schema_migration').select((e) => e.fn.max('version').as('version')));
  try {
    const [row] = await engine.all<{ version: number | null }>(newest);
    return row?.version ?? 0;
  } catch (error) {
    if (isDatabaseError(error, 'missing-table')) return 0;
    throw error;
  }
}

async function checkedVersion(engine: Engine, newest: number): Promise<number> {
  const version = await storedVersion(engine);
  if (version <= newest) return version;
  throw new StowageError(
    'conflict',
    'store.newer',
    `The store has schema version ${version}, this program knows ${newest} at most: it was written by a newer Stowage. ` +
      'Start that version, or give this one another store (--data, --database).',
  );
}

/** The two tables that migrating itself needs. */
async function prepare(engine: Engine): Promise<void> {
  const create = async (transaction: Transaction): Promise<void> => {
    for (const table of [LEASE, SCHEMA_MIGRATION]) {
      await transaction.run(raw(createTable(table, engine.capabilities, { ifNotExists: true })));
    }
  };
  try {
    await engine.transaction(create);
  } catch (error) {
    // Two processes that make a table at once: the second stumbles over the first's entry in the catalogue.
    if (!isDatabaseError(error, 'unique', 'other')) throw error;
    await engine.transaction(create);
  }
}

async function apply(engine: Engine, migration: Migration, holder: string, now: () => Micros): Promise<void> {
  const { sql: db } = engine;
  const { version, name } = migration;
  await engine.transaction(async (transaction) => {
    // Locks the lease's row: whoever waits for the lease waits for this transaction.
    const held = await transaction.run(
      compile(
        db
          .updateTable('lease')
          .set({ lease_until: now() + LEASE_TIME })
          .where('name', '=', LEASE_NAME)
          .where('holder', '=', holder),
      ),
    );
    if (held === 0)
      throw new StowageError(
        'unavailable',
        'store.migration-lost',
        'Another process has taken over the migration; start again.',
      );
    const before = await transaction.all(
      compile(db.selectFrom('schema_migration').select('version').where('version', '=', version)),
    );
    if (before.length > 0) return;
    await migration.up(transaction, engine.capabilities);
    await transaction.run(compile(db.insertInto('schema_migration').values({ version, name, applied_at: now() })));
  });
}
