/** Looks at how SQLite answers the statements of a read. */
import { DatabaseSync } from 'node:sqlite';
import type { Engine, Statement } from '../../src/store/engine.ts';
import { addFunctions } from '../../src/store/engines/sqlite/functions.ts';
import { createInventoryReader, type InventoryReading } from '../../src/store/inventory-reader.ts';

/** A reader over an engine; the texts, or the steps, of all statements it ran since the last look. */
export function watchedReader(
  engine: Engine,
  file: string,
): { reader: InventoryReading; statements(): string[]; steps(): string[][]; close(): void } {
  const database = new DatabaseSync(file);
  addFunctions(database);
  let seen: Statement[] = [];
  const watched = watchedEngine(engine, (statement) => seen.push(statement));
  const taken = () => {
    const statements = seen.filter(({ sql }) => !sql.includes('inventory_generation'));
    seen = [];
    return statements;
  };
  return {
    reader: createInventoryReader(watched),
    statements: () => taken().map(({ sql }) => sql),
    steps() {
      return taken().map(({ sql, parameters }) => {
        const rows = database.prepare(`explain query plan ${sql}`).all(...(parameters as (string | number)[]));
        return rows.map((row) => String(row['detail']));
      });
    },
    close: () => database.close(),
  };
}

/** An engine whose reads are seen before they are run. */
export function watchedEngine(engine: Engine, see: (statement: Statement) => void): Engine {
  return {
    capabilities: engine.capabilities,
    sql: engine.sql,
    all: (statement) => {
      see(statement);
      return engine.all(statement);
    },
    transaction: (work) => engine.transaction(work),
    refreshStatistics: () => engine.refreshStatistics(),
    execute: (sql) => engine.execute(sql),
    changeCounter: () => engine.changeCounter(),
    close: () => engine.close(),
  };
}
