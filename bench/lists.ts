/**
 * Latency of lists, groups and counts, one request at a time: over HTTP with credentials checked and no kept page, the
 * store's own share of it (of lists also when no row is kept), the same by hand-written SQL in the process, and a bare
 * node:http server over that SQL. All take turns, request by request and in an order that changes with each, and so do
 * the stores of different sizes: what disturbs one disturbs all, and none always finds what another warmed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { numberFlag, readFlags } from './lib/arguments.ts';
import { conditionsNow, finish } from './lib/conditions.ts';
import { type ListResults, listTable } from './lib/list-table.ts';
import { measure, type Row } from './lib/measure.ts';
import { DIALECT_NAMES, type DialectName } from './lib/presented.ts';
import { QUESTIONS } from './lib/questions.ts';
import { placeOf } from './lib/stowage.ts';
import { openSubject, type Subject } from './lib/subject.ts';

const USAGE = `node bench/lists.ts --store DIR|postgres://... [--store ...] [--out FILE] [--rounds N] [--only DIALECT]
  Stores are filled by \`stowage bench-data\`; give them from the smallest to the largest.`;

const flags = readFlags(['store', 'out', 'rounds', 'only', 'program'], USAGE);
if (flags['store']!.length === 0) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
const rounds = numberFlag(flags, 'rounds', 3);
const only = flags['only']!.length > 0 ? (flags['only'] as readonly DialectName[]) : DIALECT_NAMES;

const subjects: Subject[] = [];
const rows: Row[] = [];
try {
  for (const store of flags['store']!) subjects.push(await openSubject(placeOf(store), flags['program']!.at(-1)));
  const sizes = subjects.map(({ images, bytes }) => `${images} images, ${(bytes / 1e9).toFixed(2)} GB`);
  const conditions = conditionsNow(subjects[0]!.hand.engine, [
    ...subjects[0]!.hand.settings,
    `data: ${sizes.join('; ')}; caches warm (each page of a list was asked for once before, jumps were not); one request at a time`,
  ]);
  process.stderr.write(`${conditions.notes.join('\n')}\n`);
  for (const question of QUESTIONS.filter(({ dialect }) => only.includes(dialect))) {
    for (const depth of ['first', 'deep', 'jump'] as const) {
      const measured = await measure(subjects, question, depth, rounds);
      rows.push(...measured);
      for (const row of measured) {
        const { store, http, hand, bare } = row.times;
        process.stderr.write(
          `${row.images} ${row.dialect} ${row.about} ${row.rows} ${row.depth}: sql ${hand?.p50.toFixed(2)} store ${store.p50.toFixed(2)} bare ${bare?.p50.toFixed(2)} http ${http.p50.toFixed(2)}\n`,
        );
      }
    }
  }
  const results: ListResults = { bench: 'lists', order: 'changing', conditions: finish(conditions), rows };
  process.stdout.write(listTable(results));
  const out = flags['out']!.at(-1);
  if (out !== undefined) {
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
  }
} finally {
  for (const subject of subjects) await subject.close();
}
