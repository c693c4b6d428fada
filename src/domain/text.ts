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

const UNSTORABLE = /[\0\ud800-\udfff]/;

/** Replaces what no database holds as text (NUL, half surrogate pairs) by U+FFFD. */
export function storable(text: string): string {
  return UNSTORABLE.test(text) ? text.replaceAll('\0', '\ufffd').toWellFormed() : text;
}

/** Order by UTF-16 code unit: the same on every machine, whatever its language. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
