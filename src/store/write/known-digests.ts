import type { ImageSummary } from '../../domain/derive.ts';
import type { Digest } from '../../domain/digest.ts';
import { type Id, imageId } from '../../domain/id.ts';
import { decodeImage } from '../summaries/image.ts';
import { type Session, selectIn } from './session.ts';

interface ImageColumns {
  readonly image_id: Id;
  readonly media_type: string | null;
  readonly problem_count: number;
  readonly summary: string;
}

/**
 * Digests among the given whose images need not be fetched again: media type and platforms are known, and no
 * problem says that a part is missing. An image without a manifest (docker save) is whole with its config, which it is
 * named by; where a manifest is not known otherwise, an engine showed the one platform of an index that it has.
 */
export async function knownDigests(session: Session, digests: readonly Digest[]): Promise<ReadonlySet<Digest>> {
  const ids = new Map(digests.map((digest) => [imageId(session.scope.id, digest), digest]));
  const columns = ['image_id', 'media_type', 'problem_count', 'summary'];
  const rows = await selectIn<ImageColumns>(session, 'image', columns, 'image_id', [...ids.keys()]);
  const known = new Set<Digest>();
  for (const row of rows) {
    const digest = ids.get(row.image_id);
    if (digest !== undefined && row.media_type !== null && isComplete(decodeImage(row.summary))) known.add(digest);
  }
  return known;
}

/** Problems that say a part could not be had: another fetch may bring it. All others are facts of the content. */
const MISSING = /^(?:blob\.missing|digest\.mismatch|size\.mismatch|image\.unreadable|net\..*|registry\..*)$/;

function isComplete({ digest, platforms, problems }: ImageSummary): boolean {
  if (problems.some((problem) => MISSING.test(problem.code))) return false;
  return (
    platforms.length > 0 && platforms.every((each) => each.manifestDigest !== null || each.configDigest === digest)
  );
}
