import { raw } from '../sql.ts';
import { INDEXES, TABLES } from '../tables.ts';
import { OTHER_TABLES, UNIQUE_INDEXES } from '../tables-access.ts';
import { createIndex, createTable } from './ddl.ts';
import type { Migration } from './migration.ts';

/** Every table of the first version: the inventory, projects and access, sources, jobs. */
export const initial: Migration = {
  version: 1,
  name: 'initial',
  async up(transaction, capabilities) {
    const indexes = [...INDEXES, ...OTHER_TABLES.flatMap((table) => table.indexes)];
    const statements = [
      ...[...TABLES, ...OTHER_TABLES].map((table) => createTable(table, capabilities)),
      ...indexes.map((index) => createIndex(index)),
      ...UNIQUE_INDEXES.map((index) => createIndex(index, { unique: true })),
    ];
    for (const statement of statements) await transaction.run(raw(statement));
  },
};
