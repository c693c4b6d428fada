import type { Engine, Statement, Transaction } from '../../src/store/engine.ts';

/** An engine that notes the text of every statement it is given (not of DDL), and is otherwise the one it wraps. */
export interface RecordingEngine {
  readonly engine: Engine;
  readonly statements: ReadonlySet<string>;
}

/** Wraps an engine for reading what the store over it says. */
export function recordStatements(engine: Engine): RecordingEngine {
  const statements = new Set<string>();
  const note = <S extends Statement>(statement: S): S => {
    statements.add(statement.sql);
    if (statement.near !== undefined) statements.add(statement.near);
    return statement;
  };
  const recorded = (transaction: Transaction): Transaction => ({
    all: (statement) => transaction.all(note(statement)),
    run: (statement) => transaction.run(note(statement)),
    many(sql, rows, packed) {
      statements.add(sql);
      return transaction.many(sql, rows, packed);
    },
  });
  return {
    statements,
    engine: {
      capabilities: engine.capabilities,
      sql: engine.sql,
      all: (statement) => engine.all(note(statement)),
      transaction: (work) => engine.transaction((transaction) => work(recorded(transaction))),
      refreshStatistics: () => engine.refreshStatistics(),
      execute: (sql) => engine.execute(sql),
      changeCounter: () => engine.changeCounter(),
      close: () => engine.close(),
    },
  };
}
