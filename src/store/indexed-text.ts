import { cutBytes } from '../domain/text.ts';
import { fold } from '../query/predicate.ts';

/**
 * Bytes of UTF-8 that label keys and values may have in a key or index, so that the widest index entry stays below
 * PostgreSQL's bound of a third of a page (about 2,700 bytes). Documents hold the whole text.
 */
const INDEXED_BYTES = { key: 400, value: 1_000 } as const;

/** A label key as the tag tables hold it. Readers cut what they compare alike. */
export function indexedKey(key: string): string {
  return cutBytes(key, INDEXED_BYTES.key);
}

/** A label value or bare tag as the tag tables hold it. */
export function indexedValue(value: string): string {
  return cutBytes(value, INDEXED_BYTES.value);
}

/** The folded twin of a key: it follows from what is held, whatever was cut off. */
export function foldedKey(key: string): string {
  return indexedKey(fold(indexedKey(key)));
}

/** The folded twin of a value or bare tag, likewise. */
export function foldedValue(value: string): string {
  return indexedValue(fold(indexedValue(value)));
}

/** Whether the folded twin of a text in a tag table is the text's own folding, whatever was cut off it. */
export function foldsAsStored(text: string): boolean {
  return text.length * 3 <= INDEXED_BYTES.key || Buffer.byteLength(text) < INDEXED_BYTES.key - 3;
}
