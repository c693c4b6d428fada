/** Members of an engine's answers, read leniently: engines leave out, null and rename things between versions. */
import { isObject, type JsonObject } from '../manifest/json.ts';

/** An object; an empty one for anything else. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** A list of objects; what is none is left out. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A text, without NUL and at most 16 Ki characters; '' for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 16_384).replaceAll('\0', '\uFFFD').toWellFormed() : '';
}

/** A list of texts. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string').map(textOf) : [];
}

/** A map of texts as pairs. */
export function pairsOf(value: unknown): readonly (readonly [string, string])[] {
  return Object.entries(objectOf(value)).map(([key, text]) => [textOf(key), textOf(text)] as const);
}
