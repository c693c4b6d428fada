import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, openTestEngine } from '../../../test/support/stores.ts';
import { MINUTE } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { takeLease } from '../leases.ts';
import { openEngine } from '../open.ts';
import { raw } from '../sql.ts';
import { INDEXES, TABLES } from '../tables.ts';
import { LEASE, OTHER_TABLES, SCHEMA_MIGRATION, UNIQUE_INDEXES } from '../tables-access.ts';
import type { Migration } from './migration.ts';
import { MIGRATIONS } from './migrations.ts';
import { migrate, storedVersion } from './run.ts';

const T0 = 1_763_772_000_000_000;
const clock = (): number => T0;

const first: Migration = {
  version: 1,
  name: 'first',
  async up(transaction, capabilities) {
    await transaction.run(raw(`create table note (id ${capabilities.types.id} primary key)`));
  },
};
const second: Migration = {
  version: 2,
  name: 'second',
  async up(transaction) {
    await transaction.run(raw("insert into note (id) values ('00000000000000000000000000000001')"));
  },
};

describe.each(ENGINES)('migrations on %s', (kind) => {
  let opened: Awaited<ReturnType<typeof openTestEngine>>;
  let engine: Engine;

  beforeEach(async () => {
    opened = await openTestEngine(kind, { empty: true });
    engine = opened.engine;
  });
  afterEach(() => opened.close());

  test('a new store gets every table, and again changes nothing', async () => {
    expect(await storedVersion(engine)).toBe(0);
    await migrate(engine, clock);
    await migrate(engine, clock);
    expect(await storedVersion(engine)).toBe(MIGRATIONS.length);
    for (const { name } of [...TABLES, ...OTHER_TABLES, LEASE, SCHEMA_MIGRATION]) {
      expect(await engine.all(raw(`select count(*) as n from "${name}"`))).toHaveLength(1);
    }
    expect(await engine.all(raw('select version, name, applied_at from schema_migration'))).toEqual([
      { version: 1, name: 'initial', applied_at: T0 },
    ]);
    expect(await engine.all(raw('select name from lease'))).toEqual([]);
  });

  test('every index of the lists is there under its name', async () => {
    await migrate(engine, clock);
    const indexes = [...INDEXES, ...OTHER_TABLES.flatMap((table) => table.indexes), ...UNIQUE_INDEXES];
    expect(new Set(indexes.map((index) => index.name)).size).toBe(indexes.length);
    // Dropping one that is not there is an error.
    for (const index of indexes) await engine.execute(`drop index "${index.name}"`);
  });

  test('only what is missing is run', async () => {
    await migrate(engine, clock, [first]);
    await migrate(engine, clock, [first, second]);
    await migrate(engine, clock, [first, second]);
    expect(await engine.all(raw('select id from note'))).toHaveLength(1);
  });

  test('several processes that start at once do it once', async () => {
    const others = await Promise.all([1, 2, 3].map(() => openEngine(opened.options)));
    try {
      await Promise.all([engine, ...others].map((each) => migrate(each, () => Date.now() * 1_000, [first, second])));
      expect(await engine.all(raw('select id from note'))).toHaveLength(1);
      expect(await engine.all(raw('select version from schema_migration order by version'))).toHaveLength(2);
    } finally {
      await Promise.all(others.map((other) => other.close()));
    }
  });

  test('a step that fails leaves nothing, and the next start begins with it', async () => {
    const broken: Migration = {
      version: 2,
      name: 'broken',
      async up(transaction) {
        await transaction.run(raw('create table half (id integer primary key)'));
        throw new Error('power cut');
      },
    };
    await expect(migrate(engine, clock, [first, broken])).rejects.toThrow('power cut');
    expect(await storedVersion(engine)).toBe(1);
    await expect(engine.all(raw('select * from half'))).rejects.toMatchObject({ kind: 'missing-table' });
    await migrate(engine, clock, [first, second]);
    expect(await storedVersion(engine)).toBe(2);
  });

  test('a killed process holds the others up until its lease ends', async () => {
    await migrate(engine, clock, [first]);
    await takeLease(engine, 'migration', 'killed', T0 + MINUTE, T0);
    let time = T0;
    const advancing = (): number => {
      time += MINUTE / 4;
      return time;
    };
    await migrate(engine, advancing, [first, second]);
    expect(time).toBeGreaterThanOrEqual(T0 + MINUTE);
    expect(await storedVersion(engine)).toBe(2);
  });

  test('a store written by a newer program is refused', async () => {
    await migrate(engine, clock, [first, second]);
    await expect(migrate(engine, clock, [first])).rejects.toMatchObject({ code: 'store.newer' });
  });
});
