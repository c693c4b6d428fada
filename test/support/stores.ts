import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Micros, now as processClock } from '../../src/domain/time.ts';
import type { Engine } from '../../src/store/engine.ts';
import { migrate } from '../../src/store/migrations/run.ts';
import { openEngine, storeOver } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { recordStatements } from './record-statements.ts';
import { assertRules } from './sql-rules/assert.ts';
import { administer, postgresAddress, TEMPLATE } from './test-postgres.ts';

/** Every engine the store runs on: a conformance suite is `describe.each(ENGINES)`. */
export const ENGINES = ['sqlite', 'postgres'] as const;
export type TestEngine = (typeof ENGINES)[number];

export interface OpenTestStore {
  readonly store: Store;
  /** The database below, for what a test asks itself. */
  readonly engine: Engine;
  /** Text of every statement the store has given it so far. */
  readonly statements: ReadonlySet<string>;
  /** What `openStore` takes to open the same store again, beside this one. */
  readonly options: { readonly data: string } | { readonly database: string };
  close(): Promise<void>;
}

/**
 * A fresh, empty store of an engine. `close` removes it, and throws when a statement the store gave PostgreSQL breaks
 * the rules for spread tables.
 */
export async function openTestStore(kind: TestEngine, options: { now?: () => Micros } = {}): Promise<OpenTestStore> {
  const opened = await openTestEngine(kind);
  const clock = options.now ?? processClock;
  await migrate(opened.engine, clock);
  const { engine, statements } = recordStatements(opened.engine);
  return {
    ...opened,
    store: storeOver(engine, clock),
    statements,
    async close() {
      await opened.close();
      if (kind === 'postgres') assertRules(statements);
    },
  };
}

/** A fresh database of an engine, without the store over it; with `empty` without any table. */
export async function openTestEngine(
  kind: TestEngine,
  options: { empty?: boolean } = {},
): Promise<Omit<OpenTestStore, 'store' | 'statements'>> {
  return kind === 'sqlite' ? openTestSqlite() : openTestPostgres(options.empty === true);
}

async function openTestSqlite(): Promise<Omit<OpenTestStore, 'store' | 'statements'>> {
  const data = await mkdtemp(join(tmpdir(), 'stowage-test-store-'));
  const engine = await openEngine({ data });
  return {
    engine,
    options: { data },
    async close() {
      await engine.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function openTestPostgres(empty: boolean): Promise<Omit<OpenTestStore, 'store' | 'statements'>> {
  const address = await postgresAddress();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(address, `create database ${name} ${empty ? '' : `template ${TEMPLATE}`}`);
  const database = address.replace('DATABASE', name);
  const engine = await openEngine({ database });
  return {
    engine,
    options: { database },
    async close() {
      await engine.close();
      await administer(address, `drop database ${name} with (force)`);
    },
  };
}
