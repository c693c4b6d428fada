/** Writes docs/performance.md from the results in bench/results: `node bench/report.ts`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ListResults } from './lib/list-table.ts';
import type { PeerResults } from './lib/peer-table.ts';
import { performancePage, type Results } from './lib/performance-page.ts';
import type { StartResults } from './lib/start-table.ts';
import { ROOT } from './lib/stowage.ts';
import type { ThroughputResults } from './lib/throughput-table.ts';

const FOLDER = join(ROOT, 'bench', 'results');

function read<T>(name: string): T | undefined {
  const path = join(FOLDER, `${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
}

const results: Results = {
  fill: read('fill-sqlite'),
  fillPostgres: read('fill-postgres'),
  lists: read<ListResults>('lists-sqlite'),
  listsPostgres: read<ListResults>('lists-postgres'),
  throughput: read<ThroughputResults>('throughput-sqlite'),
  throughputPostgres: read<ThroughputResults>('throughput-postgres'),
  start: read<StartResults>('start-sqlite'),
  peer: read<PeerResults>('glance-peer'),
};
writeFileSync(join(ROOT, 'docs', 'performance.md'), performancePage(results));
