import { createHash } from 'node:crypto';
import { type Digest, digestAlgorithm, digestHex } from '../../domain/digest.ts';
import { ImageError } from '../manifest.ts';
import type { HttpStream } from '../net/client.ts';
import { NetError } from '../net/errors.ts';
import type { Pace } from '../net/pace.ts';
import { backOff, sleep } from '../net/retry.ts';
import { type RegistryClient, type RegistryRequest, repositoryScope } from './client.ts';
import { RegistryError } from './error.ts';

/** Room for the body of an answer that says no, however small the blob. */
const ERROR_BYTES = 64 * 1024;

/** A blob to be read. */
export interface BlobSource {
  readonly repository: string;
  readonly digest: Digest;
  /** Bytes it must have. */
  readonly size: number;
}

/**
 * The pieces of a blob, hashed on the way; what breaks off is taken up again where it stopped, by Range. Nothing read
 * counts before the last piece: size and digest are checked at the end, and what does not fit ends in an error.
 * @throws ImageError `size.mismatch`, `digest.mismatch`, `blob.missing`; RegistryError; NetError
 */
export async function* streamBlob(
  client: RegistryClient,
  blob: BlobSource,
  pace: Pace,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const digest = createHash(digestAlgorithm(blob.digest));
  let have = 0;
  let resumed = 0;
  for (;;) {
    const before = have;
    const pieces = await open(client, blob, have);
    try {
      for await (const piece of pieces) {
        have += piece.length;
        if (have > blob.size) throw wrongSize(blob, `more than ${blob.size}`);
        digest.update(piece);
        yield piece;
      }
      break;
    } catch (error) {
      if (isTooLong(error)) throw wrongSize(blob, `more than ${blob.size}`);
      const isBroken = error instanceof NetError && error.kind === 'unavailable' && error.code !== 'net.host-down';
      if (!isBroken) throw error;
      resumed = have > before ? 1 : resumed + 1;
      if (resumed > pace.retries) throw error;
      await sleep(backOff(resumed, pace), signal);
    }
  }
  if (have !== blob.size) throw wrongSize(blob, `only ${have} of ${blob.size}`);
  const found = digest.digest('hex');
  if (found === digestHex(blob.digest)) return;
  const name = `${digestAlgorithm(blob.digest)}:${found}`;
  throw new ImageError('digest.mismatch', blob.digest, `the content named ${blob.digest} has the digest ${name}`);
}

/** The rest of a blob from `have` on. Where a registry does not know Range, what is already there is read past. */
async function open(client: RegistryClient, blob: BlobSource, have: number): Promise<AsyncIterable<Buffer>> {
  const request: RegistryRequest = {
    method: 'GET',
    path: `/v2/${blob.repository}/blobs/${blob.digest}`,
    headers: have === 0 ? {} : { range: `bytes=${have}-` },
    scope: repositoryScope(blob.repository),
    limit: Math.max(blob.size, ERROR_BYTES),
  };
  const answer = await client.askStream(request).catch((error: unknown) => {
    throw isTooLong(error) ? wrongSize(blob, `more than ${blob.size}`) : error;
  });
  if (answer.status === 200) return have === 0 ? answer.pieces : skipped(answer.pieces, have);
  if (answer.status === 206 && startOfRange(answer) === have) return answer.pieces;
  await answer.discard();
  if (answer.status === 404) {
    throw new ImageError('blob.missing', blob.digest, `${client.name}/${blob.repository} has no blob ${blob.digest}`);
  }
  const what = `blob ${blob.digest} of ${client.name}/${blob.repository}`;
  if (answer.status === 206) {
    throw new RegistryError('invalid', 'registry.protocol', `${what}: another range came than the one asked for`);
  }
  throw RegistryError.fromAnswer({ status: answer.status, body: Buffer.alloc(0) }, what);
}

function isTooLong(error: unknown): boolean {
  return error instanceof NetError && error.code === 'limit.bytes';
}

function startOfRange({ headers }: HttpStream): number | undefined {
  const start = /^bytes (?<start>\d+)-/.exec(headers.get('content-range') ?? '')?.groups?.['start'];
  return start === undefined ? undefined : Number(start);
}

async function* skipped(pieces: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const piece of pieces) {
    if (piece.length > left) yield left === 0 ? piece : piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

function wrongSize(blob: BlobSource, bytes: string): ImageError {
  return new ImageError('size.mismatch', blob.digest, `${blob.digest} should have ${blob.size} bytes but has ${bytes}`);
}
