import { bucketOf, type Id, nameId } from '../../domain/id.ts';
import { keyOfReference, type ReferenceKey } from '../../domain/merge.ts';
import type { Micros } from '../../domain/time.ts';
import { fold } from '../../query/predicate.ts';
import type { Changes } from './changes.ts';
import type { Scope } from './image-rows.ts';
import { type Session, selectIn } from './session.ts';

interface HolderRow {
  readonly image_id: Id;
  readonly registry: string;
  readonly repository: string;
  readonly tag_key: string;
  readonly first_seen_at: number;
}

interface Name {
  readonly key: ReferenceKey;
  readonly headBefore: Id | undefined;
  /** Images that hold the name now, with since when. */
  readonly holders: Map<Id, Micros>;
}

/** Who holds some tagged names, while it changes; at the end it says which image each name leads to. */
export class Names {
  readonly #scope: Scope;
  readonly #names: ReadonlyMap<string, Name>;

  private constructor(scope: Scope, names: ReadonlyMap<string, Name>) {
    this.#scope = scope;
    this.#names = names;
  }

  /** Reads who holds these names now. References without tag are no names of one image and are left out. */
  static async load(session: Session, keys: Iterable<ReferenceKey>): Promise<Names> {
    const wanted = new Map<string, ReferenceKey>();
    for (const key of keys) {
      if (key.tag !== null) wanted.set(keyOfReference(key), key);
    }
    const folded = [...new Set([...wanted.values()].map((key) => fold(nameText(key))))];
    const columns = ['image_id', 'registry', 'repository', 'tag_key', 'first_seen_at'];
    const rows = await selectIn<HolderRow>(session, 'reference', columns, 'name_fold', folded, {
      name: 'open',
      parameters: [],
      narrow: (query) => query.where('closed_at', 'is', null),
    });
    const holders = new Map<string, Map<Id, Micros>>();
    for (const row of rows) {
      const key = `${row.registry}\0${row.repository}\0${row.tag_key}`;
      if (!wanted.has(key)) continue;
      const of = holders.get(key) ?? new Map<Id, Micros>();
      holders.set(key, of.set(row.image_id, row.first_seen_at));
    }
    const names = [...wanted].map(([text, key]) => {
      const of = holders.get(text) ?? new Map<Id, Micros>();
      return [text, { key, headBefore: headOf(of)?.[0], holders: of }] as const;
    });
    return new Names(session.scope, new Map(names));
  }

  /** Every image that held one of the names when they were read. */
  images(): ReadonlySet<Id> {
    return new Set([...this.#names.values()].flatMap((name) => [...name.holders.keys()]));
  }

  holders(key: ReferenceKey): readonly Id[] {
    return [...(this.#names.get(keyOfReference(key))?.holders.keys() ?? [])];
  }

  /** An image has the name, since a time; no change when it had it. */
  open(key: ReferenceKey, image: Id, since: Micros): void {
    const holders = this.#names.get(keyOfReference(key))?.holders;
    if (holders && !holders.has(image)) holders.set(image, since);
  }

  close(key: ReferenceKey, image: Id): void {
    this.#names.get(keyOfReference(key))?.holders.delete(image);
  }

  /** Writes the heads that are others now. */
  write(changes: Changes): void {
    for (const { key, headBefore, holders } of this.#names.values()) {
      const head = headOf(holders);
      if (head?.[0] === headBefore) continue;
      const row = [this.#scope.no, bucketOfName(this.#scope, key), key.registry, key.repository, key.tag ?? ''];
      if (head) changes.put('name_head', [...row, head[0], head[1]]);
      else changes.drop('name_head', row);
    }
  }
}

/** The image a name leads to: the one that got it last. */
export function headOf(holders: ReadonlyMap<Id, Micros>): readonly [Id, Micros] | undefined {
  let head: readonly [Id, Micros] | undefined;
  for (const each of holders) {
    if (!head || each[1] > head[1] || (each[1] === head[1] && each[0] > head[0])) head = each;
  }
  return head;
}

/** The bucket of a name's head. */
export function bucketOfName(scope: Scope, key: ReferenceKey): number {
  const { buckets } = scope;
  return buckets.count === 1 ? buckets.base : bucketOf(buckets, nameId(scope.id, nameText(key)));
}

function nameText({ registry, repository, tag }: ReferenceKey): string {
  return `${registry}/${repository}${tag === null ? '' : `:${tag}`}`;
}
