/**
 * Requests a second with 8 clients, credentials checked: every request another page, beside a bare node:http server
 * that runs the hand-written SQL and JSON.stringify; the same page again, beside one that sends those bytes; and the
 * same page with `If-None-Match`, where the dialect has ETags. The servers take turns, round by round.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { numberFlag, readFlags } from './lib/arguments.ts';
import { type Ask, pagesAt } from './lib/asks.ts';
import { conditionsNow, finish } from './lib/conditions.ts';
import { load } from './lib/load.ts';
import { QUESTIONS, type Question } from './lib/questions.ts';
import { median } from './lib/stats.ts';
import { placeOf } from './lib/stowage.ts';
import { openSubject } from './lib/subject.ts';
import { type Measure, type ThroughputResults, type ThroughputRow, throughputTable } from './lib/throughput-table.ts';

const USAGE =
  'node bench/throughput.ts --store DIR|postgres://... [--dialect ID]... [--seconds S] [--rounds N] [--out FILE]';
const flags = readFlags(['store', 'dialect', 'seconds', 'rounds', 'out', 'program'], USAGE);
const seconds = numberFlag(flags, 'seconds', 3);
const rounds = numberFlag(flags, 'rounds', 3);
const [store] = flags['store']!;
if (store === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}

/** Different pages asked for in turn. */
const PAGES = 100;

const subject = await openSubject(placeOf(store), flags['program']!.at(-1));
try {
  const conditions = conditionsNow(subject.hand.engine, [
    ...subject.hand.settings,
    `${subject.images} images, pages of 25, 8 clients on connections kept open, ${rounds} rounds of ${seconds} s each; server, bare server and clients share the cores`,
  ]);
  const rows: ThroughputRow[] = [];
  const defaults = QUESTIONS.filter(({ kind, rows: size, share }) => kind === 'list' && size === 25 && !share);
  const firsts = defaults.filter((each, at) => defaults.findIndex((b) => b.dialect === each.dialect) === at);
  const wanted = flags['dialect']!;
  for (const question of firsts.filter(({ dialect }) => wanted.length === 0 || wanted.includes(dialect))) {
    rows.push(await measure(question));
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
  const results: ThroughputResults = { bench: 'throughput', conditions: finish(conditions), rows };
  process.stdout.write(throughputTable(results));
  const out = flags['out']!.at(-1);
  if (out !== undefined) {
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
  }
} finally {
  await subject.close();
}

async function measure(question: Question): Promise<ThroughputRow> {
  const { dialect, rows: size } = question;
  const all = await subject.rowsOf(dialect, undefined);
  const reach = Math.floor(Math.min(all, question.window ?? all) / size) - 2;
  const offsets = Array.from({ length: PAGES }, (_, page) => size * (1 + ((page * 61) % reach)));
  const pages: readonly Ask[] = await pagesAt(subject.recorder, question, subject.context, offsets);
  const headers = subject.headers[dialect];
  const paths = pages.map((page) => page.path(777_777).replace('777777', '{n}'));
  const same = paths[0]!.replaceAll('{n}', '1');
  const url = subject.served.url;
  const bare = subject.bareServed.url;
  const sql = pages.map(({ hand }) => {
    const parameters = encodeURIComponent(JSON.stringify(hand!.parameters));
    return `/sql?s=${encodeURIComponent(hand!.statement)}&p=${parameters}`;
  });
  const first = await fetch(url + same, { headers });
  const body = await first.arrayBuffer();
  const etag = first.headers.get('etag');
  await fetch(`${bare}/bytes`, { method: 'POST', body });

  const found: Record<Measure, number[]> = {
    'bare sql': [],
    'other pages': [],
    'bare bytes': [],
    'same page': [],
    'not modified': [],
  };
  const p50 = structuredClone(found);
  const cpu = structuredClone(found);
  const run = async (name: Measure, plan: Parameters<typeof load>[0]) => {
    const { pid } = plan.url === bare ? subject.bareServed : subject.served;
    const result = await load({ ...plan, pid });
    found[name].push(result.perSecond);
    p50[name].push(result.times.p50);
    cpu[name].push(result.cpu);
  };
  for (let round = 0; round < rounds; round += 1) {
    await run('bare sql', { url: bare, paths: sql, headers: {}, seconds });
    await run('other pages', { url, paths, headers, seconds });
    await run('bare bytes', { url: bare, paths: ['/bytes'], headers: {}, seconds });
    await run('same page', { url, paths: [same], headers, seconds });
    if (etag === null) continue;
    await run('not modified', {
      url,
      paths: [same],
      headers: { ...headers, 'if-none-match': etag },
      seconds,
      status: 304,
    });
  }
  const medians = (of: Record<Measure, number[]>) =>
    Object.fromEntries(
      Object.entries(of).flatMap(([name, values]) => (values.length > 0 ? [[name, median(values)]] : [])),
    );
  const ratio = (ours: Measure, theirs: Measure) =>
    median(found[ours].map((value, round) => value / found[theirs][round]!));
  return {
    dialect,
    bytes: body.byteLength,
    perSecond: medians(found),
    p50: medians(p50),
    cpu: medians(cpu),
    ratios: { otherPages: ratio('other pages', 'bare sql'), samePage: ratio('same page', 'bare bytes') },
  };
}
