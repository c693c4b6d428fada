/** Measures a running Glance beside Stowage's Glance dialect: the same images, 8 clients, pages of 25, in turn. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { numberFlag, readFlags } from './arguments.ts';
import { pagesAt } from './asks.ts';
import { conditionsNow, finish } from './conditions.ts';
import { type LoadResult, load } from './load.ts';
import { type PeerResults, peerTable } from './peer-table.ts';
import { QUESTIONS } from './questions.ts';
import { median } from './stats.ts';
import { placeOf } from './stowage.ts';
import { openSubject } from './subject.ts';

const USAGE = 'glance-peer.ts --glance URL --pid PID --store DIR [--seconds S] [--rounds N] [--out FILE]';
const flags = readFlags(['glance', 'pid', 'store', 'seconds', 'rounds', 'out', 'program'], USAGE);
const glance = flags['glance']![0]!;
const pid = Number(flags['pid']?.at(-1));
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

  const { pid: ourPid } = subject.served;
  const found: Record<'glance' | 'other pages' | 'same page', LoadResult[]> = {
    glance: [],
    'other pages': [],
    'same page': [],
  };
  for (let round = 0; round < rounds; round += 1) {
    found.glance.push(await load({ url: glance, paths: theirs, headers: {}, seconds, warmSeconds: 2, pid }));
    found['other pages'].push(await load({ url: subject.served.url, paths: ours, headers, seconds, pid: ourPid }));
    found['same page'].push(await load({ url: subject.served.url, paths: [same], headers, seconds, pid: ourPid }));
  }
  const rate = (name: keyof typeof found) => median(found[name].map(({ perSecond }) => perSecond));
  const ratio = (name: keyof typeof found) =>
    median(found[name].map(({ perSecond }, round) => perSecond / found.glance[round]!.perSecond));
  const p50 = (name: keyof typeof found) => median(found[name].map(({ times }) => times.p50));
  const cpu = (name: keyof typeof found) => median(found[name].map((each) => each.cpu));
  const results: PeerResults = {
    bench: 'glance-peer',
    conditions: finish(conditions),
    perSecond: { glance: rate('glance'), otherPages: rate('other pages'), samePage: rate('same page') },
    p50: { glance: p50('glance'), otherPages: p50('other pages'), samePage: p50('same page') },
    cpu: { glance: cpu('glance'), otherPages: cpu('other pages'), samePage: cpu('same page') },
    ratios: { otherPages: ratio('other pages'), samePage: ratio('same page') },
  };
  process.stdout.write(peerTable(results));
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

/**
 * Both must answer a page with nearly the same images, or nothing is compared. Not quite the same: Glance's times in
 * this database are whole seconds, and its nameless admin sees other tenants' community images.
 */
async function sameImages(path: string): Promise<void> {
  const read = async (url: string, headers: Readonly<Record<string, string>>) => {
    const answer = (await (await fetch(url + path, { headers })).json()) as { images: { id: string }[] };
    return new Set(answer.images.map(({ id }) => id));
  };
  const theirs = await read(glance, {});
  const ours = await read(subject.served.url, subject.headers.glance);
  const shared = [...theirs].filter((id) => ours.has(id)).length;
  if (theirs.size !== 25 || shared < 15) throw new Error(`Of a page only ${shared} of 25 images are in both.`);
}
