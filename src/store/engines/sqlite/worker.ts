/** Entry of a worker thread that owns one SQLite connection and answers requests in their order. */
import { parentPort, workerData } from 'node:worker_threads';
import { Connection } from './connection.ts';
import { failureOf } from './failures.ts';
import type { ConnectionOptions, Ready, Reply, Request } from './protocol.ts';

const port = parentPort;
if (!port) throw new Error('This file is started by the store as a worker thread.');

try {
  const connection = new Connection(workerData as ConnectionOptions);
  port.on('message', (request: Request) => {
    port.postMessage(answer(connection, request));
    if (request[1] === 'close') port.close();
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
        return [id, connection.all(request[2], request[3])];
      case 'run':
        return [id, connection.run(request[2], request[3])];
      case 'many':
        return [id, connection.many(request[2], request[3])];
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
