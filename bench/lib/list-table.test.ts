import { expect, test } from 'vitest';
import { type ListResults, listTable, verdicts } from './list-table.ts';
import type { Row } from './measure.ts';
import { performancePage } from './performance-page.ts';

const CONDITIONS: ListResults['conditions'] = {
  at: '2026-01-01T00:00:00.000Z',
  cpu: 'A processor',
  cores: 2,
  memory: '4 GiB',
  node: 'v24.0.0',
  engine: 'PostgreSQL 15',
  load: { before: [0, 0, 0], after: [0, 0, 0] },
  notes: [],
};

function took(p50: number): Row['times']['http'] {
  return { samples: 1, p50, p95: p50 };
}

function row(changes: Partial<Row>, times: Partial<Row['times']> = {}): Row {
  const usual = { http: took(1.5), store: took(0.75), hand: took(0.5), bare: took(1) };
  return {
    images: 10,
    dialect: 'native',
    kind: 'list',
    about: 'by size',
    rows: 25,
    depth: 'first',
    found: 25,
    bytes: 1,
    ...changes,
    times: { ...usual, ...times },
  };
}

/** The line of a row, by column. */
function printed(rows: readonly Row[], at = 0): Readonly<Record<string, string>> {
  const lines = listTable({ bench: 'lists', order: 'changing', conditions: CONDITIONS, rows })
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return Object.fromEntries(lines[0]!.map((name, column) => [name, lines[2 + at]![column]!]));
}

test('reading without kept rows is shown of lists', () => {
  expect(printed([row({}, { read: took(1) })])).toMatchObject({ 'Store, read': '1.00', 'Read / SQL': '2.00' });
});

test.each(['group', 'count'] as const)('a %s has none, be it in the results or not', (kind) => {
  for (const read of [undefined, took(0.01)]) {
    const cells = printed([row({ kind }, { read })]);
    expect(cells).toMatchObject({ 'Store, read': '', 'Read / SQL': '', 'Store / SQL': '1.50' });
  }
});

test('pages of 25 are judged, jumps and other sizes are not; what cannot be compared neither holds nor misses', () => {
  const slow = { store: took(5), http: took(5) };
  const rows = [
    row({ images: 1 }),
    row({}),
    row({ about: 'by name' }, slow),
    row({ rows: 1000, found: 1000 }, slow),
    row({ depth: 'jump' }, slow),
    row({ kind: 'group' }, { ...slow, http: took(51) }),
  ];
  const largest = rows.filter(({ images }) => images === 10);
  expect(verdicts(largest, rows)).toEqual({
    store: { holds: 1, misses: 1 },
    http: { holds: 1, misses: 1 },
    growth: { holds: 1, misses: 0 },
    group: { holds: 0, misses: 1 },
  });
  expect(largest.map((_, at) => printed(largest, at)['Store / SQL'])).toEqual([
    '1.50',
    '10.00 ✗',
    '10.00',
    '10.00',
    '10.00',
  ]);
});

test('the page says how many hold and miss, and which results were measured in a fixed order', () => {
  const page = (lists: ListResults) =>
    performancePage({
      lists: undefined,
      listsPostgres: lists,
      fill: undefined,
      fillPostgres: { bench: 'fill', conditions: CONDITIONS, images: 1, containers: 1, seconds: 1, peakRss: 1 },
      throughput: undefined,
      throughputPostgres: undefined,
      start: undefined,
      peer: undefined,
    });
  const old: ListResults = { bench: 'lists', conditions: CONDITIONS, rows: [row({}), row({ about: 'by name' })] };
  expect(page(old)).toContain('PostgreSQL 15, 2 questions for a page of 25 at 10 images');
  expect(page(old)).toContain('in the process: 2 hold it and 0 miss it');
  expect(page(old)).toContain('0 hold it and 0 miss it; 2 have no like page at a smaller size');
  expect(page(old)).toContain('| PostgreSQL 15 | 1 | 1 | 1 | 1 ✗ | 1 MiB |');
  expect(page(old)).toContain('measured otherwise than described');
  expect(page({ ...old, order: 'changing' })).not.toContain('measured otherwise than described');
});
