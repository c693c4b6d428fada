import { type Conditions, conditionLines } from './conditions.ts';
import type { Row } from './measure.ts';
import { markdown, ms } from './stats.ts';

/** What bench/lists.ts found. */
export interface ListResults {
  readonly bench: string;
  readonly conditions: Conditions;
  readonly rows: readonly Row[];
}

/** What a page of 25 may cost: against hand-written SQL in the same place, and against itself at the smallest size. */
export const TARGETS = { overHand: 2, overSmallest: 1.3, groupMilliseconds: 50 } as const;

/** A ratio that misses its target carries this. */
const MISSED = ' ✗';

const HEAD = [
  'Images',
  'Dialect',
  'Question',
  'Rows',
  'Page',
  'SQL',
  'Store',
  'Store, read',
  'Bare HTTP',
  'HTTP p50',
  'HTTP p95',
  'Store / SQL',
  'Read / SQL',
  'HTTP / bare',
  'HTTP / own at smallest',
];

/** The results as Markdown: conditions, and a table of p50 in milliseconds; missed targets are marked. */
export function listTable({ conditions, rows }: ListResults): string {
  return `${conditionLines(conditions)}\n${markdown(
    HEAD,
    rows.map((row) => cells(row, rows)),
  )}`;
}

/** How many of the rows that have a target miss it, by target. */
export function missed(rows: readonly Row[]): Readonly<Record<'store' | 'http' | 'growth' | 'group', readonly Row[]>> {
  return {
    store: rows.filter((row) => over(storeRatio(row), TARGETS.overHand, row)),
    http: rows.filter((row) => over(httpRatio(row), TARGETS.overHand, row)),
    growth: rows.filter((row) => over(growth(row, rows), TARGETS.overSmallest, row)),
    group: rows.filter((row) => row.kind === 'group' && row.times.http.p50 > TARGETS.groupMilliseconds),
  };
}

function cells(row: Row, rows: readonly Row[]): string[] {
  const { http, store, read, hand, bare } = row.times;
  const group = row.kind === 'group' && http.p50 > TARGETS.groupMilliseconds ? MISSED : '';
  return [
    String(row.images),
    row.dialect,
    row.kind === 'list' ? row.about : `${row.kind}: ${row.about}`,
    row.kind === 'count'
      ? ''
      : row.found === undefined || row.found === row.rows
        ? String(row.rows)
        : `${row.found} of ${row.rows}`,
    row.depth,
    hand ? ms(hand.p50) : '',
    ms(store.p50),
    ms(read.p50),
    bare ? ms(bare.p50) : '',
    `${ms(http.p50)}${group}`,
    ms(http.p95),
    ratio(storeRatio(row), TARGETS.overHand, row),
    hand ? (read.p50 / hand.p50).toFixed(2) : '',
    ratio(httpRatio(row), TARGETS.overHand, row),
    ratio(growth(row, rows), TARGETS.overSmallest, row),
  ];
}

function storeRatio({ times }: Row): number | undefined {
  return times.hand && times.store.p50 / times.hand.p50;
}

function httpRatio({ times }: Row): number | undefined {
  return times.bare && times.http.p50 / times.bare.p50;
}

/** Over the same question at the smallest size at which its page has as many rows. */
function growth(row: Row, rows: readonly Row[]): number | undefined {
  const same = rows.filter(
    (other) =>
      other.dialect === row.dialect &&
      other.kind === row.kind &&
      other.about === row.about &&
      other.rows === row.rows &&
      other.depth === row.depth &&
      other.found === row.found,
  );
  const smallest = same.reduce((least, other) => (other.images < least.images ? other : least), row);
  return smallest === row ? undefined : row.times.http.p50 / smallest.times.http.p50;
}

/** Targets are set for pages of 25. */
function over(value: number | undefined, most: number, row: Row): boolean {
  return value !== undefined && value > most && row.kind === 'list' && row.rows === 25 && row.depth !== 'jump';
}

function ratio(value: number | undefined, most: number, row: Row): string {
  if (value === undefined) return '';
  return `${value.toFixed(2)}${over(value, most, row) ? MISSED : ''}`;
}
