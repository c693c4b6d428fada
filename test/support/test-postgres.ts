import { once } from 'node:events';
import { connect } from 'node:net';
import pg from 'pg';
import { openStore } from '../../src/store/open.ts';
import { startPostgres } from './postgres-server.ts';

/** Where the test run's own starter listens: set by the global setup, so known to every thread and child process. */
export const STARTER = 'STOWAGE_TEST_POSTGRES_STARTER';
/** A database with the newest schema and nothing in it. */
export const TEMPLATE = 'stowage_template';

let own: Promise<string> | undefined;

/**
 * The address of the test run's one PostgreSQL, with `DATABASE` in the place of the database's name. It is started
 * when somebody asks first: by the test run, or by this process when there is none.
 */
export function postgresAddress(): Promise<string> {
  const starter = process.env[STARTER];
  own ??= starter === undefined ? startWithTemplate().then((server) => server.address) : askStarter(starter);
  return own;
}

/** Starts the server and makes the template. */
export async function startWithTemplate(): Promise<{ address: string; stop(): Promise<void> }> {
  const server = await startPostgres();
  try {
    const address = server.url('DATABASE');
    await administer(address, `create database ${TEMPLATE}`);
    const store = await openStore({ database: server.url(TEMPLATE) });
    await store.close();
    return { address, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Runs a statement about databases. */
export async function administer(address: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: address.replace('DATABASE', 'postgres') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function askStarter(path: string): Promise<string> {
  const socket = connect(path);
  socket.setEncoding('utf8');
  let answer = '';
  socket.on('data', (text: string) => {
    answer += text;
  });
  await once(socket, 'close');
  if (!answer.startsWith('postgres://')) throw new Error(`The test run's PostgreSQL did not start: ${answer}`);
  return answer;
}
