/** Writes `\Q...\E` character by character, so that a quantifier behind it means the last one, as RE2 has it. */
export function unquote(text: string): string {
  let written = '';
  let at = 0;
  while (at < text.length) {
    if (text[at] !== '\\') {
      written += text[at];
      at += 1;
    } else if (text[at + 1] !== 'Q') {
      written += text.slice(at, at + 2);
      at += 2;
    } else {
      const end = text.indexOf('\\E', at + 2);
      const quoted = text.slice(at + 2, end < 0 ? text.length : end);
      for (const character of quoted) written += `\\x{${character.codePointAt(0)!.toString(16)}}`;
      at = end < 0 ? text.length : end + 2;
    }
  }
  return written;
}

/** What a backslash begins. `end` is the offset behind it. */
export type Escape = { readonly end: number } & (
  | { readonly kind: 'begin' | 'end' }
  | { readonly kind: 'boundary'; readonly negated: boolean }
  /** A class by its source, e.g. `\d`, `\pL`, `\p{Greek}`. */
  | { readonly kind: 'class'; readonly source: string }
  | { readonly kind: 'point'; readonly point: number }
);

const CONTROL: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/** Reads the escape at `start` of an expression that RE2 accepts (https://github.com/google/re2/wiki/Syntax). */
export function readEscape(text: string, start: number): Escape {
  const letter = text[start + 1]!;
  const after = start + 2;
  switch (letter) {
    case 'A':
      return { kind: 'begin', end: after };
    case 'z':
      return { kind: 'end', end: after };
    case 'b':
    case 'B':
      return { kind: 'boundary', negated: letter === 'B', end: after };
    case 'p':
    case 'P': {
      const end = text[after] === '{' ? text.indexOf('}', after) + 1 : after + 1;
      return { kind: 'class', source: text.slice(start, end), end };
    }
    case 'd':
    case 'D':
    case 's':
    case 'S':
    case 'w':
    case 'W':
      return { kind: 'class', source: text.slice(start, after), end: after };
    case 'x': {
      const match = /^\{([0-9A-Fa-f]+)\}|^([0-9A-Fa-f]{2})/.exec(text.slice(after, after + 12))!;
      return { kind: 'point', point: Number.parseInt(match[1] ?? match[2]!, 16), end: after + match[0].length };
    }
    default: {
      const octal = /^[0-7]{1,3}/.exec(text.slice(start + 1, start + 4));
      if (octal) return { kind: 'point', point: Number.parseInt(octal[0], 8), end: start + 1 + octal[0].length };
      const control = CONTROL[letter];
      if (control !== undefined) return { kind: 'point', point: control, end: after };
      const point = text.codePointAt(start + 1)!;
      return { kind: 'point', point, end: start + 1 + (point > 0xffff ? 2 : 1) };
    }
  }
}

/** The offset behind a bracket expression that begins at `start`. */
export function closingBracket(text: string, start: number): number {
  let at = start + 1;
  if (text[at] === '^') at += 1;
  if (text[at] === ']') at += 1; // a closing bracket in first place is itself
  while (at < text.length && text[at] !== ']') {
    if (text[at] === '\\') at = readEscape(text, at).end;
    else if (text.startsWith('[:', at) && text.indexOf(':]', at) > 0) at = text.indexOf(':]', at) + 2;
    else at += 1;
  }
  return at + 1;
}
