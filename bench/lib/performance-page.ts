import { type FillResults, fillTable } from './fill-table.ts';
import { type ListResults, listTable, missed, TARGETS } from './list-table.ts';
import { type PeerResults, peerTable } from './peer-table.ts';
import { type StartResults, startTable } from './start-table.ts';
import { type ThroughputResults, throughputTable } from './throughput-table.ts';

/** Everything that was measured; what was not is undefined, and the page says so. */
export interface Results {
  readonly fill: FillResults | undefined;
  readonly fillPostgres: FillResults | undefined;
  readonly lists: ListResults | undefined;
  readonly listsPostgres: ListResults | undefined;
  readonly throughput: ThroughputResults | undefined;
  readonly throughputPostgres: ThroughputResults | undefined;
  readonly start: StartResults | undefined;
  readonly peer: PeerResults | undefined;
}

/** docs/performance.md. */
export function performancePage(results: Results): string {
  const { fill, fillPostgres, lists, listsPostgres, throughput, throughputPostgres, start, peer } = results;
  return `# Performance

This page is written by \`node bench/report.ts\` from what the scripts in \`bench/\` measured last (\`bench/results/\`).
Every table says under which conditions. Ratios are of servers that took turns within one run; absolute times are this
machine's alone. **✗ marks what misses its target.**

The data is \`stowage bench-data\`'s: nine of ten images are container images in skewed repositories, one in eight of
them for two platforms, one of ten is a VM image; eight labels each, three of which 25 %, 2 % and 0.02 % of the images
carry with one value; ten containers for one image in ten.

## Filling a store

Target: 1,000,000 images in 15 minutes on two cores.

${fill ? fillTable(fill) : NOT_YET}
${fillPostgres ? fillTable(fillPostgres) : ''}
## Lists, groups and counts on SQLite

One request at a time. *SQL* is a statement written by hand for the question, in the process, to the last row; *Store*
is what the dialect asks of the store for its answer, in the process, when it has printed these rows before and keeps
them (24 MiB of rows are kept; then only keys and what tells of a change are read); *Store, read* is the same when no
row is kept: documents are read and decoded. *Bare HTTP* is a node:http server that runs the hand-written statement,
documents included, and JSON.stringify, without credentials, paging or totals; *HTTP* is the whole request to Stowage,
credentials checked: no request equals another, so that no kept page answers it, but each page's rows were printed
before. Milliseconds.

Targets for pages of 25: the store at most ${TARGETS.overHand} times SQL, HTTP at most ${TARGETS.overHand} times bare HTTP, and at most ${TARGETS.overSmallest} times its own
time at the smallest size; grouping by a label at most ${TARGETS.groupMilliseconds} ms. A *deep* page lies in the middle and is reached as
clients do, by the answer before it; Qualys serves no rows beyond 10,000. A *jump* goes to a row number nobody has been
near to; the hand-written statement counts rows then, too. HSS has no labels and pages of 200 at most: a part of the
image's name stands for the label.

${lists ? `${summary(lists)}\n${listTable(lists)}` : NOT_YET}
## The same on PostgreSQL

${listsPostgres ? `${summary(listsPostgres)}\n${listTable(listsPostgres)}` : NOT_YET}
## Throughput

Eight clients, pages of 25 in the default order. Targets: every request another page, at least 0.5 of the bare server
that runs the hand-written SQL and JSON.stringify; the same page again, at least 0.5 of a bare server that sends those
bytes. *CPU ms* is the processor time of the server (all threads) for one answer, which other work on the machine
disturbs least.

${throughput ? throughputTable(throughput) : NOT_YET}
${throughputPostgres ? throughputTable(throughputPostgres) : ''}
## Beside Glance

Targets: at least 100 times Glance's requests/s when every request asks for another page, at least 200 times for the
same page.

${peer ? peerTable(peer) : NOT_YET}
## Start and memory

Targets: first answer within 1 s of starting the process, at most 300 MiB while serving.

${start ? startTable(start) : NOT_YET}
## Measuring it yourself

\`\`\`sh
npm run build
for n in 10000 100000 1000000; do
  node bench/fill.ts --images $n --store /var/tmp/bench/sqlite-$n --out bench/results/fill-sqlite.json
done
node bench/lists.ts --store /var/tmp/bench/sqlite-10000 --store /var/tmp/bench/sqlite-100000 \\
  --store /var/tmp/bench/sqlite-1000000 --out bench/results/lists-sqlite.json
node bench/throughput.ts --store /var/tmp/bench/sqlite-10000 --out bench/results/throughput-sqlite.json
node bench/start.ts --store /var/tmp/bench/sqlite-1000000 --out bench/results/start-sqlite.json
bench/glance-peer.sh /var/tmp/bench/sqlite-10000 --out bench/results/glance-peer.json   # Debian 12, root
\`\`\`

For PostgreSQL give \`--store postgres://...\` with a database of its own for each size, \`VACUUM ANALYZE\` after filling
it, and write to \`lists-postgres.json\` and so on. Then \`node bench/report.ts\`. Give \`lists.ts\` all sizes in one run: the
ratios between sizes mean nothing otherwise.
`;
}

const NOT_YET = 'Not measured yet.\n';

function summary({ rows }: ListResults): string {
  const judged = rows.filter(({ kind, rows: size, depth }) => kind === 'list' && size === 25 && depth !== 'jump');
  const most = Math.max(...rows.map(({ images }) => images));
  const atMost = judged.filter(({ images }) => images === most);
  const found = missed(rows);
  const count = (of: keyof typeof found) => found[of].filter(({ images }) => images === most).length;
  return `Of ${atMost.length} questions for a page of 25 at ${most} images, ${count('store')} miss the target against hand-written SQL in the
process, ${count('http')} that against the bare server, ${count('growth')} that against their own time at the smallest size; of the groupings,
${count('group')} take more than ${TARGETS.groupMilliseconds} ms.
`;
}
