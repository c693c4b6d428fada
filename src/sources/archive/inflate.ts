import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ImageError } from '../manifest/error.ts';

/** Chunks of this size are read and produced: more than twice as fast as the default of 16 kB. */
const CHUNK = 256 * 1024;
/** Zstd files may be made of many frames; node's decompressor ends after one. */
const FRAMES = 10_000;

/**
 * Decompresses a file piece by piece.
 * @param consumed is told how many bytes of the file were read so far
 */
export async function* inflate(
  path: string,
  compression: 'gzip' | 'zstd',
  consumed: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const { size } = await stat(path);
  let start = 0;
  for (let frame = 0; start < size; frame += 1) {
    if (frame >= FRAMES)
      throw new ImageError(
        'limit.entries',
        path,
        `${path} has more than ${FRAMES} compressed frames; it is not read further`,
      );
    const inflater =
      compression === 'gzip' ? createGunzip({ chunkSize: CHUNK }) : createZstdDecompress({ chunkSize: CHUNK });
    yield* oneFrame(path, start, inflater, (bytes) => consumed(start + bytes));
    if (compression === 'gzip' || inflater.bytesWritten === 0) return;
    start += inflater.bytesWritten;
  }
}

async function* oneFrame(
  path: string,
  start: number,
  inflater: Transform,
  consumed: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { start, highWaterMark: CHUNK });
  file.on('error', (error) => inflater.destroy(error));
  // Errors reach whoever iterates; what comes after the end or after letting go is of no interest.
  inflater.on('error', () => file.destroy());
  try {
    for await (const chunk of file.pipe(inflater) as AsyncIterable<Buffer>) {
      consumed(file.bytesRead);
      yield chunk;
    }
  } finally {
    file.unpipe(inflater);
    file.destroy();
  }
}
