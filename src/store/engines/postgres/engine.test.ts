import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestEngine } from '../../../../test/support/stores.ts';
import type { Transaction } from '../../engine.ts';
import { raw } from '../../sql.ts';
import { openPostgres } from './engine.ts';

let opened: Awaited<ReturnType<typeof openTestEngine>>;
beforeEach(async () => {
  opened = await openTestEngine('postgres', { empty: true });
  await opened.engine.execute('create table account (id integer primary key, amount integer not null)');
  await opened.engine.execute('insert into account values (1, 0), (2, 0)');
});
afterEach(() => opened.close());

const url = (): string => (opened.options as { database: string }).database;
const add = (transaction: Transaction, id: number) =>
  transaction.run(raw('update account set amount = amount + 1 where id = $1', [id]));
const amounts = () =>
  opened.engine
    .all<{ amount: number }>(raw('select amount from account order by id'))
    .then((rows) => rows.map((row) => row.amount));

test('of two that lock each other out one is run again, whole', async () => {
  let runs = 0;
  let arrived = 0;
  let open = () => {};
  const both = new Promise<void>((resolve) => {
    open = resolve;
  });
  const work = (first: number, second: number) =>
    opened.engine.transaction(async (transaction) => {
      runs += 1;
      await add(transaction, first);
      arrived += 1;
      if (arrived === 2) open();
      await both;
      await add(transaction, second);
    });
  await Promise.all([work(1, 2), work(2, 1)]);
  expect(runs).toBe(3);
  expect(await amounts()).toEqual([2, 2]);
});

test('a connection that is cut in the middle is replaced and the transaction run again', async () => {
  let runs = 0;
  await opened.engine.transaction(async (transaction) => {
    runs += 1;
    await add(transaction, 1);
    const [me] = await transaction.all<{ pid: number }>(raw('select pg_backend_pid() as pid'));
    if (runs === 1) await opened.engine.all(raw('select pg_terminate_backend($1)', [me!.pid]));
    await add(transaction, 2);
  });
  expect(runs).toBe(2);
  expect(await amounts()).toEqual([1, 1]);
});

test('an idle connection that is cut is no more than a new connection', async () => {
  const other = await openPostgres({ url: url(), connections: 1 });
  try {
    const [me] = await other.all<{ pid: number }>(raw('select pg_backend_pid() as pid'));
    await opened.engine.all(raw('select pg_terminate_backend($1)', [me!.pid]));
    await expect
      .poll(() => other.all(raw('select 1 as one')).catch(() => []), { timeout: 10_000 })
      .toEqual([{ one: 1 }]);
  } finally {
    await other.close();
  }
});

test('a statement that takes too long is ended, and the error says so', async () => {
  const hasty = await openPostgres({ url: url(), statementTimeout: 50 });
  const ended = {
    kind: 'unavailable',
    code: 'store.timeout',
    message: expect.stringMatching(/took too long and was ended; narrow it .*57014/),
  };
  try {
    await expect(hasty.all(raw('select pg_sleep(600)'))).rejects.toMatchObject(ended);
    // Building an index may take its time.
    await hasty.execute('select pg_sleep(0.2)');
    await expect(hasty.all(raw('select pg_sleep(600)'))).rejects.toMatchObject(ended);
  } finally {
    await hasty.close();
  }
});

test('a server that is not there is said to be unavailable', async () => {
  const nobody = new URL(url());
  nobody.port = '1';
  await expect(openPostgres({ url: nobody.href })).rejects.toMatchObject({
    kind: 'unavailable',
    code: 'store.unavailable',
  });
});

test('statements are not kept prepared: a plan made for other values would stay', async () => {
  for (let n = 0; n < 8; n += 1) await opened.engine.all(raw('select amount from account where id = $1', [n]));
  expect(await opened.engine.all(raw('select statement from pg_prepared_statements'))).toEqual([]);
});
