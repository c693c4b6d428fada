import { createHash, randomBytes, randomFillSync } from 'node:crypto';

/** An identifier inside Stowage: 32 lower-case hex digits (a UUID without its dashes). Both engines hold it so. */
export type Id = string;

const ID = /^[0-9a-f]{32}$/;

/** Whether a text is an {@link Id} in canonical form. */
export function isId(text: string): text is Id {
  return ID.test(text);
}

/** Reads a UUID, dashed or not, in any case; `undefined` when it is none. */
export function parseId(text: string): Id | undefined {
  const plain = text.length === 36 ? text.replaceAll('-', '').toLowerCase() : text.toLowerCase();
  return ID.test(plain) ? plain : undefined;
}

/** The dashed form of an id, as vendors print UUIDs (RFC 9562 section 4). */
export function dashed(id: Id): string {
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`;
}

/** A name-based id (RFC 9562 section 5.5, UUIDv5): the same namespace and name give the same id everywhere. */
export function nameId(namespace: Id, name: string): Id {
  const hash = createHash('sha1').update(Buffer.from(namespace, 'hex')).update(name, 'utf8').digest();
  return stamp(hash.subarray(0, 16), 5);
}

/** A time-ordered id (RFC 9562 section 5.7, UUIDv7), for things that have no natural name. */
export function timeId(now: number = Date.now()): Id {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  return stamp(bytes, 7);
}

/** A random id (RFC 9562 section 5.4, UUIDv4). */
export function randomId(): Id {
  if (unused === POOL.length) {
    randomFillSync(POOL);
    unused = 0;
  }
  const from = unused;
  unused += 16;
  POOL[from + 6] = (POOL[from + 6]! & 0x0f) | 0x40;
  POOL[from + 8] = (POOL[from + 8]! & 0x3f) | 0x80;
  return POOL.toString('hex', from, unused);
}

// Drawn for many ids at once: an answer that has an id of its own takes little longer than the draw.
const POOL = Buffer.alloc(4096);
let unused = POOL.length;

/** The id of a container image: derived from project and digest, so that the key is the uniqueness. */
export function imageId(project: Id, digest: string): Id {
  return nameId(project, digest);
}

/** The id of a content (what Qualys counts): derived from project and config digest. */
export function contentId(project: Id, configDigest: string): Id {
  return nameId(project, `content:${configDigest}`);
}

/** Where the rows of one id stand when a project is spread over shards: a project's first bucket and how many it has. */
export interface BucketRange {
  readonly base: number;
  readonly count: number;
}

/** The bucket of an id. Pure: computed from the id before every access, never looked up. */
export function bucketOf(range: BucketRange, id: Id): number {
  return range.count === 1 ? range.base : range.base + (Number.parseInt(id.slice(-8), 16) % range.count);
}

function stamp(bytes: Buffer, version: number): Id {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex');
}
