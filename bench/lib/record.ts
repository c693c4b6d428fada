import type { Project } from '../../src/domain/credential.ts';
import { now } from '../../src/domain/time.ts';
import { createCredentialService } from '../../src/server/access/credentials.ts';
import { serverKey } from '../../src/server/access/server-key.ts';
import { buildApp } from '../../src/server/app.ts';
import { openStore } from '../../src/store/open.ts';
import type { InventoryReader, ListRequest, Store } from '../../src/store/store.ts';
import { type DialectName, type Headers, presented } from './presented.ts';
import { CREDENTIAL, type Place } from './stowage.ts';

/** One call a dialect made of the store while it answered. */
export type StoreCall =
  | {
      readonly call: 'list';
      readonly request: ListRequest<'image' | 'placement' | 'content' | 'container'>;
      /** Whether it asks without rows as soon as it has printed them all. */
      readonly keeps: boolean;
    }
  | { readonly call: 'count'; readonly arguments: Parameters<InventoryReader['count']> }
  | { readonly call: 'group'; readonly arguments: Parameters<InventoryReader['group']> };

/** A store with the server over it, in this process: what a dialect asks of the store can be listened to. */
export interface Recorder {
  readonly store: Store;
  readonly project: Project;
  readonly headers: Readonly<Record<DialectName, Headers>>;
  /**
   * Answers a request and tells what was asked of the store.
   * @param jump rows to skip in every list, so that the answer leads to a page that lies deep
   */
  ask(dialect: DialectName, path: string, jump?: number): Promise<Recorded>;
  close(): Promise<void>;
}

export interface Recorded {
  readonly body: string;
  readonly calls: readonly StoreCall[];
}

/** Opens a filled store. The bench's credential is made in it when it is not there. */
export async function openRecorder(place: Place): Promise<Recorder> {
  const store = await openStore(place);
  const key = await serverKey({ ...('data' in place ? { data: place.data } : {}), store });
  const project = await store.projectByName('default');
  if (!project) throw new Error('The store has no project "default": fill it with `stowage bench-data` first.');
  const credentials = createCredentialService({ store, key, now, audit: () => {} });
  if (!(await credentials.signingSecret(CREDENTIAL.id))) {
    await credentials.create({ project, role: 'admin', description: 'bench', ...CREDENTIAL });
  }

  let calls: StoreCall[] = [];
  let skip = 0;
  const listened: Store = {
    ...store,
    list(of, request) {
      calls.push({ call: 'list', request: request as unknown as ListRequest<'image'>, keeps: false });
      return store.list(of, skip === 0 ? request : { ...request, after: undefined, offset: skip });
    },
    outline(of, request, what) {
      // The same page may be asked for with less first.
      const noted = calls.some((call) => call.call === 'list' && (call.request as unknown) === request);
      if (!noted) calls.push({ call: 'list', request: request as unknown as ListRequest<'image'>, keeps: true });
      return store.outline(of, skip === 0 ? request : { ...request, after: undefined, offset: skip }, what);
    },
    count(...given) {
      calls.push({ call: 'count', arguments: given });
      return store.count(...given);
    },
    group(...given) {
      calls.push({ call: 'group', arguments: given });
      return store.group(...given);
    },
  };
  const app = await buildApp({ store: listened, key, now });
  await app.http.ready();
  const headers = await presented(async ({ method, path, headers: sent, body }) => {
    const answer = await app.http.inject({ method, url: path, headers: sent, payload: body });
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  }, project.id);

  return {
    store,
    project,
    headers,
    async ask(dialect, path, jump = 0) {
      calls = [];
      skip = jump;
      const answer = await app.http.inject({ method: 'GET', url: path, headers: headers[dialect] });
      skip = 0;
      if (answer.statusCode !== 200) throw new Error(`${dialect} ${path}: ${answer.statusCode} ${answer.body}`);
      return { body: answer.body, calls };
    },
    async close() {
      await app.close();
      await store.close();
    },
  };
}
