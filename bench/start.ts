/** How long a server takes from starting the process to its first answer, and the memory it needs under load. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { numberFlag, readFlags } from './lib/arguments.ts';
import { pagesAt } from './lib/asks.ts';
import { conditionsNow, finish, memoryOf } from './lib/conditions.ts';
import { load } from './lib/load.ts';
import { QUESTIONS } from './lib/questions.ts';
import { type MemoryLoad, type StartResults, startTable } from './lib/start-table.ts';
import { median } from './lib/stats.ts';
import { placeOf, serve } from './lib/stowage.ts';
import { openSubject } from './lib/subject.ts';

const USAGE = 'node bench/start.ts --store DIR|postgres://... [--starts N] [--seconds S] [--out FILE]';
const flags = readFlags(['store', 'starts', 'seconds', 'out', 'program'], USAGE);
const starts = numberFlag(flags, 'starts', 5);
const seconds = numberFlag(flags, 'seconds', 4);
const [store] = flags['store']!;
if (store === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}

/** A load goes on until there are so many answers, one for each client, or so many seconds have passed. */
const CLIENTS = 8;
const MOST_SECONDS = 20;

const place = placeOf(store);
const program = flags['program']!.at(-1);

const subject = await openSubject(place, program);
const conditions = conditionsNow(subject.hand.engine, [
  ...subject.hand.settings,
  `${subject.images} images, ${(subject.bytes / 1e9).toFixed(2)} GB; first answer: a list of 25 by name with its credential checked`,
]);
const served: { first: number; second: number; idle: number }[] = [];
const loads: MemoryLoad[] = [];
let peakRss = Number.NaN;
try {
  const { datadog } = subject.headers;
  for (let start = 0; start < starts; start += 1) {
    const server = await serve(place, program, { listening: true });
    const ask = async () => {
      const from = performance.now();
      const answer = await fetch(`${server.url}/api/v2/container_images?page%5Bsize%5D=25&n=${from}`, {
        headers: datadog,
      });
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`The first answer has status ${answer.status}.`);
      return performance.now() - from;
    };
    const first = server.startedIn + (await ask());
    const second = await ask();
    await sleep(500);
    served.push({ first, second, idle: memoryOf(server.pid)?.rss ?? Number.NaN });
    await server.stop();
  }

  const server = await serve(place, program);
  const lists = QUESTIONS.filter(({ kind, share }) => kind === 'list' && !share);
  for (const question of lists) {
    const all = await subject.rowsOf(question.dialect, undefined);
    const reach = Math.floor(Math.min(all, question.window ?? all) / question.rows) - 2;
    if (reach < 1) continue;
    const offsets = Array.from({ length: 10 }, (_, page) => question.rows * (1 + ((page * 61) % reach)));
    const pages = await pagesAt(subject.recorder, question, subject.context, offsets);
    const paths = pages.map((page) => page.path(777_777).replace('777777', '{n}'));
    const headers = subject.headers[question.dialect];
    const { answered, lasted } = await load({
      url: server.url,
      paths,
      headers,
      clients: CLIENTS,
      warmSeconds: 0,
      seconds,
      least: CLIENTS,
      mostSeconds: Math.max(seconds, MOST_SECONDS),
    });
    const { rss, peak } = memoryOf(server.pid) ?? { rss: Number.NaN, peak: Number.NaN };
    peakRss = peak;
    const { dialect, about, rows } = question;
    loads.push({ dialect, about, rows, answered, seconds: lasted, rss });
    process.stderr.write(
      `${dialect} ${about} ${rows}: ${answered} requests finished in ${lasted.toFixed(1)} s, RSS ${rss.toFixed(0)} MiB\n`,
    );
  }
  await server.stop();
} finally {
  await subject.close();
}

const results: StartResults = {
  bench: 'start',
  conditions: finish(conditions),
  images: subject.images,
  firstAnswer: served.map(({ first }) => first),
  secondAnswer: served.map(({ second }) => second),
  idleRss: median(served.map(({ idle }) => idle)),
  peakRss,
  loads,
};
process.stdout.write(startTable(results));
const out = flags['out']!.at(-1);
if (out !== undefined) {
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
}
