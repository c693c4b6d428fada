const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const CLOSE: ReadonlySet<number> = new Set([0x7d, 0x5d]);

/** Nesting beyond this is not JSON that a list would have. */
const MAX_DEPTH = 32;
/** Longer entries come as null: no name is that long. */
const MAX_ENTRY = 1_024;

/**
 * The entries of the list under `key` of a JSON object, `{"tags": ["a", "b"]}`, one by one, so that a list of a million
 * names never holds the event loop. An entry that is no text, or too long, comes as null; `"tags": null` has none.
 * @throws SyntaxError when the text is not a whole JSON object, as far as that shows
 */
export function* stringsUnder(key: string, bytes: Buffer): Generator<string | null> {
  let depth = 0;
  let at = 0;
  let isKey = false;
  let inside = false;
  while (at < bytes.length) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      const end = endOfString(bytes, at);
      if (inside && depth === 2) yield entry(bytes, at, end);
      else if (depth === 1) isKey = isNext(bytes, end, COLON) && entry(bytes, at, end) === key;
      at = end;
      continue;
    }
    if (OPEN.has(byte)) {
      if (depth === 0 && byte !== 0x7b) throw new SyntaxError('no JSON object');
      if (inside && depth === 2) yield null;
      depth += 1;
      if (depth > MAX_DEPTH) throw new SyntaxError('nested too deeply');
      if (depth === 2 && isKey && byte === 0x5b) inside = true;
    } else if (CLOSE.has(byte)) {
      depth -= 1;
      if (depth < 0) throw new SyntaxError('no JSON object');
      if (depth === 1) inside = isKey = false;
      if (depth === 0) return checkEnd(bytes, at + 1);
    } else if (depth === 0 && byte > 0x20) {
      throw new SyntaxError('no JSON object');
    } else if (inside && depth === 2 && byte !== 0x2c && byte > 0x20) {
      at = endOfScalar(bytes, at);
      yield null;
      continue;
    }
    at += 1;
  }
  throw new SyntaxError('the JSON text ends early');
}

function endOfString(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at += 1) {
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] === BACKSLASH) at += 1;
  }
  throw new SyntaxError('the JSON text ends early');
}

function endOfScalar(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0x2c && bytes[at] !== 0x5d && bytes[at] !== QUOTE) at += 1;
  return at;
}

function entry(bytes: Buffer, start: number, end: number): string | null {
  if (end - start > MAX_ENTRY) return null;
  return JSON.parse(bytes.toString('utf8', start, end)) as string;
}

function isNext(bytes: Buffer, from: number, wanted: number): boolean {
  let at = from;
  while (at < bytes.length && (bytes[at] as number) <= 0x20) at += 1;
  return bytes[at] === wanted;
}

function checkEnd(bytes: Buffer, from: number): void {
  for (let at = from; at < bytes.length; at += 1) {
    if ((bytes[at] as number) > 0x20) throw new SyntaxError('something follows the JSON object');
  }
}
