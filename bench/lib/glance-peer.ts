/** Measures a running Glance beside Stowage's Glance dialect: the same images, 8 clients, pages of 25, in turn. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { numberFlag, readFlags } from './arguments.ts';
import { pagesAt } from './asks.ts';
import { conditionLines, conditionsNow, finish } from './conditions.ts';
import { type LoadResult, load } from './load.ts';
import { QUESTIONS } from './questions.ts';
import { markdown, median, ms } from './stats.ts';
import { placeOf } from './stowage.ts';
import { openSubject } from './subject.ts';

const USAGE = 'glance-peer.ts --glance URL --store DIR [--seconds S] [--rounds N] [--out FILE]';
const flags = readFlags(['glance', 'store', 'seconds', 'rounds', 'out', 'program'], USAGE);
const glance = flags['glance']![0]!;
const seconds = numberFlag(flags, 'seconds', 6);
const rounds = numberFlag(flags, 'rounds', 3);

const subject = await openSubject(placeOf(flags['store']![0]!), flags['program']!.at(-1));
try {
  await answering(`${glance}/v2/images?limit=1`);
  const conditions = conditionsNow(subject.hand.engine, [
    `${subject.images} images in both, pages of 25 in the default order, 8 clients, ${rounds} rounds of ${seconds} s each; Glance: Debian's glance-api, one worker, SQLite, no keystone (it checks no credential), Stowage: one process, SQLite, token checked`,
  ]);
  const question = QUESTIONS.find(({ dialect, kind }) => dialect === 'glance' && kind === 'list')!;
  const offsets = Array.from({ length: 60 }, (_, page) => 25 * (1 + ((page * 61) % 300)));
  const pages = await pagesAt(subject.recorder, question, subject.context, offsets);
  const ours = pages.map((page) => page.path(777_777).replace('777777', '{n}'));
  const theirs = ours.map((path) => path.replace('&limit={n}', ''));
  const headers = subject.headers.glance;
  const same = ours[0]!.replace('{n}', '1');
  await sameImages(theirs[0]!);

  const found: Record<'glance' | 'other pages' | 'same page', LoadResult[]> = {
    glance: [],
    'other pages': [],
    'same page': [],
  };
  for (let round = 0; round < rounds; round += 1) {
    found.glance.push(await load({ url: glance, paths: theirs, headers: {}, seconds, warmSeconds: 2 }));
    found['other pages'].push(await load({ url: subject.served.url, paths: ours, headers, seconds }));
    found['same page'].push(await load({ url: subject.served.url, paths: [same], headers, seconds }));
  }
  const rate = (name: keyof typeof found) => median(found[name].map(({ perSecond }) => perSecond));
  const ratio = (name: keyof typeof found) =>
    median(found[name].map(({ perSecond }, round) => perSecond / found.glance[round]!.perSecond));
  const p50 = (name: keyof typeof found) => median(found[name].map(({ times }) => times.p50));
  const results = {
    bench: 'glance-peer',
    conditions: finish(conditions),
    perSecond: { glance: rate('glance'), otherPages: rate('other pages'), samePage: rate('same page') },
    p50: { glance: p50('glance'), otherPages: p50('other pages'), samePage: p50('same page') },
    ratios: { otherPages: ratio('other pages'), samePage: ratio('same page') },
  };
  const mark = (value: number, least: number) => `${value.toFixed(0)}${value < least ? ' ✗' : ''}`;
  const { perSecond, p50: times, ratios } = results;
  process.stdout.write(
    `${conditionLines(results.conditions)}\n${markdown(
      ['Server', 'Requests/s', 'p50 ms', 'Ratio'],
      [
        ['glance-api', perSecond.glance.toFixed(1), ms(times.glance), '1'],
        [
          'Stowage, every request another page',
          perSecond.otherPages.toFixed(0),
          ms(times.otherPages),
          mark(ratios.otherPages, 100),
        ],
        ['Stowage, the same page again', perSecond.samePage.toFixed(0), ms(times.samePage), mark(ratios.samePage, 200)],
      ],
    )}`,
  );
  const out = flags['out']!.at(-1);
  if (out !== undefined) {
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
  }
} finally {
  await subject.close();
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    const status = await fetch(url).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => 0,
    );
    if (status === 200) return;
    await sleep(500);
  }
  throw new Error(`${url} does not answer.`);
}

/** Both must answer a page with the same images, or nothing is compared. */
async function sameImages(path: string): Promise<void> {
  const read = async (url: string, headers: Readonly<Record<string, string>>) => {
    const answer = (await (await fetch(url + path, { headers })).json()) as { images: { id: string }[] };
    return answer.images.map(({ id }) => id).join(' ');
  };
  const theirs = await read(glance, {});
  const ours = await read(subject.served.url, subject.headers.glance);
  if (theirs !== ours) process.stderr.write(`The page differs:\n${theirs}\n${ours}\n`);
}
