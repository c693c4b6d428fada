import { expect } from 'vitest';
import type { Project } from '../../src/domain/credential.ts';
import type { Micros } from '../../src/domain/time.ts';
import { checkInventory } from '../../src/store/doctor.ts';
import type { Engine } from '../../src/store/engine.ts';
import { createInventoryWriter } from '../../src/store/inventory-writer.ts';
import { migrate } from '../../src/store/migrations/run.ts';
import { createRecordReader } from '../../src/store/read/records.ts';
import { TABLES } from '../../src/store/tables.ts';
import { T0 } from './fixtures.ts';
import { recordStatements } from './record-statements.ts';
import { assertRules } from './sql-rules/assert.ts';
import { openTestEngine, type TestEngine } from './stores.ts';

/** A store's inventory alone, with a clock that the test turns. */
export interface TestInventory {
  readonly engine: Engine;
  readonly write: ReturnType<typeof createInventoryWriter>;
  readonly read: ReturnType<typeof createRecordReader>;
  /** What the clock says; a test sets it. */
  readonly clock: { now: Micros };
  rows(table: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  generation(project: Project): Promise<number>;
  /** Fails with the differences that recomputing everything finds. */
  sound(project: Project): Promise<void>;
  close(): Promise<void>;
}

export async function openInventory(kind: TestEngine): Promise<TestInventory> {
  const { engine, close } = await openTestEngine(kind);
  await migrate(engine, () => T0);
  const clock = { now: T0 };
  const recorded = recordStatements(engine);
  const rows: TestInventory['rows'] = (table) => allRows(engine, table);
  return {
    engine,
    write: createInventoryWriter(recorded.engine, { clock: () => clock.now }),
    read: createRecordReader(recorded.engine),
    clock,
    rows,
    async generation(project) {
      const row = (await rows('inventory_generation')).find((each) => each['project_no'] === project.no);
      return Number(row?.['generation'] ?? 0);
    },
    async sound(project) {
      expect(await checkInventory(recorded.engine, project)).toEqual([]);
    },
    async close() {
      await close();
      if (kind === 'postgres') assertRules(recorded.statements);
    },
  };
}

/** All rows of a table in the order of its key. */
export async function allRows(engine: Engine, table: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { key } = TABLES.find((each) => each.name === table)!;
  let query = engine.sql.selectFrom(table).selectAll();
  for (const column of key) query = query.orderBy(column);
  return engine.all(query.compile());
}

/** Every row of every inventory table. */
export async function dump(engine: Engine): Promise<Readonly<Record<string, unknown>>> {
  const all: Record<string, unknown> = {};
  for (const { name } of TABLES) all[name] = await allRows(engine, name);
  return all;
}
