/** How long `stowage bench-data` takes and what memory it needs: `node bench/fill.ts --images N --store DIR|postgres://...` */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { numberFlag, readFlags } from './lib/arguments.ts';
import { conditionsNow, finish } from './lib/conditions.ts';
import { type FillResults, fillTable } from './lib/fill-table.ts';
import { openHand } from './lib/hand-database.ts';
import { placeOf, ROOT } from './lib/stowage.ts';

const USAGE = 'node bench/fill.ts --images N --store DIR|postgres://... [--out FILE]';
const flags = readFlags(['images', 'store', 'out', 'program'], USAGE);
const images = numberFlag(flags, 'images', 10_000);
const [store] = flags['store']!;
if (store === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
const place = placeOf(store);
const program = flags['program']!.at(-1) ?? join(ROOT, 'dist', 'stowage.js');
const where = 'data' in place ? ['--data', place.data] : ['--database', place.database];

const conditions = conditionsNow('');
// By its own first line, which says how Node is started.
const child = spawn(program, ['bench-data', '--images', String(images), ...where, '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
});
const [output, code] = await Promise.all([
  text(child.stdout),
  new Promise<number | null>((resolve) => child.once('exit', resolve)),
]);
if (code !== 0) process.exit(code ?? 1);
const summary = JSON.parse(output) as { images: number; containers: number; seconds: number; peak_rss_mib: number };
const hand = await openHand(place);
const { engine, settings } = hand;
await hand.close();
const results: FillResults = {
  bench: 'fill',
  conditions: { ...finish(conditions), engine, notes: [...settings] },
  images: summary.images,
  containers: summary.containers,
  seconds: summary.seconds,
  peakRss: summary.peak_rss_mib,
};
process.stdout.write(fillTable([results]));
const out = flags['out']!.at(-1);
if (out !== undefined) {
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
}
