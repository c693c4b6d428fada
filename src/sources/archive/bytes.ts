/** Bytes in order, out of a plain or a compressed file, with one way to pass over what is not wanted. */
import type { FileHandle } from 'node:fs/promises';
import { ImageError } from '../manifest/error.ts';
import { inflate } from './inflate.ts';

/** A forward reader. */
export interface ByteReader {
  /** Where the next byte stands in the uncompressed content. */
  readonly position: number;
  /** The next `count` bytes; fewer only at the end. */
  read(count: number): Promise<Buffer>;
  /** Passes over `count` bytes, showing them to `see` if given; answers how many there were. */
  skip(count: number, see?: (chunk: Buffer) => void): Promise<number>;
}

/** How a file is compressed, told by its first bytes. */
export type Compression = 'none' | 'gzip' | 'zstd' | 'other';

/** Looks at the first bytes of a file or layer (RFC 1952, RFC 8878; bzip2 and xz are recognised but not read). */
export function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  if (head.toString('latin1', 0, 3) === 'BZh' || head.toString('latin1', 0, 6) === '\xfd7zXZ\0') return 'other';
  return 'none';
}

const WINDOW = 64 * 1024;

/** Reads a plain file; passing over costs nothing unless somebody looks. */
export class FileReader implements ByteReader {
  position = 0;
  readonly #file: FileHandle;
  #window: Buffer = Buffer.alloc(0);
  #windowAt = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async read(count: number): Promise<Buffer> {
    const offset = this.position - this.#windowAt;
    if (offset < 0 || offset + count > this.#window.length) {
      this.#window = await readAt(this.#file, this.position, Math.max(count, WINDOW));
      this.#windowAt = this.position;
    }
    const from = this.position - this.#windowAt;
    const bytes = Buffer.from(this.#window.subarray(from, from + count));
    this.position += bytes.length;
    return bytes;
  }

  async skip(count: number, see?: (chunk: Buffer) => void): Promise<number> {
    if (!see) {
      const { size } = await this.#file.stat();
      const passed = Math.max(0, Math.min(count, size - this.position));
      this.position += passed;
      return passed;
    }
    return passInSteps(this, count, see);
  }
}

/** Up to `count` bytes of a file from an offset; fewer only at its end. */
export async function readAt(file: FileHandle, offset: number, count: number): Promise<Buffer> {
  const buffer = Buffer.alloc(count);
  let filled = 0;
  while (filled < count) {
    const { bytesRead } = await file.read(buffer, filled, count - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Bounds against decompression bombs: a real image archive shrinks to a third or a tenth. */
const RATIO = 200;
const RATIO_FROM = 64 * 1024 * 1024;
const CHUNK = 256 * 1024;

/**
 * Reads a gzip or zstd file uncompressed.
 * Throws ImageError `archive.truncated`, `archive.corrupt` or `limit.ratio` from where the trouble begins.
 */
export class InflatedReader implements ByteReader {
  position = 0;
  readonly #path: string;
  readonly #chunks: AsyncGenerator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #produced = 0;
  #consumed = 0;

  constructor(path: string, compression: 'gzip' | 'zstd') {
    this.#path = path;
    this.#chunks = inflate(path, compression, (bytes) => {
      this.#consumed = bytes;
    });
  }

  async read(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    await this.#take(count, (chunk) => parts.push(chunk));
    return Buffer.concat(parts);
  }

  skip(count: number, see?: (chunk: Buffer) => void): Promise<number> {
    return this.#take(count, see ?? (() => undefined));
  }

  /** Lets go of the file; a reader must be closed, read to its end or not. */
  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }

  async #take(count: number, see: (chunk: Buffer) => void): Promise<number> {
    let taken = 0;
    while (taken < count) {
      if (this.#rest.length === 0 && !(await this.#more())) break;
      const chunk = this.#rest.subarray(0, count - taken);
      this.#rest = this.#rest.subarray(chunk.length);
      taken += chunk.length;
      this.position += chunk.length;
      see(chunk);
    }
    return taken;
  }

  async #more(): Promise<boolean> {
    let next: IteratorResult<Buffer>;
    try {
      next = await this.#chunks.next();
    } catch (cause) {
      if (cause instanceof ImageError) throw cause;
      const broken = cause as NodeJS.ErrnoException;
      const truncated = broken.code === 'Z_BUF_ERROR' || /unexpected end|incomplete/i.test(broken.message);
      throw new ImageError(
        truncated ? 'archive.truncated' : 'archive.corrupt',
        this.#path,
        `${this.#path} cannot be decompressed beyond byte ${this.position}: ${broken.message}`,
        cause,
      );
    }
    if (next.done) return false;
    this.#rest = next.value;
    this.#produced += next.value.length;
    if (this.#produced > RATIO_FROM && this.#produced > RATIO * this.#consumed) {
      throw new ImageError(
        'limit.ratio',
        this.#path,
        `${this.#path} grows more than ${RATIO}-fold when decompressed; it is not read further`,
      );
    }
    return true;
  }
}

async function passInSteps(reader: ByteReader, count: number, see: (chunk: Buffer) => void): Promise<number> {
  let passed = 0;
  while (passed < count) {
    const chunk = await reader.read(Math.min(CHUNK, count - passed));
    if (chunk.length === 0) break;
    passed += chunk.length;
    see(chunk);
  }
  return passed;
}
