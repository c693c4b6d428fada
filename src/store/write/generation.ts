import type { Session } from './session.ts';

/**
 * Takes the project's write lock: the row of its generation, which every change of its inventory takes first, so that
 * writers of one project follow each other, in any number of processes, and none can work on what another is changing.
 * (Within SQLite they do anyway.) With it the order of all further row locks is free of deadlocks.
 */
export async function lockProject({ statements, transaction, scope }: Session): Promise<void> {
  const sql = statements.text('lock generation', (db) =>
    db
      .insertInto('inventory_generation')
      .values({ project_no: '', generation: 0 })
      .onConflict((conflict) =>
        conflict.column('project_no').doUpdateSet((eb) => ({ project_no: eb.ref('excluded.project_no') })),
      ),
  );
  await transaction.run({ sql, parameters: [scope.no, 0] });
}

/** Says that answers may differ from now on. The last statement of a transaction that changed one. */
export async function bumpGeneration({ statements, transaction, scope }: Session): Promise<void> {
  const sql = statements.text('bump generation', (db) =>
    db
      .updateTable('inventory_generation')
      .set((eb) => ({ generation: eb('generation', '+', 1) }))
      .where('project_no', '=', ''),
  );
  await transaction.run({ sql, parameters: [1, scope.no] });
}
