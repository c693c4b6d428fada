/** The ways a test's requests reach a server: injected in the process, or by `curl` through a real port. */
import { execFile } from 'node:child_process';
import type { FastifyInstance } from 'fastify';
import { describe } from 'vitest';
import { titled, whyNoPeer } from './peers.ts';
import { ENGINES, type TestEngine } from './stores.ts';

export type Transport = 'injection' | 'curl';

/** A request, alike for every transport. */
export interface Sent {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query, sent to the letter. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: string | undefined;
}

/** An answer, alike from every transport. */
export interface Received {
  readonly statusCode: number;
  /** By names in lower case; of a repeated header the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  json<T = any>(): T;
}

export type Send = (request: Sent) => Promise<Received>;

/** What a suite of {@link describeByTransport} passes on to `testApp`. */
export interface Way {
  readonly engine: TestEngine;
  readonly transport: Transport;
}

/** The same cases on every engine, first injected, then through curl; without curl the second half is skipped by name. */
export function describeByTransport(name: string, cases: (way: Way) => void): void {
  for (const engine of ENGINES) describe(`${name} on ${engine}`, () => cases({ engine, transport: 'injection' }));
  const reason = whyNoPeer(['curl']);
  describe.skipIf(reason)(titled(`${name} through curl`, reason), () => {
    for (const engine of ENGINES) describe(`on ${engine}`, () => cases({ engine, transport: 'curl' }));
  });
}

/** Requests without a socket. */
export function overInjection(app: FastifyInstance): Send {
  return async (request) => {
    const answer = await app.inject(request);
    const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
    return received(answer.statusCode, Object.fromEntries(headers), answer.body);
  };
}

/**
 * Requests by the `curl` of this machine, one process each, without its user's settings and proxies.
 * @param address e.g. `http://127.0.0.1:8480`
 * @returns a function that throws what curl says when there is no whole answer
 */
export function overCurl(address: string): Send {
  return async ({ method = 'GET', url, headers = {}, payload }) => {
    const output = await curl(
      [
        ...['-q', '-sS', '-i', '-g', '--path-as-is', '--noproxy', '*', '--max-time', '60', '-X', method],
        // `Name;` is curl's way to send a header without a value.
        ...Object.entries(headers).flatMap(([name, value]) => ['-H', value === '' ? `${name};` : `${name}: ${value}`]),
        ...(payload === undefined ? [] : ['--data-binary', '@-']),
        `${address}${url}`,
      ],
      payload,
    );
    return readAnswer(output);
  };
}

function curl(options: readonly string[], input: string | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile('curl', options, { encoding: 'buffer', maxBuffer: 1 << 28 }, (error, out, err) => {
      if (error) reject(new Error(`curl: ${err.toString().trim() || error.message}`));
      else resolve(out);
    });
    // An answer may come before the whole body was read: that is no failure.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}

/** Reads what `curl -i` prints: heads, those of interim answers (`100 Continue`) first, then the body. */
function readAnswer(output: Buffer): Received {
  const end = output.indexOf('\r\n\r\n');
  const [first = '', ...lines] = output.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/[\d.]+ (?<status>\d{3})/.exec(first)?.groups?.['status']);
  if (end < 0 || Number.isNaN(status)) throw new Error(`curl printed no answer: ${first.slice(0, 200)}`);
  const rest = output.subarray(end + 4);
  if (status < 200) return readAnswer(rest);
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return received(status, Object.fromEntries(headers), rest.toString());
}

function received(statusCode: number, headers: Readonly<Record<string, string>>, body: string): Received {
  return { statusCode, headers, body, json: () => JSON.parse(body) };
}
