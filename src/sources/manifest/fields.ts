/** Typed reading of members of foreign JSON: what has the wrong form is noted and left out, what is too long is cut. */
import { type Micros, parseRfc3339 } from '../../domain/time.ts';
import { isObject } from './json.ts';
import type { Notes } from './notes.ts';

/** A text that every store can hold: bounded, no NUL, no half surrogate. */
export function cleanText(text: string, part: string, notes: Notes): string {
  let clean = text;
  if (clean.length > notes.limits.text) {
    notes.add('limit.text', part, `a text of ${clean.length} characters was cut to ${notes.limits.text}`);
    clean = clean.slice(0, notes.limits.text);
  }
  if (clean.includes('\0')) {
    notes.add('text.control', part, 'a NUL character was replaced');
    clean = clean.replaceAll('\0', '\uFFFD');
  }
  return clean.toWellFormed();
}

/** A text or null. Empty counts as absent, as tools write `""` for "not set". */
export function textOrNull(value: unknown, part: string, notes: Notes): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return cleanText(value, part, notes);
  notes.add('config.invalid', part, `${part} should be a text`);
  return null;
}

/** A list of texts; a bare text is a list of one. */
export function texts(value: unknown, part: string, notes: Notes): string[] {
  if (value === undefined || value === null || value === '') return [];
  if (typeof value === 'string') return [cleanText(value, part, notes)];
  if (!Array.isArray(value)) {
    notes.add('config.invalid', part, `${part} should be a list of texts`);
    return [];
  }
  const list = bounded(value, part, notes);
  const good = list.filter((entry) => typeof entry === 'string');
  if (good.length < list.length)
    notes.add('config.invalid', part, `${part} has entries that are no texts; they are left out`);
  return good.map((text) => cleanText(text, part, notes));
}

/** The keys of a set written as an object (`{"80/tcp": {}}`), or of a list of texts. */
export function keys(value: unknown, part: string, notes: Notes): string[] {
  if (!isObject(value)) return texts(value, part, notes);
  return bounded(Object.keys(value), part, notes).map((key) => cleanText(key, part, notes));
}

/** A map of texts as pairs, in the order of the document. Keys such as `__proto__` are keys like any other. */
export function pairs(value: unknown, part: string, notes: Notes): (readonly [string, string])[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) {
    notes.add('config.invalid', part, `${part} should be a map of texts`);
    return [];
  }
  const result = new Map<string, string>();
  for (const [key, text] of bounded(Object.entries(value), part, notes)) {
    if (typeof text === 'string')
      result.set(cleanText(key, part, notes), cleanText(text, `${part} ${key.slice(0, 100)}`, notes));
    else notes.add('config.invalid', part, `${part} has values that are no texts; they are left out`);
  }
  return [...result];
}

/** A build time: RFC 3339, 1970 to 2255. Go's zero time means "not set" and is no problem. */
export function timeOrNull(value: unknown, part: string, notes: Notes): Micros | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') {
    if (value.startsWith('0001-01-01T00:00:00')) return null;
    const time = parseRfc3339(value);
    if (time !== undefined && time >= 0) return time;
  }
  notes.add('date.invalid', part, `${part} is no time between 1970 and 2255: ${JSON.stringify(value)?.slice(0, 60)}`);
  return null;
}

function bounded<T>(list: readonly T[], part: string, notes: Notes): readonly T[] {
  if (list.length <= notes.limits.entries) return list;
  notes.add('limit.entries', part, `${part} has ${list.length} entries; the first ${notes.limits.entries} are kept`);
  return list.slice(0, notes.limits.entries);
}
