/** One element of a wildcard pattern: any run, any one character, or a character itself. */
export type WildcardPart = { readonly any: 'run' | 'one' } | { readonly text: string };

/**
 * Reads a LIKE pattern (`%`, `_`, `\` takes the next character literally; a `\` at the end stands for itself).
 * Neighbouring literals are joined and neighbouring `%` are one.
 */
export function parseWildcard(pattern: string): readonly WildcardPart[] {
  const parts: WildcardPart[] = [];
  let text = '';
  const characters = Array.from(pattern);
  for (let i = 0; i < characters.length; i += 1) {
    const character = characters[i]!;
    if (character === '\\' && i + 1 < characters.length) {
      i += 1;
      text += characters[i]!;
    } else if (character === '%' || character === '_') {
      if (text !== '') parts.push({ text });
      text = '';
      const last = parts.at(-1);
      if (character === '_') parts.push({ any: 'one' });
      else if (!last || !('any' in last) || last.any !== 'run') parts.push({ any: 'run' });
    } else text += character;
  }
  if (text !== '') parts.push({ text });
  return parts;
}

/** The pattern as LIKE with `escape '\'` reads it. */
export function toLike(parts: readonly WildcardPart[]): string {
  return write(parts, '%', '_', (text) => text.replace(/[\\%_]/g, '\\$&'));
}

/** The pattern as SQLite's GLOB reads it: case matters, `[x]` is `x` itself. */
export function toGlob(parts: readonly WildcardPart[]): string {
  return write(parts, '*', '?', (text) => text.replace(/[*?[]/g, '[$&]'));
}

function write(parts: readonly WildcardPart[], run: string, one: string, quote: (text: string) => string): string {
  return parts.map((part) => ('text' in part ? quote(part.text) : part.any === 'run' ? run : one)).join('');
}
