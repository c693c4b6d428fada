/** Entry of a worker thread that owns one SQLite connection and answers requests in their order. */
import { parentPort, workerData } from 'node:worker_threads';
import { Connection } from './connection.ts';
import { failureOf } from './failures.ts';
import { type Answer, type ConnectionOptions, NUMBERED, type Ready, type Reply, type Request } from './protocol.ts';

const port = parentPort;
if (!port) throw new Error('This file is started by the store as a worker thread.');

/** Reads by their number, in the order the numbers were given; the columns of some are known over there. */
const numbered = new Map<number, { readonly sql: string; told: boolean }>();

try {
  const connection = new Connection(workerData as ConnectionOptions);
  port.on('message', (requests: readonly Request[]) => {
    for (const request of requests) {
      port.postMessage(answer(connection, request));
      if (request[1] === 'close') port.close();
    }
  });
  port.postMessage([0, null] satisfies Ready);
} catch (error) {
  port.postMessage([0, null, failureOf(error)] satisfies Ready);
  port.close();
}

function answer(connection: Connection, request: Request): Reply {
  const id = request[0];
  try {
    switch (request[1]) {
      case 'all':
        return [id, read(connection, request[2], request[3], request[4])];
      case 'run':
        return [id, connection.run(request[2], request[3])];
      case 'many':
        return [id, connection.many(request[2], request[3], request[4])];
      case 'execute':
        connection.execute(request[2]);
        return [id, null];
      case 'close':
        connection.close();
        return [id, null];
    }
  } catch (error) {
    return [id, null, failureOf(error)];
  }
}

function read(connection: Connection, number: number, parameters: readonly unknown[], text?: string): Answer {
  if (text !== undefined) {
    numbered.set(number, { sql: text, told: false });
    // Whoever asks begins anew with larger numbers after so many, and lets go of all before.
    numbered.delete(number - 2 * NUMBERED);
  }
  const statement = numbered.get(number);
  if (!statement) throw new Error(`There is no statement ${number}.`);
  const { columns, rows } = connection.all(statement.sql, parameters);
  if (statement.told) return { rows };
  statement.told = true;
  return { rows, columns };
}
