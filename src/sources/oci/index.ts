import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseLocalUri } from '../manifest/local-uri.ts';
import type { SourceKind } from '../source.ts';
import { collectOci } from './collect.ts';

const SCHEMES = ['oci'] as const;

/** OCI image layouts in folders. */
export const ociSource: SourceKind = {
  id: 'oci',
  schemes: SCHEMES,
  remote: false,
  about: 'An OCI image layout in a folder, as skopeo, umoci, crane and buildah write it',
  async recognises(path) {
    const [index, marker, blobs] = await Promise.all(
      ['index.json', 'oci-layout', 'blobs'].map((name) => exists(join(path, name))),
    );
    return index === true && (marker === true || blobs === true);
  },
  parse: (uri) => parseLocalUri(uri, SCHEMES),
  collect: collectOci,
};

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
