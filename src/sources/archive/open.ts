/** Opens an archive file: one walk makes an index of its entries, after that content is read by offset. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { invalid } from '../../domain/error.ts';
import { ImageError } from '../manifest/error.ts';
import type { FileHash, ImageFiles } from '../manifest/files.ts';
import { compressionOf, FileReader, InflatedReader, readAt } from './bytes.ts';
import { entryName, linkTarget } from './entry-name.ts';
import { TAR_LIMITS, type TarItem, type TarLimits, walkTar } from './tar-walk.ts';

/** An archive that can be read by name. */
export interface Archive extends ImageFiles {
  /** Why not all of it could be read; what was read is there. */
  readonly broken: ImageError | undefined;
  /** Names that would lead outside and were left out, as written; at most a few. */
  readonly outside: readonly string[];
  close(): Promise<void>;
}

type Entry =
  | { readonly kind: 'link'; readonly target: string | undefined }
  | { readonly kind: 'file'; readonly size: number; readonly offset: number; readonly known?: Known };

/** What is kept of an entry of a compressed archive, where going back is not possible. */
interface Known extends FileHash {
  readonly content: Buffer | undefined;
}

const LINK_STEPS = 16;
/** Documents (what begins with `{` or `[`) kept of a compressed archive: each, and all together. */
const KEEP_EACH = 8 * 1024 * 1024;
const KEEP_ALL = 64 * 1024 * 1024;
const OUTSIDE = 10;

/**
 * Opens a plain, gzip or zstd tar.
 * @throws StowageError `source.not-found`, `source.no-file`; ImageError `archive.unsupported` for other compressions
 */
export async function openArchive(path: string, signal: AbortSignal, limits: TarLimits = TAR_LIMITS): Promise<Archive> {
  const about = await stat(path).catch(() => undefined);
  if (!about) throw invalid('source.not-found', `${path}: no such file`);
  if (!about.isFile())
    throw invalid(
      'source.no-file',
      `${path} is not a regular file${about.isDirectory() ? '; for a folder use oci:' : ''}`,
    );
  const file = await open(path, 'r');
  try {
    const compression = compressionOf(await readAt(file, 0, 8));
    if (compression === 'other') {
      throw new ImageError('archive.unsupported', path, `${path} is compressed with bzip2 or xz; decompress it first`);
    }
    if (compression === 'none') return new OpenArchive(path, file, await indexPlain(path, file, signal, limits));
    return new OpenArchive(path, file, await indexInflated(path, compression, signal, limits));
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface Index {
  readonly entries: Map<string, Entry>;
  readonly outside: string[];
  broken: ImageError | undefined;
}

async function indexPlain(path: string, file: FileHandle, signal: AbortSignal, limits: TarLimits): Promise<Index> {
  const index: Index = { entries: new Map(), outside: [], broken: undefined };
  const { size } = await file.stat();
  await tolerate(index, () =>
    walkTar(
      new FileReader(file),
      path,
      (item) => {
        signal.throwIfAborted();
        if (item.offset + item.size <= size) add(index, item);
      },
      limits,
    ),
  );
  return index;
}

async function indexInflated(
  path: string,
  compression: 'gzip' | 'zstd',
  signal: AbortSignal,
  limits: TarLimits,
): Promise<Index> {
  const index: Index = { entries: new Map(), outside: [], broken: undefined };
  const reader = new InflatedReader(path, compression);
  let kept = 0;
  try {
    await tolerate(index, () =>
      walkTar(
        reader,
        path,
        async (item, take) => {
          signal.throwIfAborted();
          if (!isFile(item)) return add(index, item);
          const hash = createHash('sha256');
          const parts: Buffer[] = [];
          let head = Buffer.alloc(0);
          let keep = item.size <= KEEP_EACH && kept + item.size <= KEEP_ALL;
          const whole = await take((chunk) => {
            signal.throwIfAborted();
            if (head.length < 8) head = Buffer.concat([head, chunk.subarray(0, 8 - head.length)]);
            if (head[0] !== 0x7b && head[0] !== 0x5b) keep = false;
            hash.update(chunk);
            if (keep) parts.push(Buffer.from(chunk));
          });
          if (!whole) return;
          if (keep) kept += item.size;
          const content = keep ? Buffer.concat(parts) : undefined;
          add(index, item, { digest: `sha256:${hash.digest('hex')}`, size: item.size, head, content });
        },
        limits,
      ),
    );
  } finally {
    await reader.close();
  }
  return index;
}

/** Keeps what was indexed when an archive turns out broken further on; a file that is no tar at all is refused. */
async function tolerate(index: Index, walk: () => Promise<void>): Promise<void> {
  try {
    await walk();
  } catch (error) {
    if (!(error instanceof ImageError) || index.entries.size === 0) throw error;
    index.broken = error;
  }
}

function isFile(item: TarItem): boolean {
  return item.type === '0';
}

function add(index: Index, item: TarItem, known?: Known): void {
  const name = entryName(item.name);
  if (name === undefined) {
    if (item.type !== '5' && index.outside.length < OUTSIDE) index.outside.push(item.name);
    return;
  }
  if (item.type === '1' || item.type === '2') {
    index.entries.set(name, { kind: 'link', target: linkTarget(name, item.type, item.link) });
  } else if (isFile(item)) {
    index.entries.set(name, { kind: 'file', size: item.size, offset: item.offset, ...(known ? { known } : {}) });
  }
}

class OpenArchive implements Archive {
  readonly label: string;
  readonly broken: ImageError | undefined;
  readonly outside: readonly string[];
  readonly #file: FileHandle;
  readonly #entries: ReadonlyMap<string, Entry>;

  constructor(path: string, file: FileHandle, index: Index) {
    this.label = path;
    this.broken = index.broken;
    this.outside = index.outside;
    this.#file = file;
    this.#entries = index.entries;
  }

  async size(name: string): Promise<number | undefined> {
    return this.#find(name)?.size;
  }

  async read(name: string, limit: number): Promise<Buffer> {
    const entry = this.#get(name);
    if (entry.size > limit)
      throw new ImageError('limit.bytes', name, `${name} in ${this.label} has ${entry.size} bytes, over ${limit}`);
    if (!entry.known) return readAt(this.#file, entry.offset, entry.size);
    if (entry.known.content) return entry.known.content;
    throw new ImageError(
      'limit.bytes',
      name,
      `${name} in ${this.label} is no JSON or too much of it; decompress the archive first`,
    );
  }

  async hash(name: string, algorithm: string, signal: AbortSignal): Promise<FileHash> {
    const entry = this.#get(name);
    if (entry.known) {
      if (algorithm === 'sha256') return entry.known;
      throw new ImageError(
        'digest.invalid',
        name,
        `${name}: ${algorithm} is not computed in a compressed archive; decompress it first`,
      );
    }
    const hash = createHash(algorithm);
    const head = await readAt(this.#file, entry.offset, Math.min(8, entry.size));
    for (let at = 0; at < entry.size; ) {
      signal.throwIfAborted();
      const chunk = await readAt(this.#file, entry.offset + at, Math.min(256 * 1024, entry.size - at));
      if (chunk.length === 0) break;
      hash.update(chunk);
      at += chunk.length;
    }
    return { digest: `${algorithm}:${hash.digest('hex')}`, size: entry.size, head };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #get(name: string): Entry & { kind: 'file' } {
    const entry = this.#find(name);
    if (entry) return entry;
    const why = this.broken ? `; ${this.broken.message}` : '';
    throw new ImageError('blob.missing', name, `${JSON.stringify(name.slice(0, 200))} is not in ${this.label}${why}`);
  }

  /** Follows links inside the archive, a few steps and never out of it. */
  #find(raw: string): (Entry & { kind: 'file' }) | undefined {
    let name = entryName(raw);
    for (let step = 0; step < LINK_STEPS && name !== undefined; step += 1) {
      const entry = this.#entries.get(name);
      if (entry?.kind !== 'link') return entry;
      name = entry.target;
    }
    return undefined;
  }
}
