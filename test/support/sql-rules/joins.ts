import { isWord, type Nodes, qualifiedColumns } from './nodes.ts';
import type { Source } from './query.ts';
import {
  equalityGroups,
  originOf,
  outputNamed,
  placeIn,
  queryOfSource,
  type Scope,
  scopesOf,
  tableOfSource,
} from './scope.ts';

/** A source with rows of a spread table, and what it has to be joined by: project, bucket and the id after it. */
interface Joined {
  readonly source: Source;
  readonly scope: Scope;
  readonly key: readonly string[];
}

/** Says which spread tables a body brings together otherwise than on all three columns (rule 3). */
export function checkJoins(scope: Scope, say: (what: string) => void): void {
  const root = equalityGroups(scope);
  const all = scope.body.sources.flatMap((source) => joinedBy(source, scope));
  for (const words of all.filter(isDictionary)) checkWords(words, all, root, say);
  const [first, ...others] = all.filter((each) => !isDictionary(each));
  if (!first) return;
  for (const other of [...others, ...mentionedOutside(scope)]) {
    const linked = [0, 1, 2].every((index) => {
      const [a, b] = [first.key[index]!, other.key[index]!];
      return a === b && root(placeIn(first.scope, first.source, a)) === root(placeIn(other.scope, other.source, b));
    });
    if (!linked) say(`${text(first)} with ${text(other)}`);
  }
}

/** The dictionary of tags is no image's: what it is joined with is rows of tags, in the same bucket and by their id. */
function isDictionary({ key }: Joined): boolean {
  return key[2] === 'tag_id';
}

function checkWords(
  words: Joined,
  all: readonly Joined[],
  root: ReturnType<typeof equalityGroups>,
  say: (what: string) => void,
): void {
  const others = all.filter((each) => !isDictionary(each));
  const place = ({ scope, source }: Joined, column: string) => root(placeIn(scope, source, column));
  const linked = (each: Joined) => words.key.every((column) => place(words, column) === place(each, column));
  if (others.length > 0 && !others.some(linked)) say(`${text(words)} with ${others.map(text).join(', ')}`);
}

function text({ source, key }: Joined): string {
  return `${source.table ?? 'a sub-query'} as ${source.alias} by ${key[2]}`;
}

/** A sub-query counts like the table inside it when it hands all three columns on; else it is a result of its own. */
function joinedBy(source: Source, scope: Scope): Joined[] {
  const table = tableOfSource(source, scope);
  if (table) return table.kind === 'image-owned' ? [{ source, scope, key: table.key.slice(0, 3) }] : [];
  const query = queryOfSource(source, scope);
  const [inside] = query ? scopesOf(query, scope.named) : [];
  if (!inside) return [];
  const key = inside.body.sources.flatMap((each) => joinedBy(each, inside))[0]?.key;
  const handedOn = key?.every((column) => {
    const value = outputNamed(column, inside);
    return value !== undefined && originOf(value, inside) !== undefined;
  });
  return key && handedOn ? [{ source, scope, key }] : [];
}

/** Spread sources further out that a body's own expressions mention: it is joined with them, in a way. */
function mentionedOutside(scope: Scope): Joined[] {
  const { conditions, outputs, groupBy, sources } = scope.body;
  const parts = [...conditions, ...outputs.map((output) => output.value), ...groupBy];
  const mentioned = new Set(
    parts.flatMap((part) => [...qualifiedColumns(withoutQueries(part))].map((column) => column.alias)),
  );
  for (const source of sources) mentioned.delete(source.alias);
  const found: Joined[] = [];
  for (let each = scope.outer; each; each = each.outer) {
    for (const source of each.body.sources) {
      if (mentioned.delete(source.alias)) found.push(...joinedBy(source, each));
    }
  }
  return found;
}

/** Queries inside are looked at on their own. */
function withoutQueries(nodes: Nodes): Nodes {
  return nodes.flatMap((node): Nodes => {
    if (node.kind !== 'group') return [node];
    if (isWord(node.items[0], 'select', 'with', 'values')) return [];
    return [{ kind: 'group', items: withoutQueries(node.items) }];
  });
}
