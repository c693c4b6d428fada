/**
 * Bytes of UTF-8 that text in a key or index may have, so that the widest index entry stays below PostgreSQL's bound
 * of a third of a page (about 2,700 bytes). Documents hold the whole text.
 */
export const INDEXED_BYTES = { labelKey: 400, labelValue: 1_000, name: 600, part: 255 } as const;

/** The longest beginning of a text that has at most `bytes` bytes in UTF-8, never ending inside a character. */
export function cutBytes(text: string, bytes: number): string {
  if (text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes) return text;
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** A label key as the tag tables hold it; pass `fold(key)` for the folded column. Readers cut what they compare alike. */
export function indexedKey(key: string): string {
  return cutBytes(key, INDEXED_BYTES.labelKey);
}

/** A label value or bare tag as the tag tables hold it; pass `fold(value)` for the folded column. */
export function indexedValue(value: string): string {
  return cutBytes(value, INDEXED_BYTES.labelValue);
}
