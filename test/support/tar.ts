/** Writes tar and gzip with bytes that depend on nothing but their input: no clock, no owner, no library version. */
import { crc32 } from 'node:zlib';

/** One entry of a tar. Everything hostile is allowed: it is for tests, too. */
export interface TarEntry {
  readonly name: string;
  readonly body?: Buffer | string;
  /** `0` file (default), `1` hard link, `2` symbolic link, `5` directory, `x` PAX header, `L` GNU long name ... */
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
  /** Seconds since 1970. */
  readonly mtime?: number;
  /** Claims another size than the body has. */
  readonly size?: number;
}

const BLOCK = 512;

/** A tar (POSIX.1-1988 ustar, PAX headers where a name does not fit), ended by two zero blocks. */
export function tar(entries: readonly TarEntry[], options: { end?: boolean } = {}): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    const long = [record('path', entry.name), record('linkpath', entry.link ?? '')].join('');
    if (long !== '') parts.push(header({ name: 'pax', type: 'x', body: long }), padded(Buffer.from(long)));
    parts.push(header(entry), padded(bodyOf(entry)));
  }
  if (options.end !== false) parts.push(Buffer.alloc(2 * BLOCK));
  return Buffer.concat(parts);
}

/** Gzip without compression: stored blocks, so that the bytes are the same under every version of zlib. */
export function gzip(bytes: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])];
  let at = 0;
  do {
    const block = bytes.subarray(at, at + 0xffff);
    at += block.length;
    const head = Buffer.alloc(5);
    head[0] = at >= bytes.length ? 1 : 0;
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(block.length ^ 0xffff, 3);
    parts.push(head, block);
  } while (at < bytes.length);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(bytes), 0);
  tail.writeUInt32LE(bytes.length >>> 0, 4);
  return Buffer.concat([...parts, tail]);
}

function bodyOf(entry: TarEntry): Buffer {
  return Buffer.from(entry.body ?? '');
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
}

function record(key: string, value: string): string {
  if (Buffer.byteLength(value) <= 100 && !value.includes('\0')) return '';
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (String(length).length + Buffer.byteLength(rest) !== length) length += 1;
  return `${length}${rest}`;
}

function header(entry: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  const directory = entry.type === '5';
  block.write(entry.name.replaceAll('\0', ''), 0, 100);
  octal(block, 100, 8, entry.mode ?? (directory ? 0o755 : 0o644));
  octal(block, 108, 8, 0);
  octal(block, 116, 8, 0);
  octal(block, 124, 12, entry.size ?? bodyOf(entry).length);
  octal(block, 136, 12, entry.mtime ?? 0);
  block.fill(' ', 148, 156);
  block.write(entry.type ?? '0', 156, 1);
  block.write(entry.link ?? '', 157, 100);
  block.write('ustar\x0000', 257, 8, 'latin1');
  octal(
    block,
    148,
    7,
    block.reduce((sum, byte) => sum + byte, 0),
  );
  return block;
}

function octal(block: Buffer, at: number, length: number, value: number): void {
  block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, length, 'latin1');
}
