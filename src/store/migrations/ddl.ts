import type { Capabilities } from '../engine.ts';
import type { Column, Index, Table } from '../tables.ts';

/** CREATE TABLE of a table, in the words of an engine. */
export function createTable(table: Table, capabilities: Capabilities, options: { ifNotExists?: boolean } = {}): string {
  const columns = table.columns.map((column) => `  ${columnText(column, capabilities)}`);
  const lines = [...columns, `  primary key (${names(table.key)})`].join(',\n');
  const ending = table.keyOrdered && capabilities.keyOrdered !== '' ? ` ${capabilities.keyOrdered}` : '';
  const guard = options.ifNotExists === true ? 'if not exists ' : '';
  return `create table ${guard}"${table.name}" (\n${lines}\n)${ending}`;
}

/** CREATE INDEX of an index. */
export function createIndex(index: Index, options: { unique?: boolean; ifNotExists?: boolean } = {}): string {
  const unique = options.unique === true ? 'unique ' : '';
  const guard = options.ifNotExists === true ? 'if not exists ' : '';
  return `create ${unique}index ${guard}"${index.name}" on "${index.table}" (${names(index.columns)})`;
}

/** DROP INDEX, for loads that build it again afterwards. */
export function dropIndex(index: Index): string {
  return `drop index if exists "${index.name}"`;
}

function columnText(column: Column, capabilities: Capabilities): string {
  const collation =
    column.type === 'text' && capabilities.binaryCollation !== '' ? ` ${capabilities.binaryCollation}` : '';
  return `"${column.name}" ${capabilities.types[column.type]}${collation}${column.nullable ? '' : ' not null'}`;
}

function names(columns: readonly string[]): string {
  return columns.map((name) => `"${name}"`).join(', ');
}
