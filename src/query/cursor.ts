import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import { invalid } from '../domain/error.ts';
import type { Id } from '../domain/id.ts';
import type { EntityName } from './catalogue.ts';
import type { Position, SortKey } from './page.ts';
import type { Predicate } from './predicate.ts';

/** What a cursor belongs to: it is refused for any other list. */
export interface CursorScope {
  readonly project: Id;
  readonly entity: EntityName;
  readonly where: Predicate;
  readonly sort: readonly SortKey[];
  /** Anything else that shapes the list, e.g. a grouping. */
  readonly extra?: string;
}

/**
 * Makes and checks cursors that validate themselves: a position, bound by a keyed hash to project, entity, filter and
 * order. Forged, foreign and damaged ones are refused, never guessed at. They stay good while the inventory changes.
 */
export class CursorCodec {
  readonly #key: KeyObject;
  /** A page's cursors, the one that is given and the one that is made, are of one list. */
  readonly #fingerprints = new WeakMap<CursorScope, string>();

  /** @param key server secret, at least 32 bytes; the same on every process of one installation */
  constructor(key: Buffer) {
    this.#key = createSecretKey(key);
  }

  /** A URL-safe text for a position. */
  encode(position: Position, scope: CursorScope): string {
    const payload = Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
    return `${payload}.${this.seal(payload, scope)}`;
  }

  /** @throws StowageError `cursor.invalid` */
  decode(cursor: string, scope: CursorScope): Position {
    const dot = cursor.lastIndexOf('.');
    const payload = cursor.slice(0, dot);
    if (dot <= 0 || !this.matches(payload, cursor.slice(dot + 1), scope)) throw refused();
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Position;
  }

  /** The seal alone (22 characters), for dialects whose cursor text has a form of its own. */
  seal(payload: string, scope: CursorScope): string {
    let list = this.#fingerprints.get(scope);
    if (list === undefined) {
      list = fingerprint(scope);
      this.#fingerprints.set(scope, list);
    }
    const sealed = createHmac('sha256', this.#key).update(`${list}\0${payload}`).digest();
    return sealed.subarray(0, 16).toString('base64url');
  }

  /** Whether a seal belongs to a payload and scope; in constant time. */
  matches(payload: string, seal: string, scope: CursorScope): boolean {
    const expected = Buffer.from(this.seal(payload, scope));
    const given = Buffer.from(seal);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }
}

/** A short text that is the same exactly for the same list. */
export function fingerprint(scope: CursorScope): string {
  const { project, entity, where, sort, extra } = scope;
  return hash('sha256', JSON.stringify([project, entity, where, sort, extra ?? null]), 'base64url');
}

function refused() {
  return invalid(
    'cursor.invalid',
    'The cursor is damaged, or belongs to another query, order or project. Start again without it.',
    'cursor',
  );
}
