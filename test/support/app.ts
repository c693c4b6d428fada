import type { AddressInfo } from 'node:net';
import type { Dialect } from '../../src/dialects/dialect.ts';
import type { Project } from '../../src/domain/credential.ts';
import { type Micros, now as wallClock } from '../../src/domain/time.ts';
import { buildApp } from '../../src/server/app.ts';
import { openTestStore, type TestEngine } from './stores.ts';

/**
 * A whole server over a fresh store, without a socket: ask it with `http.inject`, or `listen()` for real clients.
 * @param options.dialects the dialects to mount; default all
 */
export async function testApp(options: { engine: TestEngine; dialects?: readonly Dialect[]; now?: Micros }) {
  const opened = await openTestStore(options.engine);
  let pinned = options.now;
  const errors: unknown[] = [];
  const app = await buildApp({
    store: opened.store,
    key: Buffer.alloc(32, 7),
    now: () => pinned ?? wallClock(),
    ...(options.dialects ? { dialects: options.dialects } : {}),
    onError: (error) => errors.push(error),
  });
  const project: Project =
    (await opened.store.projectByName('default')) ?? (await opened.store.createProject('default'));
  const make = async (role: 'reader' | 'operator' | 'admin', of: Project = project) => {
    const { credential, secret } = await app.credentials.create({ project: of, role });
    return { id: credential.id, secret };
  };
  const credential = await make('admin');
  const reader = await make('reader');
  await app.http.ready();
  return {
    app: app.http,
    credentials: app.credentials,
    store: opened.store,
    project,
    credential,
    reader,
    makeCredential: make,
    errors,
    /** Pins the clock (microseconds); undefined lets it run. */
    setNow(time: Micros | undefined) {
      pinned = time;
    },
    /** Opens a loopback port. */
    async listen(): Promise<string> {
      await app.http.listen({ host: '127.0.0.1', port: 0 });
      return `http://127.0.0.1:${(app.http.server.address() as AddressInfo).port}`;
    },
    async close() {
      await app.close();
      await opened.close();
    },
  };
}
