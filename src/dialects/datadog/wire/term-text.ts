import { fullImageName, type Vocabulary } from '../fields.ts';

/** Words whose values are completed to full image names when they are not quoted. */
const NAMES: ReadonlySet<string> = new Set(['image_name', 'name']);

/** `key:value` as a filter has it, for a word of the list and a literal value. */
export function termText(key: string, value: string): string {
  return `${key}:${valueText(key, value)}`;
}

/** A literal value behind a key: in quotes where it would otherwise mean something else. */
export function valueText(key: string, value: string): string {
  const changed = NAMES.has(key) && fullImageName(value) !== value;
  return changed || /[\s,()"*\\]/.test(value) ? quoted(value) : value;
}

/** The key of a label: in quotes where the list has a word of that name, or the text would not be read as one key. */
export function labelKeyText(key: string, words: Vocabulary): string {
  const taken = Object.hasOwn(words.keys, key.toLowerCase());
  return taken || key === '' || /[\s,():"*\\]|^[-!]/.test(key) ? quoted(key) : key;
}

/** A run of text between wildcards, with what means something there taken literally. */
export function runText(run: string): string {
  return run.replace(/[\s,()"*\\]/g, '\\$&');
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
