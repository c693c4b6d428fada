import type { Readable } from 'node:stream';
import { NetError, toNetError } from './errors.ts';
import type { Pace } from './pace.ts';

/**
 * The pieces of a body, watched: too many bytes, silence, and a trickle below the minimum rate end it with a NetError.
 * Only time spent waiting for the other side counts, so a slow consumer is not its fault. Ending early destroys the body.
 */
export async function* watched(body: Readable, host: string, limit: number, pace: Pace): AsyncGenerator<Buffer> {
  const iterator = body[Symbol.asyncIterator]();
  let total = 0;
  let windowBytes = 0;
  let waited = 0;
  let waiting = false;
  const idle = setTimeout(() => waiting && body.destroy(silent(host, pace)), pace.idleTimeout);
  try {
    for (;;) {
      const from = performance.now();
      idle.refresh();
      waiting = true;
      const step = await iterator.next();
      waiting = false;
      waited += performance.now() - from;
      if (step.done) return;
      const chunk = step.value as Buffer;
      total += chunk.length;
      windowBytes += chunk.length;
      if (total > limit) throw tooLarge(host, limit);
      if (waited >= pace.rateWindow) {
        if ((windowBytes * 1_000) / waited < pace.minimumRate) throw slow(host, pace);
        waited = 0;
        windowBytes = 0;
      }
      yield chunk;
    }
  } catch (error) {
    throw toNetError(error, host);
  } finally {
    clearTimeout(idle);
    body.on('error', () => {});
    body.destroy();
  }
}

/** Reads a body whole. @throws NetError `limit.bytes` as soon as it is longer than `limit` */
export async function readWhole(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const piece of pieces) chunks.push(piece);
  return Buffer.concat(chunks);
}

/** The error for an answer of more bytes than its kind may have. */
export function tooLarge(host: string, limit: number): NetError {
  return new NetError('invalid', 'limit.bytes', host, `${host}: its answer is longer than the ${limit} bytes allowed`);
}

function silent(host: string, pace: Pace): NetError {
  const message = `${host}: nothing came for ${pace.idleTimeout / 1_000} s in the middle of an answer`;
  return new NetError('unavailable', 'net.timeout', host, message);
}

function slow(host: string, pace: Pace): NetError {
  const message = `${host}: its answer comes slower than ${pace.minimumRate} bytes/s`;
  return new NetError('unavailable', 'net.slow', host, message);
}
