import { setImmediate as turn } from 'node:timers/promises';
import type pg from 'pg';
import type { Statement, Transaction } from '../../engine.ts';
import { packText } from '../../packed-text.ts';
import { databaseError } from './failures.ts';
import { insertParameters, insertText, parseRowInsert, rowsPerStatement } from './many.ts';

/** One open transaction on one connection. Statements are unnamed: a kept plan would not fit the next parameters. */
export class Session implements Transaction {
  readonly #client: pg.PoolClient;
  readonly #maxParameters: number;
  #ended = false;

  constructor(client: pg.PoolClient, maxParameters: number) {
    this.#client = client;
    this.#maxParameters = maxParameters;
  }

  async all<R>(statement: Statement): Promise<R[]> {
    const result = await this.#query(statement.sql, statement.parameters);
    return result.rows as R[];
  }

  async run(statement: Statement): Promise<number> {
    return (await this.#query(statement.sql, statement.parameters)).rowCount ?? 0;
  }

  async many(sql: string, given: readonly (readonly unknown[])[], packed?: number): Promise<number> {
    const rows = packed === undefined ? given : await withPacked(given, packed);
    let changes = 0;
    const insert = parseRowInsert(sql);
    if (!insert) {
      for (const row of rows) changes += (await this.#query(sql, row)).rowCount ?? 0;
      return changes;
    }
    const size = rowsPerStatement(insert, this.#maxParameters);
    for (let from = 0; from < rows.length; from += size) {
      const some = rows.slice(from, from + size);
      const text = insertText(insert, some.length);
      changes += (await this.#query(text, insertParameters(insert, some))).rowCount ?? 0;
    }
    return changes;
  }

  end(): void {
    this.#ended = true;
  }

  async #query(text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
    if (this.#ended) throw new Error('The transaction is over; a statement was not awaited inside it.');
    try {
      return await this.#client.query({ text, values: values as unknown[] });
    } catch (error) {
      throw databaseError(error);
    }
  }
}

/** Texts packed before the event loop has its turn. */
const PACKED_AT_ONCE = 16;

async function withPacked(rows: readonly (readonly unknown[])[], place: number): Promise<(readonly unknown[])[]> {
  const made: (readonly unknown[])[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % PACKED_AT_ONCE === PACKED_AT_ONCE - 1) await turn();
    made.push(row.with(place, packText(row[place] as string)));
  }
  return made;
}
