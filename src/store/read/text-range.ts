/**
 * The first text after all that begin with `prefix`, in code point order (which is the order of UTF-8 bytes, and of
 * both engines' text columns). `undefined` when there is none: everything from the prefix on begins with it.
 */
export function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  while (points.length > 0) {
    const last = points.pop()!;
    if (last >= 0x10ffff) continue;
    // Surrogates are no characters: the next one after U+D7FF is U+E000.
    points.push(last === 0xd7ff ? 0xe000 : last + 1);
    return points.map((point) => String.fromCodePoint(point)).join('');
  }
  return undefined;
}
