import { foldedKey, foldedValue, indexedKey, indexedValue } from '../indexed-text.ts';
import { tagId } from '../tag-id.ts';

/** Labels and bare tags as the dictionary has them: [id, key, key folded, value, value folded], each once. */
export function tagValues(
  labels: readonly (readonly [string, string])[],
  tags: readonly string[],
): readonly string[][] {
  const unique = new Map<string, string[]>();
  for (const [key, value] of labels) {
    if (key !== '') add(key, value);
  }
  for (const tag of tags) add('', tag);
  return [...unique.values()];

  function add(key: string, value: string): void {
    const [heldKey, heldValue] = [indexedKey(key), indexedValue(value)];
    const id = tagId(heldKey, heldValue);
    unique.set(id, [id, heldKey, foldedKey(heldKey), heldValue, foldedValue(heldValue)]);
  }
}
