/** Where columns come from: through aliases, sub-queries and WITH, down to a table. */
import { TABLES, type Table } from '../../../src/store/tables.ts';
import { LEASE, OTHER_TABLES, SCHEMA_MIGRATION } from '../../../src/store/tables-access.ts';
import { type ColumnRef, columnRef, isGiven, isSign, isWord, type Nodes, splitCommas } from './nodes.ts';
import type { Body, Query, Source } from './query.ts';

const KNOWN: ReadonlyMap<string, Table> = new Map(
  [...TABLES, ...OTHER_TABLES, LEASE, SCHEMA_MIGRATION].map((table) => [table.name, table]),
);

/** A body with what names in it can mean. */
export interface Scope {
  readonly body: Body;
  /** Queries named by WITH, here or further out. */
  readonly named: ReadonlyMap<string, Query>;
  /** The body this one is an expression of; undefined for statements and for sub-queries in FROM. */
  readonly outer: Scope | undefined;
}

/** The query a source is: its own, or one named by WITH. */
export function queryOfSource(source: Source, scope: Scope): Query | undefined {
  return source.query ?? (source.table === undefined ? undefined : scope.named.get(source.table));
}

/** The table a source is; undefined for queries and functions. */
export function tableOfSource(source: Source, scope: Scope): Table | undefined {
  return source.table === undefined || scope.named.has(source.table) ? undefined : KNOWN.get(source.table);
}

/** Names of tables that are in no list. */
export function unknownTables(scope: Scope): string[] {
  return scope.body.sources.flatMap(({ table }) =>
    table === undefined || scope.named.has(table) || KNOWN.has(table) ? [] : [table],
  );
}

/** The source of a body that a column belongs to. Without an alias: the only one, or the only one that has it. */
export function sourceOfColumn(ref: ColumnRef, scope: Scope): Source | undefined {
  const { sources } = scope.body;
  if (ref.alias !== undefined) return sources.find((source) => source.alias === ref.alias);
  if (sources.length === 1) return sources[0];
  const having = sources.filter((source) =>
    tableOfSource(source, scope)?.columns.some((column) => column.name === ref.column),
  );
  return having.length === 1 ? having[0] : undefined;
}

/** A column of a table, with the source inside its own body that it is read from. */
export interface Origin {
  readonly table: Table;
  readonly column: string;
}

/** The column of a table that an expression is, however often it was handed on. */
export function originOf(value: Nodes, scope: Scope): Origin | undefined {
  const ref = columnRef(value);
  const source = ref && sourceOfColumn(ref, scope);
  if (!ref || !source) return undefined;
  const table = tableOfSource(source, scope);
  if (table)
    return table.columns.some((column) => column.name === ref.column) ? { table, column: ref.column } : undefined;
  const query = queryOfSource(source, scope);
  const [first] = query ? scopesOf(query, scope.named) : [];
  const output = first && outputNamed(ref.column, first);
  return output && originOf(output, first);
}

/** The scopes of a query's bodies, as a sub-query in FROM or a statement. */
export function scopesOf(query: Query, named: ReadonlyMap<string, Query>, outer?: Scope): Scope[] {
  const all = new Map([...named, ...query.with]);
  return query.bodies.map((body) => ({ body, named: all, outer }));
}

/** The expression behind an output's name; `*` hands on what the sources have. */
export function outputNamed(name: string, scope: Scope): Nodes | undefined {
  const { outputs } = scope.body;
  const found = outputs.find((output) => output.name === name);
  if (found) return found.value;
  const starred = outputs.some(({ value }) => isSign(value.at(-1), '*'));
  return starred ? [{ kind: 'name', text: name }] : undefined;
}

/** Columns of a source that must equal a given value or one of a few. */
export function givenColumns(source: Source, scope: Scope): ReadonlyMap<string, 'one' | 'few'> {
  const given = new Map<string, 'one' | 'few'>();
  for (const condition of scope.body.conditions) {
    const equal = condition.findIndex((node) => isSign(node, '='));
    const among = condition.findIndex((node) => isWord(node, 'in'));
    if (equal > 0) {
      const sides = [condition.slice(0, equal), condition.slice(equal + 1)] as const;
      for (const [column, value] of [sides, [...sides].reverse() as unknown as typeof sides]) {
        const name = ownColumn(column);
        if (name !== undefined && isGiven(value)) given.set(name, 'one');
      }
    } else if (among > 0 && !isWord(condition[among - 1], 'not')) {
      const list = condition[among + 1];
      const name = ownColumn(condition.slice(0, among));
      const values = list?.kind === 'group' ? splitCommas(list.items) : [];
      if (name !== undefined && values.length > 0 && values.every(isGiven)) {
        given.set(name, values.length === 1 ? 'one' : 'few');
      }
    }
  }
  return given;

  function ownColumn(value: Nodes): string | undefined {
    const ref = columnRef(value);
    return ref && sourceOfColumn(ref, scope) === source ? ref.column : undefined;
  }
}

/** Pairs of columns that conditions say are equal, of this body and those around it, as `depth alias column`. */
export function equalColumns(scope: Scope): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let each: Scope | undefined = scope; each; each = each.outer) {
    for (const condition of each.body.conditions) {
      const equal = condition.findIndex((node) => isSign(node, '='));
      if (equal < 0) continue;
      const left = placeOf(condition.slice(0, equal), each);
      const right = placeOf(condition.slice(equal + 1), each);
      if (left !== undefined && right !== undefined) pairs.push([left, right]);
    }
  }
  return pairs;
}

/** A column as one text that tells it from the same alias further out. */
export function placeOf(value: Nodes, scope: Scope): string | undefined {
  const ref = columnRef(value);
  if (!ref) return undefined;
  for (let each: Scope | undefined = scope; each; each = each.outer) {
    const source = sourceOfColumn(ref, each);
    if (source) return placeIn(each, source, ref.column);
  }
  return undefined;
}

export function placeIn(scope: Scope, source: Source, column: string): string {
  let depth = 0;
  for (let each = scope.outer; each; each = each.outer) depth += 1;
  return `${depth} ${source.alias} ${column}`;
}

/** Groups places that are equal through any number of conditions. */
export function equalityGroups(scope: Scope): (place: string) => string {
  const parent = new Map<string, string>();
  const root = (place: string): string => {
    const up = parent.get(place);
    return up === undefined ? place : root(up);
  };
  for (const [left, right] of equalColumns(scope)) {
    const [a, b] = [root(left), root(right)];
    if (a !== b) parent.set(a, b);
  }
  return root;
}
