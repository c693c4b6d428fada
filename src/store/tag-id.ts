import { hash } from 'node:crypto';

/** Characters of an id: 96 bits in base64url. */
const LENGTH = 16;

/** Ids worked out lately: most labels of an inventory are on many of its images. */
const KEPT = 20_000;
const kept = new Map<string, string>();

/**
 * The id of a label (or bare tag, key '') in the tag tables: a hash of key and value as the tables hold them, like the
 * id of an image is one of its digest. So rows are derived, compared and asked for without looking anything up; what an
 * id stands for is in the dictionary `tag_count`.
 *
 * Nothing tells two labels of one id apart: the second would be counted with the first, and shown and found by the
 * first one's words. The width makes that negligible: among ten million different labels of a project two meet with a
 * chance of one in 10^15. Who wants to make two meet needs some 2^48 hashes, and has two labels of his own then, both
 * with noise in them; to meet a label that is given takes 2^96.
 */
export function tagId(key: string, value: string): string {
  // Texts that are stored hold no NUL, so it tells the two apart.
  const text = `${key}\0${value}`;
  const known = kept.get(text);
  if (known !== undefined) return known;
  const id = hash('sha256', text, 'base64url').slice(0, LENGTH);
  if (kept.size >= KEPT) kept.clear();
  if (text.length < 200) kept.set(text, id);
  return id;
}
