import { type Conditions, conditionLines } from './conditions.ts';
import type { Row } from './measure.ts';
import { markdown, ms } from './stats.ts';

/** What bench/lists.ts found. */
export interface ListResults {
  readonly bench: 'lists';
  /** Whether the order of asking changed from request to request; older results do not say so, as it was fixed. */
  readonly order?: 'changing';
  readonly conditions: Conditions;
  readonly rows: readonly Row[];
}

/** What a page of 25 may cost: against hand-written SQL in the same place, and against itself at the smallest size. */
export const TARGETS = { overHand: 2, overSmallest: 1.3, groupMilliseconds: 50 } as const;

/** A ratio that misses its target carries this. */
const MISSED = ' ✗';

/** Said of results that were measured before the order of asking changed. */
const FIXED_ORDER = `- **measured otherwise than described: for every page in the same order, SQL, bare HTTP, Store, Store read, HTTP, so that
  the later ones found the caches warm**
`;

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
export function listTable({ order, conditions, rows }: ListResults): string {
  return `${conditionLines(conditions)}${order ? '' : FIXED_ORDER}\n${markdown(
    HEAD,
    rows.map((row) => cells(row, rows)),
  )}`;
}

/** Of the rows that have a target: how many hold it, and how many miss it. */
export interface Verdict {
  readonly holds: number;
  readonly misses: number;
}

/** The verdicts on some of the rows, by target; `rows` are all there are, to compare with those of other sizes. */
export function verdicts(
  some: readonly Row[],
  rows: readonly Row[],
): Readonly<Record<'store' | 'http' | 'growth' | 'group', Verdict>> {
  const judged = some.filter(hasTarget);
  const groups = some.filter(({ kind }) => kind === 'group');
  return {
    store: verdict(judged.map(storeRatio), TARGETS.overHand),
    http: verdict(judged.map(httpRatio), TARGETS.overHand),
    growth: verdict(
      judged.map((row) => growth(row, rows)),
      TARGETS.overSmallest,
    ),
    group: verdict(
      groups.map(({ times }) => times.http.p50),
      TARGETS.groupMilliseconds,
    ),
  };
}

/** Targets of lists are set for pages of 25, but not for jumps. */
export function hasTarget({ kind, rows, depth }: Row): boolean {
  return kind === 'list' && rows === 25 && depth !== 'jump';
}

function verdict(values: readonly (number | undefined)[], most: number): Verdict {
  const there = values.filter((value) => value !== undefined);
  const misses = there.filter((value) => value > most).length;
  return { holds: there.length - misses, misses };
}

function cells(row: Row, rows: readonly Row[]): string[] {
  const { http, store, hand, bare } = row.times;
  // Of groups and counts older results have it, but it was a kept answer repeated.
  const read = row.kind === 'list' ? row.times.read : undefined;
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
    read ? ms(read.p50) : '',
    bare ? ms(bare.p50) : '',
    `${ms(http.p50)}${group}`,
    ms(http.p95),
    ratio(storeRatio(row), TARGETS.overHand, row),
    read && hand ? (read.p50 / hand.p50).toFixed(2) : '',
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

function ratio(value: number | undefined, most: number, row: Row): string {
  if (value === undefined) return '';
  return `${value.toFixed(2)}${value > most && hasTarget(row) ? MISSED : ''}`;
}
