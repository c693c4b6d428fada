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
  const [first, ...others] = scope.body.sources.flatMap((source) => joinedBy(source, scope));
  if (!first) return;
  for (const other of [...others, ...mentionedOutside(scope)]) {
    const linked = [0, 1, 2].every((index) => {
      const [a, b] = [first.key[index]!, other.key[index]!];
      return a === b && root(placeIn(first.scope, first.source, a)) === root(placeIn(other.scope, other.source, b));
    });
    if (!linked) say(`${text(first)} with ${text(other)}`);
  }
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
