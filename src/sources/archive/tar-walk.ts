/** Walks the entries of a tar within bounds, never reading more of it into memory than names. */
import { ImageError } from '../manifest/error.ts';
import type { ByteReader } from './bytes.ts';
import { carriesData, readPax, readTarHeader, TAR_BLOCK } from './tar-header.ts';

/** Bounds of one walk. */
export interface TarLimits {
  readonly entries: number;
  /** Bytes of one extended header. */
  readonly extended: number;
  /** Characters of all names together. */
  readonly names: number;
}

export const TAR_LIMITS: TarLimits = { entries: 200_000, extended: 1024 * 1024, names: 32 * 1024 * 1024 };

/** One entry with its long names applied. Names are as written: nothing is known about them. */
export interface TarItem {
  readonly name: string;
  readonly type: string;
  readonly link: string;
  readonly size: number;
  /** Where the content begins. */
  readonly offset: number;
}

/**
 * Calls `visit` for each entry; it may consume content through `take`, what it leaves is passed over.
 * @throws ImageError `archive.truncated` when the file ends before the archive does, `archive.corrupt` where no header
 *   stands, `limit.entries`; whatever was visited before is good
 */
export async function walkTar(
  reader: ByteReader,
  path: string,
  visit: (item: TarItem, take: (see: (chunk: Buffer) => void) => Promise<boolean>) => Promise<void> | void,
  limits: TarLimits = TAR_LIMITS,
): Promise<void> {
  let entries = 0;
  let names = 0;
  let long: { name?: string; link?: string; size?: number } = {};
  for (;;) {
    const block = await reader.read(TAR_BLOCK);
    if (block.length < TAR_BLOCK)
      throw truncated(path, reader.position, entries === 0 && block.length === 0 ? 'it is empty' : 'no end mark');
    const header = readTarHeader(block);
    if (header === 'end') return;
    if (!header)
      throw new ImageError('archive.corrupt', path, `${path} has no tar header at byte ${reader.position - TAR_BLOCK}`);
    if ('xgLK'.includes(header.type)) {
      const bytes = await extended(reader, header.size, path, limits);
      if (header.type !== 'g') long = { ...long, ...longFields(header.type, bytes, path) };
      continue;
    }
    const item: TarItem = {
      name: long.name ?? header.name,
      type: header.type,
      link: long.link ?? header.link,
      size: carriesData(header.type) ? (long.size ?? header.size) : 0,
      offset: reader.position,
    };
    long = {};
    entries += 1;
    names += item.name.length + item.link.length;
    if (entries > limits.entries || names > limits.names) {
      throw new ImageError(
        'limit.entries',
        path,
        `${path} has more than ${limits.entries} entries or too long names; it is not read further`,
      );
    }
    const end = item.offset + item.size + padding(item.size);
    let whole = true;
    await visit(item, async (see) => {
      whole = (await reader.skip(item.size, see)) === item.size;
      return whole;
    });
    const rest = end - reader.position;
    if (!whole || (await reader.skip(rest)) < rest)
      throw truncated(path, reader.position, `in the middle of ${JSON.stringify(item.name.slice(0, 200))}`);
  }
}

async function extended(reader: ByteReader, size: number, path: string, limits: TarLimits): Promise<Buffer> {
  if (size > limits.extended) {
    throw new ImageError(
      'archive.corrupt',
      path,
      `${path} has an extended header of ${size} bytes, over ${limits.extended}`,
    );
  }
  const bytes = await reader.read(size);
  if (bytes.length < size || (await reader.skip(padding(size))) < padding(size))
    throw truncated(path, reader.position, 'in an extended header');
  return bytes;
}

function longFields(type: string, bytes: Buffer, path: string): { name?: string; link?: string; size?: number } {
  if (type === 'L') return { name: untilNul(bytes) };
  if (type === 'K') return { link: untilNul(bytes) };
  const records = readPax(bytes);
  if (!records) throw new ImageError('archive.corrupt', path, `${path} has a malformed PAX header`);
  const [name, link, size] = [records.get('path'), records.get('linkpath'), records.get('size')];
  if (size !== undefined && !(/^\d+$/.test(size) && Number.isSafeInteger(Number(size)))) {
    throw new ImageError('archive.corrupt', path, `${path} has a PAX header with a senseless size`);
  }
  return {
    ...(name === undefined ? {} : { name }),
    ...(link === undefined ? {} : { link }),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

function padding(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
}

function truncated(path: string, at: number, where: string): ImageError {
  return new ImageError(
    'archive.truncated',
    path,
    `${path} ends at byte ${at} before its archive does (${where}); copy or save it again`,
  );
}
