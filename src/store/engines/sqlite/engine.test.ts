import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { raw } from '../../sql.ts';
import { openSqlite } from './engine.ts';
import { RemoteConnection } from './remote-connection.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-test-sqlite-'));
  file = join(folder, 'x.db');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const HERE = pathToFileURL(import.meta.dirname).href;

test('closing leaves one file', async () => {
  const engine = await openSqlite({ file });
  await engine.transaction((transaction) => transaction.run(raw('create table t (a integer)')));
  await engine.all(raw('select * from t'));
  await engine.close();
  expect(existsSync(file)).toBe(true);
  expect(existsSync(`${file}-wal`)).toBe(false);
});

test('a new file has pages that a document fits into', async () => {
  const engine = await openSqlite({ file });
  await engine.transaction((transaction) => transaction.run(raw('create table t (a integer)')));
  expect(await engine.all(raw('pragma page_size'))).toEqual([{ page_size: 8192 }]);
  await engine.close();
});

test('requests asked before the end are answered', async () => {
  const engine = await openSqlite({ file });
  const asked = Promise.all(Array.from({ length: 20 }, (_, n) => engine.all(raw('select ? as n', [n]))));
  await engine.close();
  expect(await asked).toEqual(Array.from({ length: 20 }, (_, n) => [{ n }]));
});

test('a file that cannot be opened is an error, not a hang', async () => {
  await writeFile(file, 'this is no database, whatever its name says, and long enough to be read as one'.repeat(20));
  await expect(openSqlite({ file })).rejects.toMatchObject({ name: 'DatabaseError' });
  await expect(openSqlite({ file: join(folder, 'missing', 'x.db') })).rejects.toMatchObject({ name: 'DatabaseError' });
});

test('a connection whose thread dies says so, and readers go on with a new one', async () => {
  const engine = await openSqlite({ file, readers: 1, heapMegabytes: 24 });
  try {
    // As long as a request may be; compiled it is more than the thread may hold.
    const vast = raw('select regex(?, ?, 0) as found', ['ab|'.repeat(350_000), 'x']);
    await expect(engine.all(vast)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await engine.all(raw('select 1 as one'))).toEqual([{ one: 1 }]);
  } finally {
    await engine.close();
  }
}, 120_000);

test('another process that holds the write lock is waited for', async () => {
  const engine = await openSqlite({ file });
  await engine.execute('create table t (a integer)');
  const holder = spawn(
    process.execPath,
    [
      '-e',
      `const db = new (require('node:sqlite').DatabaseSync)(process.argv[1]);
       db.exec('begin immediate; insert into t values (1)');
       console.log('held');
       process.stdin.once('data', () => { db.exec('commit'); process.exit(); });`,
      file,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  try {
    await once(holder.stdout, 'data');
    let written = false;
    const write = engine
      .transaction((transaction) => transaction.run(raw('insert into t values (2)')))
      .then(() => {
        written = true;
      });
    expect(await engine.all(raw('select a from t'))).toEqual([]);
    expect(written).toBe(false);
    holder.stdin.write('go on\n');
    await write;
    expect(await engine.all(raw('select a from t order by a'))).toEqual([{ a: 1 }, { a: 2 }]);
  } finally {
    holder.kill();
    await engine.close();
  }
});

test('what was committed survives kill -9, what was not is gone', async () => {
  const script = join(folder, 'writer.ts');
  await writeFile(
    script,
    `import { openSqlite } from '${HERE}/engine.ts';
     const engine = await openSqlite({ file: process.argv[2] });
     await engine.execute('create table t (a integer)');
     for (let n = 0; ; n += 1) {
       await engine.transaction(async (transaction) => {
         await transaction.run({ sql: 'insert into t values (?)', parameters: [n] });
         await transaction.run({ sql: 'insert into t values (?)', parameters: [n] });
       });
       console.log(n);
     }`,
  );
  const writer = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  writer.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.length > 400) writer.kill('SIGKILL');
  });
  await once(writer, 'close');
  const acknowledged = Number(said.trimEnd().split('\n').at(-2));
  expect(acknowledged).toBeGreaterThan(10);
  const engine = await openSqlite({ file });
  const rows = await engine.all<{ a: number; n: number }>(raw('select a, count(*) as n from t group by a order by a'));
  await engine.close();
  expect(rows.every((row, index) => row.a === index && row.n === 2)).toBe(true);
  expect(rows.length).toBeGreaterThan(acknowledged);
});

test('an idle engine does not keep a process alive', async () => {
  const script = join(folder, 'idle.ts');
  await writeFile(
    script,
    `import { openSqlite } from '${HERE}/engine.ts';
     const engine = await openSqlite({ file: process.argv[2] });
     console.log(JSON.stringify(await engine.all({ sql: 'select 1 as one', parameters: [] })));`,
  );
  expect(execFileSync(process.execPath, [script, file], { encoding: 'utf8', timeout: 60_000 })).toBe('[{"one":1}]\n');
});

test('the worker is found beside a bundle', async () => {
  const entry = join(folder, 'entry.ts');
  await writeFile(
    entry,
    `import { openSqlite } from '${import.meta.dirname}/engine.ts';
     const engine = await openSqlite({ file: process.argv[2] });
     const sql = 'select regex(?, ?, 1) as found';
     console.log(JSON.stringify(await engine.all({ sql, parameters: ['^NGINX', 'nginx:1'] })));
     await engine.close();`,
  );
  await build({
    entryPoints: { main: entry, worker: join(import.meta.dirname, 'worker.ts') },
    outdir: folder,
    outExtension: { '.js': '.js' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    nodePaths: [join(import.meta.dirname, '../../../../node_modules')],
    logLevel: 'silent',
  });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const output = execFileSync(process.execPath, [join(folder, 'main.js'), file], { encoding: 'utf8', timeout: 60_000 });
  expect(output).toBe('[{"found":1}]\n');
});

test('a request that cannot be sent harms nobody', async () => {
  const connection = await RemoteConnection.open({
    file,
    role: 'writer',
    cacheMegabytes: 1,
    busyTimeout: 100,
    heapMegabytes: 64,
  });
  await expect(connection.all('select ? as x', [() => {}])).rejects.toThrow();
  expect(await connection.all('select ? as x', [true])).toEqual([{ x: 1 }]);
  await connection.close();
  await expect(connection.all('select 1', [])).rejects.toMatchObject({ kind: 'lost' });
});

test.each([1_000, 0])('a read that is not over in %i ms is answered by a thread', async (nearMilliseconds) => {
  const engine = await openSqlite({ file, nearMilliseconds });
  const read = { ...raw("select 'thread' as by"), near: "select 'near' as by where in_time(1)" };
  const by = nearMilliseconds === 0 ? 'thread' : 'near';
  // While the event loop is busy, threads answer all.
  await vi.waitFor(async () => expect(await engine.all(read)).toEqual([{ by }]), { timeout: 10_000, interval: 50 });
  await engine.close();
});
