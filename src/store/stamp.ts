import { hash } from 'node:crypto';

/**
 * The stamp of a document: a number that is another one for another text, but for one pair in 2^48. Rows are only ever
 * compared with earlier forms of themselves by it.
 */
export function stampOf(document: string): number {
  return hash('sha256', document, 'buffer').readUIntBE(0, 6);
}

/** A document with its stamp before it, as tables hold them. */
export function stamped(document: string): readonly [stamp: number, document: string] {
  return [stampOf(document), document];
}
