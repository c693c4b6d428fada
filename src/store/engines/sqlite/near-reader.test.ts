import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Connection } from './connection.ts';
import { NearReader } from './near-reader.ts';

let folder: string;
let writer: Connection;
let near: NearReader;
let busy: boolean;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-test-sqlite-'));
  const file = join(folder, 'x.db');
  writer = new Connection({ file, role: 'writer', cacheMegabytes: 1, busyTimeout: 1_000, heapMegabytes: 64 });
  writer.execute('create table t (a integer, b text)');
  busy = false;
  const options = { file, role: 'reader', cacheMegabytes: 1, busyTimeout: 0, heapMegabytes: 64 } as const;
  near = new NearReader(options, 200, () => busy);
});
afterEach(async () => {
  near.close();
  writer.close();
  await rm(folder, { recursive: true, force: true });
});

const SHORT = 'select a, b from t where in_time(b) order by a';
/** Without an end of its own. */
const ENDLESS =
  'with recursive n(i) as (select ? union all select i + 1 from n) select count(*) from n where in_time(i)';

test('rows are objects; numbers beyond 2^53 are the nearest number', () => {
  writer.run('insert into t values (?, ?), (?, ?)', [1, 'x', 2n ** 60n, null]);
  expect(near.all(SHORT, [])).toEqual([
    { a: 1, b: 'x' },
    { a: 2 ** 60, b: null },
  ]);
});

test('a read that takes long gives up, and others go on', () => {
  expect(near.all(ENDLESS, [1])).toBeUndefined();
  expect(near.all(SHORT, [])).toEqual([]);
});

test('a statement that took long is left alone for some times', () => {
  const ending = ENDLESS.replace('from n)', 'from n where i < 3)');
  expect(near.all(ending, [5])).toEqual([{ 'count(*)': 1 }]);
  // Not the next time, then not the next two times, four, eight.
  for (const times of [1, 2, 4, 8]) {
    expect(near.all(ending, [-1e15])).toBeUndefined();
    for (let time = 0; time < times; time += 1) expect(near.all(ending, [5])).toBeUndefined();
  }
  expect(near.all(ending, [5])).toEqual([{ 'count(*)': 1 }]);
  expect(near.all(ending, [5])).toEqual([{ 'count(*)': 1 }]);
});

test('nothing is read while the event loop has no time', () => {
  busy = true;
  expect(near.all(SHORT, [])).toBeUndefined();
  busy = false;
  expect(near.all(SHORT, [])).toEqual([]);
});

test('what cannot be run is left to the threads, which say why', () => {
  expect(near.all('select * from missing where in_time(a)', [])).toBeUndefined();
});

test('a change by another connection is another number', () => {
  const before = near.dataVersion();
  expect(near.dataVersion()).toBe(before);
  writer.run('insert into t values (1, 2)', []);
  expect(near.dataVersion()).not.toBe(before);
});
