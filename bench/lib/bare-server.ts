/**
 * The least a server can do: node:http, one hand-written statement a request, JSON.stringify. No credentials, no
 * paging, no grammar. `GET /sql?s=STATEMENT&p=PARAMETERS`; `POST /bytes` sets what `GET /bytes` sends.
 * Called with --data DIR or --database URL; prints `listening URL`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFlags } from './arguments.ts';
import { openHand } from './hand-database.ts';
import type { StatementName } from './handwritten.ts';
import { placeOf } from './stowage.ts';

const flags = readFlags(['store'], 'bare-server.ts --store DIR|postgres://...');
const hand = await openHand(placeOf(flags['store']![0]!));
let kept: Buffer = Buffer.from('{}');

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '/';
  if (url.startsWith('/sql')) {
    const query = new URLSearchParams(url.slice(url.indexOf('?') + 1));
    const rows = await hand.rows(query.get('s') as StatementName, JSON.parse(query.get('p') ?? '[]'));
    return send(response, JSON.stringify({ data: rows }));
  }
  if (request.method === 'POST') {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    kept = Buffer.concat(chunks);
    return send(response, '{}');
  }
  send(response, kept);
}

function send(response: ServerResponse, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500);
    response.end(String(error));
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
