/** A folder seen through names, nothing of it outside: symbolic links that leave it are refused. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ImageError } from '../manifest/error.ts';
import type { FileHash, ImageFiles } from '../manifest/files.ts';

/** Opens a folder as a set of files. */
export async function openFolder(path: string): Promise<ImageFiles> {
  const root = await realpath(path);

  async function openInside(name: string): Promise<FileHandle | undefined> {
    const wanted = join(root, name);
    const real = await realpath(wanted).catch(() => undefined);
    if (real === undefined) return undefined;
    if (!wanted.startsWith(root + sep) || !real.startsWith(root + sep)) {
      throw new ImageError('blob.missing', name, `${name} leads out of ${path} and is not followed`);
    }
    // Not blocking: a pipe in place of a file must not hold the collection.
    const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw new ImageError('blob.missing', name, `${name} in ${path} is no regular file`);
  }

  async function use<T>(name: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
    const file = await openInside(name).catch((cause) => {
      if (cause instanceof ImageError) throw cause;
      throw new ImageError('blob.missing', name, `${name} in ${path} cannot be opened: ${cause.message}`, cause);
    });
    if (!file) throw new ImageError('blob.missing', name, `${name} is not in ${path}`);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }

  return {
    label: path,

    async size(name) {
      const file = await openInside(name).catch(() => undefined);
      if (!file) return undefined;
      const { size } = await file.stat();
      await file.close();
      return size;
    },

    read(name, limit) {
      return use(name, async (file) => {
        const { size } = await file.stat();
        if (size > limit)
          throw new ImageError('limit.bytes', name, `${name} in ${path} has ${size} bytes, over ${limit}`);
        const buffer = Buffer.alloc(size);
        const { bytesRead } = await file.read(buffer, 0, size, 0);
        return buffer.subarray(0, bytesRead);
      });
    },

    hash(name, algorithm, signal) {
      return use(name, async (file): Promise<FileHash> => {
        const hash = createHash(algorithm);
        let size = 0;
        let head = Buffer.alloc(0);
        for await (const chunk of file.createReadStream({
          highWaterMark: 256 * 1024,
          autoClose: false,
        }) as AsyncIterable<Buffer>) {
          signal.throwIfAborted();
          if (size === 0) head = Buffer.from(chunk.subarray(0, 8));
          size += chunk.length;
          hash.update(chunk);
        }
        return { digest: `${algorithm}:${hash.digest('hex')}`, size, head };
      });
    },
  };
}
