import { ImageError, type ImageErrorCode } from './error.ts';

/** A JSON object as it came from outside: nothing about its members is known. */
export type JsonObject = { readonly [key: string]: unknown };

/** Narrows to an object that is neither null nor an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** How deep objects and arrays are nested, counted on the bytes; stops counting above `enough`. */
export function jsonDepth(bytes: Uint8Array, enough: number): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i];
    if (quoted) {
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) {
      quoted = true;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (deepest > enough) return deepest;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
    }
  }
  return deepest;
}

/**
 * Reads a JSON object from foreign bytes within a depth.
 * @param part what it is read from, for the message
 * @throws ImageError `limit.depth`, or `code` when it is not a JSON object
 */
export function parseObject(bytes: Uint8Array, depth: number, code: ImageErrorCode, part: string): JsonObject {
  if (jsonDepth(bytes, depth) > depth) {
    throw new ImageError('limit.depth', part, `JSON of ${part} is nested deeper than ${depth} levels`);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ImageError(code, part, `${part} is not JSON: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
  if (!isObject(value)) throw new ImageError(code, part, `${part} is JSON but not an object`);
  return value;
}
