import { type FillResults, fillTable } from './fill-table.ts';
import { hasTarget, type ListResults, listTable, TARGETS, type Verdict, verdicts } from './list-table.ts';
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
  const fills = [fill, fillPostgres].filter((each) => each !== undefined);
  return `# Performance

This page is written by \`node bench/report.ts\` from what the scripts in \`bench/\` measured last (\`bench/results/\`).
Every table says under which conditions. Ratios are of servers that took turns within one run; absolute times are this
machine's alone. **✗ marks what misses its target.**

The data is \`stowage bench-data\`'s: nine of ten images are container images in skewed repositories, one in eight of
them for two platforms, one of ten is a VM image; eight labels each, three of which 25 %, 2 % and 0.02 % of the images
carry with one value; ten containers for one image in ten.

## Filling a store

Target: 1,000,000 images in 15 minutes on two cores.

*RSS at most* is that of the process that fills; PostgreSQL's own processes are not in it.

${fills.length > 0 ? fillTable(fills) : NOT_YET}
## Lists, groups and counts on SQLite

One request at a time, in five ways. Milliseconds, p50 where nothing else is said.

- *SQL*: a statement written by hand for the question, in the process, to the last row.
- *Store*: what the dialect asks of the store for its answer, in the process, when it has printed these rows before and
  keeps them (16 MiB of rows are kept), and the inventory is as it was then: only their keys are read.
- *Store, read*: the same when no row is kept: documents are read and decoded. Groups and counts have no rows to keep,
  so the column is empty there.
- *Bare HTTP*: a node:http server that runs the hand-written statement, documents included, and JSON.stringify, without
  credentials, paging or totals.
- *HTTP*: the whole request to Stowage, credentials checked. No request equals another, so that no kept page answers it,
  but each page's rows were printed before.

The five take turns page by page, in an order that changes with every page: give or take one page, each is as often the
first, who finds the database's caches coldest, as the second and so on, and comes about as often right after each other.
Every page of a list is asked for in all five ways once before anything is timed, in changing orders too. Jumps, groups
and counts are timed without having been asked before.

Targets for pages of 25, jumps excepted, by p50: *Store* at most ${TARGETS.overHand} times *SQL*, *HTTP* at most ${TARGETS.overHand} times *Bare HTTP*, and *HTTP*
at most ${TARGETS.overSmallest} times its own time at the smallest size whose page has as many rows; *HTTP* of a grouping by a label at most
${TARGETS.groupMilliseconds} ms. *Store, read* has no target. A *deep* page lies in the middle and is reached as clients do, by the answer
before it; Qualys serves no rows beyond 10,000. A *jump* goes to a row number nobody has been near to; the hand-written
statement counts rows then, too. HSS has no labels and pages of 200 at most: a part of the image's name stands for the
label.

${lists ? `${summary(lists)}\n${listTable(lists)}` : NOT_YET}
## The same on PostgreSQL

Server, store and hand-written statements ask over connections that are kept open, with unnamed statements, so that each
time includes a round trip and planning.

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

Targets: first answer within 1 s of starting the process, at most 300 MiB while serving. One server is under all loads,
one after the other, each of 8 clients: for some seconds, and longer until 8 requests are finished, but not beyond 20 s.

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

/** How many questions at the largest size hold their targets, and how many miss them. */
function summary({ conditions, rows }: ListResults): string {
  const most = Math.max(...rows.map(({ images }) => images));
  const largest = rows.filter(({ images }) => images === most);
  const pages = largest.filter(hasTarget).length;
  const { store, http, growth, group } = verdicts(largest, rows);
  const uncompared = pages - growth.holds - growth.misses;
  const say = ({ holds, misses }: Verdict) => `${holds} hold it and ${misses} miss it`;
  const apart = uncompared > 0 ? `; ${uncompared} have no like page at a smaller size` : '';
  return `${conditions.engine}, ${pages} questions for a page of 25 at ${most} images:

- store at most ${TARGETS.overHand} times hand-written SQL in the process: ${say(store)}
- HTTP at most ${TARGETS.overHand} times the bare server: ${say(http)}
- HTTP at most ${TARGETS.overSmallest} times its own time at the smallest size: ${say(growth)}${apart}
- HTTP of a grouping by a label at most ${TARGETS.groupMilliseconds} ms: ${say(group)}

Measured:
`;
}
