import type { CompiledQuery } from 'kysely';
import type { Engine } from '../engine.ts';
import type { Builder } from '../sql.ts';
import { tableNamed } from '../tables.ts';

/** Lengths that lists of parameters are filled up to, so that few different statements are ever compiled. */
const LIST_SIZES = [1, 8, 64, 512] as const;

/** A parameter's place in a statement that is compiled once and bound many times. */
const PLACE = '';

/**
 * The statements of the writer: compiled once per engine and shape, bound to rows again and again. Parameters are bound
 * in the order they stand in the text.
 */
export class Statements {
  readonly #db: Builder;
  readonly #texts = new Map<string, string>();

  private constructor(db: Builder) {
    this.#db = db;
  }

  /** The statements of an engine, the same for every caller. */
  static of(engine: Pick<Engine, 'sql'>): Statements {
    const known = SHARED.get(engine.sql) ?? new Statements(engine.sql);
    SHARED.set(engine.sql, known);
    return known;
  }

  /** The text of a statement; `build` runs once per name. */
  text(name: string, build: (db: Builder) => { compile(): CompiledQuery<unknown> }): string {
    const known = this.#texts.get(name);
    if (known !== undefined) return known;
    const { sql } = build(this.#db).compile();
    this.#texts.set(name, sql);
    return sql;
  }

  /** Inserts a row, or replaces the one with its key. */
  upsert(table: string): string {
    return this.text(`upsert ${table}`, (db) => {
      const { columns, key } = tableNamed(table);
      const rest = columns.map((column) => column.name).filter((name) => !key.includes(name));
      return db
        .insertInto(table)
        .values(Object.fromEntries(columns.map((column) => [column.name, PLACE])))
        .onConflict((conflict) =>
          rest.length === 0
            ? conflict.columns([...key]).doNothing()
            : conflict
                .columns([...key])
                .doUpdateSet((eb) => Object.fromEntries(rest.map((name) => [name, eb.ref(`excluded.${name}`)]))),
        );
    });
  }

  /** Inserts a row whose key is known to be free. */
  insert(table: string): string {
    return this.text(`insert ${table}`, (db) =>
      db.insertInto(table).values(Object.fromEntries(tableNamed(table).columns.map((column) => [column.name, PLACE]))),
    );
  }

  /** Deletes the rows with the given values in these columns. */
  remove(table: string, columns: readonly string[] = tableNamed(table).key): string {
    return this.text(`remove ${table} ${columns}`, (db) => {
      let query = db.deleteFrom(table);
      for (const column of columns) query = query.where(column, '=', PLACE);
      return query;
    });
  }

  /** Sets columns of the rows with the given values in `where`; parameters: those set, then those compared. */
  update(table: string, set: readonly string[], where: readonly string[]): string {
    return this.text(`update ${table} ${set} ${where}`, (db) => {
      let query = db.updateTable(table).set(Object.fromEntries(set.map((column) => [column, PLACE])));
      for (const column of where) query = query.where(column, '=', PLACE);
      return query;
    });
  }
}

const SHARED = new WeakMap<Builder, Statements>();

/** Splits a list into parts, each filled up to one of a few lengths by repeating its last entry. */
export function* padded<T>(values: readonly T[]): Generator<readonly T[]> {
  const most = LIST_SIZES.at(-1)!;
  for (let at = 0; at < values.length; at += most) {
    const part = values.slice(at, at + most);
    const size = LIST_SIZES.find((each) => each >= part.length)!;
    while (part.length < size) part.push(part.at(-1)!);
    yield part;
  }
}

/** Dummy values for a list of `length` parameters. */
export function places(length: number): readonly string[] {
  return new Array<string>(length).fill(PLACE);
}
