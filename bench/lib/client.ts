import { Client } from 'undici';
import type { Headers } from './presented.ts';

/** One connection that is kept open; one request at a time. */
export interface HttpClient {
  /** Asks and reads the whole answer. @throws Error for any status but 200 */
  get(path: string, headers?: Headers): Promise<Buffer>;
  close(): Promise<void>;
}

/** Connects to a server. */
export function connect(url: string): HttpClient {
  const client = new Client(url, { pipelining: 1, keepAliveTimeout: 600_000, headersTimeout: 300_000 });
  return {
    async get(path, headers = {}) {
      const { statusCode, body } = await client.request({ method: 'GET', path, headers });
      const bytes = Buffer.from(await body.arrayBuffer());
      if (statusCode === 200) return bytes;
      throw new Error(`GET ${path}: ${statusCode} ${bytes.toString('utf8').slice(0, 300)}`);
    },
    close: () => client.close(),
  };
}
