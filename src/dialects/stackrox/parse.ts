/**
 * The search query language: `Label:value,value+Label:value` (grammar in wire/split.ts, values in wire/values-*.ts).
 * All labels must hold, one of the values of each; labels of one table must hold for one row of it; tables hang on the
 * image independently of each other. Labels nobody knows are dropped.
 */
import { invalid, StowageError } from '../../domain/error.ts';
import { ALL, and, eq, NONE, not, type Predicate, some } from '../../query/predicate.ts';
import { findLabel, type Label, type TableName } from './fields.ts';
import { readCount, readExtreme } from './wire/aggregates.ts';
import type { Column } from './wire/column.ts';
import { readImageName } from './wire/image-name.ts';
import { anyOf, readValue } from './wire/read-value.ts';
import { type Pair, splitQuery } from './wire/split.ts';
import { joinTable, type RowConditions } from './wire/tables.ts';
import { readMap } from './wire/values-map.ts';

/** Most values of one label, unless all are exact. */
const MOST_VALUES = 65_535;

/** A query that was read. */
export interface Question {
  readonly where: Predicate;
  /** What is asked of the rows of each table: orders by a field of a table look at those rows only. */
  readonly rows: ReadonlyMap<TableName, RowConditions>;
  /** The query names nothing but labels that belong to other things: nothing is found, and nothing else is looked at. */
  readonly elsewhere: boolean;
}

/** Reads a query text into a predicate over images. */
export function parseQuery(text: string): Predicate {
  return readQuery(text).where;
}

/**
 * Reads a query text.
 * @throws StowageError kind `invalid`; `at` is the offset of the value it is about
 */
export function readQuery(text: string): Question {
  if (text.includes('\0')) {
    throw invalid('query.character', 'The query has a NUL character; take it out.', text.indexOf('\0'));
  }
  const known = [...new Map(splitQuery(text).map((pair) => [pair.label, pair])).values()].flatMap((pair) => {
    const label = findLabel(pair.label);
    return label ? [{ pair, label }] : [];
  });
  const asked = known.filter(({ label }) => label.kind !== 'elsewhere');
  if (asked.length === 0) {
    const elsewhere = known.length > 0;
    return { where: elsewhere ? NONE : ALL, rows: new Map(), elsewhere };
  }
  const rows = readRows(asked);
  const own = asked.map(({ pair, label }) => readPair(pair, label, rows));
  return { where: and(...own, ...[...rows].map(([table, each]) => joinTable(table, each))), rows, elsewhere: false };
}

interface Asked {
  readonly pair: Pair;
  readonly label: Label;
}

function readRows(asked: readonly Asked[]): Map<TableName, RowConditions> {
  const rows = new Map<TableName, RowConditions>();
  for (const { pair, label } of asked) {
    if (label.kind !== 'joined' && label.kind !== 'joined-map') continue;
    const table = label.kind === 'joined' ? label.table : 'deployment';
    const conditions = rows.get(table) ?? { where: [], absent: true };
    const read = (value: string) => (label.kind === 'joined' ? readValue(label.column, value) : noMap(value));
    conditions.where.push(readValues(pair, read, label.kind === 'joined' ? label.column : undefined));
    if (label.kind === 'joined-map' || !pair.values.includes('-')) conditions.absent = false;
    rows.set(table, conditions);
  }
  return rows;
}

/** Checks a value of a map that no row has. */
function noMap(value: string): Predicate {
  readMap(value);
  return NONE;
}

function readPair(pair: Pair, label: Label, rows: ReadonlyMap<TableName, RowConditions>): Predicate {
  switch (label.kind) {
    case 'own': {
      const { column } = label;
      if (column.field === 'name') return readValues(pair, readImageName, column);
      return readValues(pair, (value) => readValue(column, value), column);
    }
    case 'array':
      return readValues(pair, (value) => readWord(label.argument, value));
    case 'map':
      return readValues(pair, readMap);
    case 'count': {
      const { table } = label;
      const conditions = table === 'image' || table === 'namespace' ? undefined : rows.get(table);
      return readValues(pair, (value) => readCount(label, conditions, value));
    }
    case 'extreme':
      return readValues(pair, (value) => readExtreme(label, rows.get(label.table), value));
    case 'order':
      throw invalid('query.order-only', `unsupported derivation type ${label.derivation}`, pair.at);
    default:
      return ALL;
  }
}

const WORD: Column = { type: 'text', field: 'value' };

/** Some word of a list; `-`: the list has none. */
function readWord(argument: string, value: string): Predicate {
  const words = (where: Predicate) => some('argument', and(eq('kind', argument), where));
  return value === '-' ? not(words(ALL)) : words(readValue(WORD, value));
}

function readValues(pair: Pair, read: (value: string) => Predicate, column?: Column): Predicate {
  if (pair.values.length > MOST_VALUES && !isAllExact(pair, column)) {
    throw invalid(
      'query.values',
      `extended protocol limited to ${MOST_VALUES} parameters: ${pair.label} has ${pair.values.length} values, and not all are exact`,
      pair.at,
    );
  }
  return anyOf(
    pair.values.map((value, index) => {
      try {
        return read(value);
      } catch (error) {
        if (!(error instanceof StowageError)) throw error;
        throw new StowageError(error.kind, error.code, error.message, { at: pair.valueAt[index] });
      }
    }),
  );
}

function isAllExact(pair: Pair, column: Column | undefined): boolean {
  return column?.type === 'text' && pair.values.every((value) => /^"[\s\S]*"$/.test(value));
}
