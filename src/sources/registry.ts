import { archiveSource } from './archive/index.ts';
import { dockerSource } from './docker/index.ts';
import { ociSource } from './oci/index.ts';
import { registrySource } from './registry/index.ts';
import type { SourceKind } from './source.ts';

/** Every kind of source, one line each; a test compares this list with the folders. */
export const SOURCE_KINDS: readonly SourceKind[] = [dockerSource, ociSource, archiveSource, registrySource];
