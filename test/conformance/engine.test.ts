import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomId } from '../../src/domain/id.ts';
import type { Engine } from '../../src/store/engine.ts';
import { createTable } from '../../src/store/migrations/ddl.ts';
import { openEngine } from '../../src/store/open.ts';
import { compile, raw } from '../../src/store/sql.ts';
import type { Table } from '../../src/store/tables.ts';
import { ENGINES, openTestEngine } from '../support/stores.ts';

const THINGS: Table = {
  name: 'thing',
  kind: 'local',
  with: null,
  columns: [
    { name: 'id', type: 'id', nullable: false },
    { name: 'word', type: 'text', nullable: true },
    { name: 'number', type: 'integer', nullable: true },
    { name: 'share', type: 'float', nullable: true },
    { name: 'flag', type: 'boolean', nullable: true },
    { name: 'document', type: 'json', nullable: true },
  ],
  key: ['id'],
  keyOrdered: true,
  indexes: [],
};

describe.each(ENGINES)('engine %s', (kind) => {
  let opened: Awaited<ReturnType<typeof openTestEngine>>;
  let engine: Engine;

  beforeAll(async () => {
    opened = await openTestEngine(kind, { empty: true });
    engine = opened.engine;
    await engine.execute(createTable(THINGS, engine.capabilities));
  });
  afterAll(() => opened.close());

  function insert(row: Record<string, unknown>) {
    return compile(engine.sql.insertInto('thing').values(row));
  }

  function words(ids: readonly string[]) {
    const query = engine.sql.selectFrom('thing').select('word').where('id', 'in', ids).orderBy('word').orderBy('id');
    return engine.all<{ word: string }>(compile(query)).then((rows) => rows.map((row) => row.word));
  }

  async function put(...texts: readonly string[]): Promise<string[]> {
    const ids = texts.map(() => randomId());
    await engine.transaction((transaction) =>
      transaction.many(
        insert({ id: '', word: '' }).sql,
        ids.map((id, index) => [id, texts[index]]),
      ),
    );
    return ids;
  }

  test('values come back as they were given', async () => {
    const id = randomId();
    const row = {
      id,
      word: 'naïve 船 🚢 "quoted" \\',
      number: 1_763_772_000_123_456,
      share: 0.1,
      document: '{"b":1, "a":2}',
    };
    await engine.transaction((transaction) => transaction.run(insert({ ...row, flag: true })));
    const [back] = await engine.all<Record<string, unknown>>(
      compile(engine.sql.selectFrom('thing').selectAll().where('id', '=', id)),
    );
    expect(back).toMatchObject(row);
    expect(Boolean(back?.['flag'])).toBe(true);
    expect(
      await engine.all(
        compile(engine.sql.selectFrom('thing').select('id').where('flag', '=', true).where('id', '=', id)),
      ),
    ).toHaveLength(1);
  });

  test('a missing value is null in every type', async () => {
    const id = randomId();
    await engine.transaction((transaction) => transaction.run(insert({ id, word: null })));
    const [back] = await engine.all(compile(engine.sql.selectFrom('thing').selectAll().where('id', '=', id)));
    expect(back).toEqual({ id, word: null, number: null, share: null, flag: null, document: null });
  });

  test('an integer beyond 2^53 does not throw, neither read nor returned', async () => {
    const id = randomId();
    const text = `insert into thing (id, number) values ('${id}', 9007199254740993) returning number`;
    const returned = await engine.transaction((transaction) => transaction.all(raw(text)));
    expect(returned).toEqual([{ number: 2 ** 53 }]);
    expect(await engine.all(raw(`select number from thing where id = '${id}'`))).toEqual([{ number: 2 ** 53 }]);
    const counted = await engine.all(raw(`select count(*) as n from thing where id = '${id}'`));
    expect(counted).toEqual([{ n: 1 }]);
  });

  test('text is ordered by code point and LIKE minds case', async () => {
    const ids = await put('b', 'B', 'a', 'Z', 'ä', '_', '-');
    expect(await words(ids)).toEqual(['-', 'B', 'Z', '_', 'a', 'b', 'ä']);
    const alike = engine.sql.selectFrom('thing').select('word').where('id', 'in', ids).where('word', 'like', 'b%');
    expect(await engine.all(compile(alike))).toEqual([{ word: 'b' }]);
  });

  test('what a transaction did is gone when it throws', async () => {
    const id = randomId();
    const attempt = engine.transaction(async (transaction) => {
      await transaction.run(insert({ id, word: 'x' }));
      throw new Error('changed my mind');
    });
    await expect(attempt).rejects.toThrow('changed my mind');
    expect(await words([id])).toEqual([]);
    await put('the next transaction works');
  });

  test('many rows at once, more than one statement can hold', async () => {
    const ids = Array.from({ length: 2_500 }, () => randomId());
    const { sql } = insert({ id: '', word: '', number: 0 });
    const rows = ids.map((id, index) => [id, `w${index}`, index]);
    expect(await engine.transaction((transaction) => transaction.many(sql, rows))).toBe(2_500);
    const sum = engine.sql
      .selectFrom('thing')
      .select((e) => e.fn.sum('number').as('sum'))
      .where('id', 'in', ids);
    expect(await engine.all(compile(sum))).toEqual([{ sum: (2_499 * 2_500) / 2 }]);
    expect(await engine.transaction((transaction) => transaction.many(sql, []))).toBe(0);
  });

  test('many runs of a statement that inserts nothing', async () => {
    const ids = await put('one', 'two');
    const { sql } = compile(engine.sql.updateTable('thing').set({ word: '' }).where('id', '=', ''));
    expect(
      await engine.transaction((transaction) =>
        transaction.many(
          sql,
          ids.map((id, n) => [`new ${n}`, id]),
        ),
      ),
    ).toBe(2);
    expect(await words(ids)).toEqual(['new 0', 'new 1']);
  });

  test('a broken rule has the same name everywhere', async () => {
    const [id] = await put('taken');
    const again = engine.transaction((transaction) => transaction.run(insert({ id })));
    await expect(again).rejects.toMatchObject({ name: 'DatabaseError', kind: 'unique' });
    const nothing = engine.transaction((transaction) => transaction.run(insert({ id: null })));
    await expect(nothing).rejects.toMatchObject({ kind: 'not-null' });
    await expect(engine.all(raw('select 1 from no_such_table'))).rejects.toMatchObject({ kind: 'missing-table' });
  });

  test('an ignored failure inside a transaction does not pass for success', async () => {
    const [taken] = await put('taken');
    const id = randomId();
    const succeeded = await engine
      .transaction(async (transaction) => {
        await transaction.run(insert({ id, word: 'kept' }));
        await transaction.run(insert({ id: taken })).catch(() => {});
      })
      .then(
        () => true,
        () => false,
      );
    // Whether the rest is kept differs; that success means "kept" does not.
    expect(await words([id])).toEqual(succeeded ? ['kept'] : []);
  });

  test('readers see neither half of a transaction and do not wait for it', async () => {
    const ids = [randomId(), randomId()];
    let seenInside: string[] = [];
    await engine.transaction(async (transaction) => {
      await transaction.run(insert({ id: ids[0], word: 'first' }));
      seenInside = await words(ids);
      await transaction.run(insert({ id: ids[1], word: 'second' }));
    });
    expect(seenInside).toEqual([]);
    expect(await words(ids)).toEqual(['first', 'second']);
  });

  test('a transaction sees its own changes', async () => {
    const id = randomId();
    const query = compile(engine.sql.selectFrom('thing').select('word').where('id', '=', id));
    const seen = await engine.transaction(async (transaction) => {
      await transaction.run(insert({ id, word: 'mine' }));
      return transaction.all(query);
    });
    expect(seen).toEqual([{ word: 'mine' }]);
  });

  test('transactions that add to one number lose nothing', async () => {
    const [id] = await put('counter');
    const add = compile(
      engine.sql
        .updateTable('thing')
        .set((e) => ({ number: e(e.fn.coalesce('number', e.lit(0)), '+', 1) }))
        .where('id', '=', id),
    );
    await Promise.all(Array.from({ length: 25 }, () => engine.transaction((transaction) => transaction.run(add))));
    expect(await engine.all(raw(`select number from thing where id = '${id}'`))).toEqual([{ number: 25 }]);
  });

  test('a statement after the end of its transaction is refused', async () => {
    const stray = await engine.transaction(async (transaction) => transaction);
    await expect(stray.run(insert({ id: randomId() }))).rejects.toThrow('over');
  });

  test('two engines on one database see each other, and the change counter tells where there is one', async () => {
    const other = await openEngine(opened.options);
    try {
      const before = engine.changeCounter();
      expect(engine.changeCounter()).toBe(before);
      const id = randomId();
      await other.transaction((transaction) => transaction.run(insert({ id, word: 'from the other' })));
      if (before !== undefined) expect(engine.changeCounter()).not.toBe(before);
      expect(await words([id])).toEqual(['from the other']);
      const between = engine.changeCounter();
      await put('own');
      if (between !== undefined) expect(engine.changeCounter()).not.toBe(between);
      await Promise.all(
        [1, 2, 3]
          .flatMap(() => [engine, other])
          .map((each) => each.transaction((t) => t.run(insert({ id: randomId() })))),
      );
    } finally {
      await other.close();
    }
  });

  test('the event loop goes on while SQL works', async () => {
    const heavy = raw(
      'with recursive c(n) as (select 1 union all select n + 1 from c where n < 1000000) select count(*) as n from c',
    );
    let turns = 0;
    let over = false;
    const turn = (): void => {
      turns += 1;
      if (!over) setImmediate(turn);
    };
    setImmediate(turn);
    const [read, written] = await Promise.all([
      engine.all(heavy),
      engine.transaction((transaction) => transaction.all(heavy)),
    ]);
    over = true;
    expect([read, written]).toEqual([[{ n: 1_000_000 }], [{ n: 1_000_000 }]]);
    // Were SQL on the main thread, there would have been a handful between the two results.
    expect(turns).toBeGreaterThan(100);
  });

  test('short reads overtake a long one', async () => {
    const [id] = await put('short');
    const count = (n: number) =>
      engine.all(
        raw(
          `with recursive c(n) as (select 1 union all select n + 1 from c where n < ${n}) select count(*) as n from c`,
        ),
      );
    // Readers are opened when reads meet: these do.
    await Promise.all([count(1_000_000), count(1_000_000)]);
    const heavy = count(2_000_000);
    let finished = false;
    heavy.then(() => {
      finished = true;
    });
    let short = 0;
    while (!finished) {
      await words([id!]);
      short += 1;
    }
    await heavy;
    expect(short).toBeGreaterThan(3);
  });

  test('DDL runs outside a transaction', async () => {
    await engine.execute('create index thing_by_word on thing (word)');
    await engine.execute('drop index thing_by_word');
    await expect(engine.execute('create index nonsense on no_such_table (x)')).rejects.toThrow();
    await put('still works');
  });
});
