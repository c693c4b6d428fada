import type { AddressInfo } from 'node:net';
import type { Dialect } from '../../src/dialects/dialect.ts';
import type { Project } from '../../src/domain/credential.ts';
import { type Micros, now as wallClock } from '../../src/domain/time.ts';
import { buildApp } from '../../src/server/app.ts';
import { openTestStore, type TestEngine } from './stores.ts';
import { overCurl, overInjection, type Transport } from './transport.ts';

export interface TestAppOptions {
  readonly engine: TestEngine;
  /** The dialects to mount; default all. */
  readonly dialects?: readonly Dialect[];
  /** Pins the clock. */
  readonly now?: Micros;
  /** How `send` reaches the server; default injection. */
  readonly transport?: Transport;
}

/**
 * A whole server over a fresh store: ask it with `send`, with `app.inject` without a socket, or `listen()` for real
 * clients.
 */
export async function testApp(options: TestAppOptions) {
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
  const listen = async () => {
    await app.http.listen({ host: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${(app.http.server.address() as AddressInfo).port}`;
  };
  return {
    app: app.http,
    send: options.transport === 'curl' ? overCurl(await listen()) : overInjection(app.http),
    credentials: app.credentials,
    store: opened.store,
    /** The database below the store. */
    engine: opened.engine,
    project,
    credential,
    reader,
    makeCredential: make,
    errors,
    /** Pins the clock (microseconds); undefined lets it run. */
    setNow(time: Micros | undefined) {
      pinned = time;
    },
    /** Opens a loopback port, once. */
    listen,
    async close() {
      await app.close();
      await opened.close();
    },
  };
}
