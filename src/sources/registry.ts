import type { SourceKind } from './source.ts';

/** Every kind of source, one line each; a test compares this list with the folders. */
export const SOURCE_KINDS: readonly SourceKind[] = [];
