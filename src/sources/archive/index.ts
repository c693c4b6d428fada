import { open } from 'node:fs/promises';
import { parseLocalUri } from '../manifest/local-uri.ts';
import type { SourceKind } from '../source.ts';
import { compressionOf, InflatedReader, readAt } from './bytes.ts';
import { collectArchive } from './collect.ts';
import { readTarHeader, TAR_BLOCK } from './tar-header.ts';

const SCHEMES = ['archive', 'oci-archive', 'docker-archive'] as const;

/** Archives of images in one file: OCI layouts in a tar, and what `docker save` writes. */
export const archiveSource: SourceKind = {
  id: 'archive',
  schemes: SCHEMES,
  remote: false,
  about: 'An OCI archive or what docker save wrote, plain, gzip or zstd; which of both is told by its content',
  recognises: isTar,
  parse: (uri) => parseLocalUri(uri, SCHEMES),
  collect: collectArchive,
};

/** Whether a file begins like a tar, compressed or not. */
async function isTar(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return false;
  try {
    if (!(await file.stat()).isFile()) return false;
    let block = await readAt(file, 0, TAR_BLOCK);
    const compression = compressionOf(block);
    if (compression === 'gzip' || compression === 'zstd') {
      const reader = new InflatedReader(path, compression);
      block = await reader.read(TAR_BLOCK).finally(() => reader.close());
    }
    const header = readTarHeader(block);
    return header !== undefined && header !== 'end';
  } catch {
    return false;
  } finally {
    await file.close();
  }
}
