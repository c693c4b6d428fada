import { digestAlgorithm, digestHex } from '../../domain/digest.ts';
import type { Platform, Problem } from '../../domain/image.ts';
import type { ImageFiles } from './files.ts';
import type { LocalRun } from './local-run.ts';

/** Path of a blob in an OCI layout (image-spec image-layout.md). Only for digests that were checked to be some. */
export function blobPath(digest: string): string {
  return `blobs/${digestAlgorithm(digest)}/${digestHex(digest)}`;
}

/**
 * Reads every layer of an image once and compares it with its digest. `checked` remembers across images of one
 * collection, as they share layers.
 * @returns what is missing or wrong, one problem per platform and kind
 */
export async function checkLayers(
  files: ImageFiles,
  platforms: readonly Platform[],
  run: LocalRun,
  checked: Map<string, Problem['code'] | null>,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const platform of platforms) {
    const bad = new Map<string, string[]>();
    for (const layer of platform.layers) {
      if (layer.digest === null) continue;
      let code = checked.get(layer.digest);
      if (code === undefined) {
        code = await checkLayer(files, layer.digest, layer.size, run);
        checked.set(layer.digest, code);
      }
      // Layers that are to be had elsewhere need not be here.
      if (code === null || (code === 'blob.missing' && /foreign|nondistributable/.test(layer.mediaType ?? '')))
        continue;
      bad.set(code, [...(bad.get(code) ?? []), layer.digest]);
    }
    for (const [code, digests] of bad) problems.push(describe(code, digests, platform, files.label));
  }
  return problems;
}

async function checkLayer(
  files: ImageFiles,
  digest: string,
  size: number | null,
  run: LocalRun,
): Promise<string | null> {
  const path = blobPath(digest);
  const found = await files.size(path);
  if (found === undefined) return 'blob.missing';
  if (size !== null && found !== size) return 'size.mismatch';
  const hash = await files.hash(path, digestAlgorithm(digest), run.context.signal);
  run.count(1, hash.size);
  return hash.digest === digest ? null : 'digest.mismatch';
}

const WORDS: Readonly<Record<string, string>> = {
  'blob.missing': 'are missing',
  'size.mismatch': 'have another size than the manifest says',
  'digest.mismatch': 'have content that is not what their digest says',
};

function describe(code: string, digests: readonly string[], platform: Platform, label: string): Problem {
  const total = platform.layers.filter((layer) => !layer.empty).length;
  const which = digests.slice(0, 3).join(', ') + (digests.length > 3 ? ', ...' : '');
  return {
    code,
    message: `${digests.length} of ${total} layers ${WORDS[code] ?? code} in ${label}: ${which}`,
    part: platform.manifestDigest ?? platform.configDigest,
  };
}
