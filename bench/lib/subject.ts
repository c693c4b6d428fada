import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { containerNames } from './asks.ts';
import { connect, type HttpClient } from './client.ts';
import { type HandDatabase, openHand } from './hand-database.ts';
import { type DialectName, type Headers, presented } from './presented.ts';
import type { PathContext } from './questions.ts';
import { openRecorder, type Recorder } from './record.ts';
import { type Place, type Served, serve, serveScript } from './stowage.ts';

/** One filled store with everything that is asked of it. */
export interface Subject {
  readonly images: number;
  readonly containers: number;
  /** Size of the database. */
  readonly bytes: number;
  readonly recorder: Recorder;
  /** The store once more, which has seen none of what was recorded: it keeps counts and groups it was asked for. */
  readonly store: Store;
  readonly hand: HandDatabase;
  readonly context: PathContext;
  readonly http: HttpClient;
  readonly headers: Readonly<Record<DialectName, Headers>>;
  readonly bare: HttpClient;
  readonly served: Served;
  readonly bareServed: Served;
  /** How many rows a label of that value leads to, by the table the dialect lists. */
  rowsOf(dialect: DialectName, share: readonly [key: string, value: string] | undefined): Promise<number>;
  close(): Promise<void>;
}

const ENTITIES = {
  native: 'image',
  datadog: 'placement',
  qualys: 'content',
  'huawei-hss': 'container',
  stackrox: 'image',
  glance: 'image',
} as const satisfies Record<DialectName, string>;

/**
 * Opens a store four ways: in this process, as a server, as a bare server, and as a database.
 * @param program the built program; default that of the checkout
 */
export async function openSubject(place: Place, program?: string): Promise<Subject> {
  const recorder = await openRecorder(place);
  const { project } = recorder;
  const store = await openStore(place);
  const hand = await openHand(place);
  const served = await serve(place, program);
  const bareServed = await serveScript('bare-server.ts', ['--store', 'data' in place ? place.data : place.database]);
  const http = connect(served.url);
  const bare = connect(bareServed.url);
  const headers = await presented(async ({ method, path, headers: sent, body }) => {
    const answer = await fetch(served.url + path, { method, headers: sent, body });
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
  }, project.id);
  const count = async (entity: string) => {
    const rows = await hand.all('select count from row_count where project_no = ? and bucket = 0 and entity = ?', [
      project.no,
      entity,
    ]);
    return Number(rows[0]?.['count'] ?? 0);
  };

  return {
    images: await count('image'),
    containers: await count('container'),
    bytes: await sizeOf(place, hand),
    recorder,
    store,
    hand,
    context: { project: project.id, projectNo: project.no, names: await containerNames(hand, project.no), offset: 0 },
    http,
    headers,
    bare,
    served,
    bareServed,
    async rowsOf(dialect, share) {
      const entity = ENTITIES[dialect];
      if (!share) return count(entity);
      const rows = await hand.all(
        `select sum(${entity}_count) as n from tag_count where project_no = ? and bucket = 0 and key = ? and value = ?`,
        [project.no, ...share],
      );
      return Number(rows[0]?.['n'] ?? 0);
    },
    async close() {
      await http.close();
      await bare.close();
      await served.stop();
      await bareServed.stop();
      await hand.close();
      await store.close();
      await recorder.close();
    },
  };
}

async function sizeOf(place: Place, hand: HandDatabase): Promise<number> {
  if ('data' in place) return statSync(join(place.data, 'stowage.db')).size;
  const [row] = await hand.all('select pg_database_size(current_database()) as n');
  return Number(row!['n']);
}
