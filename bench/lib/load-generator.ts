/**
 * Clients that ask as fast as they are answered, in a process of their own: plain sockets kept open, one request at a
 * time on each. Reads one plan (JSON) from standard input, prints one result (JSON).
 */
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { LoadPlan, LoadResult } from './load.ts';
import { summarize } from './stats.ts';

const plan = JSON.parse(await text(process.stdin)) as LoadPlan;
const target = new URL(plan.url);
const headers = Object.entries({ host: target.host, ...plan.headers })
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

let n = plan.from;
let turn = 0;
let bytes = 0;
let wrong = 0;
let answered = 0;
let sample = '';
const times: number[] = [];
const startedAt = performance.now();
const countFrom = startedAt + plan.warmSeconds * 1000;
const until = countFrom + plan.seconds * 1000;

function nextRequest(): string {
  const path = plan.paths[turn % plan.paths.length]!;
  turn += 1;
  n += 1;
  return `GET ${path.replaceAll('{n}', String(n))} HTTP/1.1\r\n${headers}\r\n`;
}

/** One connection, until the time is over and there are answers enough. */
function client(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    let sentAt = 0;
    let held: Buffer[] = [];
    let size = 0;
    /** Bytes of the answer under way; 0 as long as its head is not complete. */
    let whole = 0;
    let status = 0;
    const ask = () => {
      sentAt = performance.now();
      socket.write(nextRequest());
    };
    socket.on('connect', ask);
    if (plan.mostSeconds !== undefined) setTimeout(() => socket.destroy(), plan.mostSeconds * 1000).unref();
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      held.push(chunk);
      size += chunk.length;
      if (whole === 0) {
        const joined = held.length === 1 ? held[0]! : Buffer.concat(held);
        held = [joined];
        const end = joined.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = joined.toString('latin1', 0, end);
        status = Number(head.slice(9, 12));
        const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
        if (length === undefined && status !== 304 && status !== 204) {
          reject(new Error(`An answer without Content-Length:\n${head}`));
          socket.destroy();
          return;
        }
        whole = end + 4 + (status === 304 ? 0 : Number(length ?? 0));
      }
      if (size < whole) return;
      const at = performance.now();
      answered += 1;
      if (sentAt >= countFrom && at <= until) {
        times.push(at - sentAt);
        bytes += size;
      }
      if (status !== plan.status) {
        wrong += 1;
        sample = Buffer.concat(held).toString('utf8').slice(0, 400);
      }
      held = [];
      size = 0;
      whole = 0;
      if (at < until || answered < plan.least) ask();
      else socket.end();
    });
  });
}

await Promise.all(Array.from({ length: plan.clients }, client));
const result: Omit<LoadResult, 'cpu'> = {
  requests: times.length,
  answered,
  lasted: (performance.now() - startedAt) / 1000,
  perSecond: times.length / plan.seconds,
  bytes: times.length === 0 ? 0 : Math.round(bytes / times.length),
  times: summarize(times.length === 0 ? [plan.seconds * 1000] : times),
  wrong,
  sample,
};
process.stdout.write(JSON.stringify(result));
