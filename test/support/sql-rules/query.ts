/** The clauses of a statement, as far as the rules look at them. */
import { isSign, isWord, type Node, type Nodes, nameOf, readNodes, splitCommas } from './nodes.ts';

export interface Query {
  readonly with: ReadonlyMap<string, Query>;
  /** One, or the arms of UNION. */
  readonly bodies: readonly Body[];
  readonly order: readonly Nodes[];
  readonly limited: boolean;
  readonly locking: boolean;
}

/** A part with tables and conditions; INSERT has its VALUES or its query instead. */
export interface Body {
  readonly kind: 'select' | 'update' | 'delete' | 'insert' | 'values';
  readonly distinct: boolean;
  readonly outputs: readonly { readonly name: string | undefined; readonly value: Nodes }[];
  readonly sources: readonly Source[];
  /** All must hold: the parts of WHERE and of the joins' ON between top-level ANDs. */
  readonly conditions: readonly Nodes[];
  readonly groupBy: readonly Nodes[];
  /** Queries inside expressions. */
  readonly inner: readonly Query[];
  /** Of INSERT: the columns named, and what it takes rows from when not from VALUES. */
  readonly columns: readonly string[];
  readonly from: Query | undefined;
  /** What an UPDATE, or the DO UPDATE of an INSERT, says after SET. */
  readonly assignments: Nodes;
}

export interface Source {
  readonly alias: string;
  readonly table: string | undefined;
  readonly query: Query | undefined;
}

const NOTHING: Omit<Body, 'kind'> = {
  distinct: false, outputs: [], sources: [], conditions: [], groupBy: [], inner: [], columns: [], from: undefined, assignments: [],
}; // biome-ignore format: a table of defaults

/** @throws Error for a statement that is not SELECT, INSERT, UPDATE or DELETE */
export function readQuery(sql: string): Query {
  return queryOf(readNodes(sql).filter((node) => !isSign(node, ';')));
}

/** Whether a bracket holds a query. */
export function isQuery(node: Node | undefined): boolean {
  if (node?.kind !== 'group') return false;
  return isWord(node.items[0], 'select', 'with', 'values') || (isQuery(node.items[0]) && node.items.length > 1);
}

function itemsOf(node: Node | undefined): Nodes {
  return node?.kind === 'group' ? node.items : [];
}

function queryOf(nodes: Nodes): Query {
  const named = new Map<string, Query>();
  let rest = nodes;
  if (isWord(rest[0], 'with')) {
    rest = rest.slice(isWord(rest[1], 'recursive') ? 2 : 1);
    for (;;) {
      const name = nameOf(rest[0]);
      const at = rest.findIndex((node) => isQuery(node));
      const body = rest[at];
      if (name === undefined || body?.kind !== 'group') throw new Error('WITH without a query.');
      named.set(name, queryOf(body.items));
      rest = rest.slice(at + 1);
      if (!isSign(rest[0], ',')) break;
      rest = rest.slice(1);
    }
  }
  const arms = splitArms(rest);
  const last = arms.at(-1)!;
  const tail = clausesOf(last);
  const alone = arms.length === 1 && !(last.length === 1 && last[0]?.kind === 'group');
  return {
    with: named,
    bodies: arms.flatMap((arm) => (isQuery(arm[0]) ? queryOf(itemsOf(arm[0])).bodies : [bodyOf(arm)])),
    order: splitCommas(dropDirections(tail.get('order') ?? [])),
    limited: tail.has('limit') || tail.has('fetch'),
    locking: alone && tail.has('for'),
  };
}

function splitArms(nodes: Nodes): Nodes[] {
  const arms: Node[][] = [[]];
  for (const [index, node] of nodes.entries()) {
    if (isWord(node, 'union', 'intersect', 'except')) arms.push([]);
    else if (!(isWord(node, 'all') && isWord(nodes[index - 1], 'union', 'intersect', 'except')))
      arms.at(-1)!.push(node);
  }
  return arms;
}

const CLAUSES = [
  'select',
  'from',
  'where',
  'group',
  'having',
  'window',
  'order',
  'limit',
  'offset',
  'fetch',
  'for',
  'returning',
  'update',
  'set',
  'delete',
  'using',
  'insert',
  'values',
  'on',
];

/** What stands behind each clause's first word. `on` of a join is left inside FROM. */
function clausesOf(nodes: Nodes): ReadonlyMap<string, Nodes> {
  const found = new Map<string, Node[]>();
  let current: string | undefined;
  for (const [index, node] of nodes.entries()) {
    if (node.kind === 'word' && CLAUSES.includes(node.text) && begins(node.text, index)) {
      current = node.text;
      found.set(current, []);
    } else if (current !== undefined && !(isWord(node, 'by') && isWord(nodes[index - 1], 'group', 'order'))) {
      found.get(current)!.push(node);
    }
  }
  return found;

  function begins(word: string, index: number): boolean {
    const before = nodes[index - 1];
    // A name with a dot, `is distinct from`, `for update`, `do update set`, `join ... on`.
    if (isSign(before, '.') || isSign(nodes[index + 1], '.')) return false;
    if (word === 'from') return !isWord(before, 'distinct') || !isWord(nodes[index - 2], 'is', 'not');
    if (word === 'update') return !isWord(before, 'for', 'key', 'do');
    if (word === 'set') return current === 'update' || isWord(before, 'update');
    if (word === 'on') return current === 'values' || (current === 'insert' && isWord(nodes[index + 1], 'conflict'));
    if (word === 'values') return current === 'insert' || current === undefined;
    if (word === 'where' && current === 'set' && found.has('insert')) return true;
    return true;
  }
}

function dropDirections(nodes: Nodes): Nodes {
  return nodes.filter((node) => !isWord(node, 'asc', 'desc', 'nulls', 'first', 'last'));
}

function bodyOf(nodes: Nodes): Body {
  const clauses = clausesOf(nodes);
  const clause = (name: string): Nodes => clauses.get(name) ?? [];
  const where = conjuncts(clause('where'));
  if (isWord(nodes[0], 'select')) {
    const listed = clause('select');
    const distinct = isWord(listed[0], 'distinct');
    const from = sourcesOf(clause('from'));
    const values = splitCommas(distinct ? listed.slice(1) : listed);
    const grouped = splitCommas(clause('group'));
    const conditions = [...where, ...from.conditions];
    const inner = [...values, ...conditions, ...grouped, clause('having'), clause('order')].flatMap(queriesIn);
    return {
      ...NOTHING,
      kind: 'select',
      distinct,
      outputs: values.map(outputOf),
      sources: from.sources,
      conditions,
      groupBy: grouped,
      inner,
    };
  }
  if (isWord(nodes[0], 'update')) {
    const from = sourcesOf(clause('from'));
    const sources = [...sourcesOf(clause('update')).sources, ...from.sources];
    const inner = [clause('set'), ...where, ...from.conditions].flatMap(queriesIn);
    return {
      ...NOTHING,
      kind: 'update',
      sources,
      conditions: [...where, ...from.conditions],
      inner,
      assignments: clause('set'),
    };
  }
  if (isWord(nodes[0], 'delete')) {
    const using = sourcesOf(clause('using'));
    const sources = [...sourcesOf(clause('from')).sources, ...using.sources];
    return {
      ...NOTHING,
      kind: 'delete',
      sources,
      conditions: [...where, ...using.conditions],
      inner: where.flatMap(queriesIn),
    };
  }
  if (isWord(nodes[0], 'insert')) return insertOf(nodes, clauses);
  if (isWord(nodes[0], 'values')) return { ...NOTHING, kind: 'values', inner: queriesIn(nodes) };
  throw new Error(
    `Not a statement these rules know: ${nodes
      .slice(0, 3)
      .map((node) => nameOf(node) ?? '?')
      .join(' ')}`,
  );
}

function insertOf(nodes: Nodes, clauses: ReadonlyMap<string, Nodes>): Body {
  const head = clauses.get('insert') ?? [];
  const table = nameOf(head[1]);
  if (table === undefined || !isWord(head[0], 'into')) throw new Error('INSERT without a table.');
  const listed = head.find((node) => node.kind === 'group' && !isQuery(node));
  const columns = listed?.kind === 'group' ? splitCommas(listed.items).map((part) => nameOf(part[0]) ?? '') : [];
  const select = nodes.findIndex((node) => isWord(node, 'select', 'with'));
  const conflict = nodes.findIndex((node, index) => isWord(node, 'on') && isWord(nodes[index + 1], 'conflict'));
  const end = conflict < 0 ? nodes.length : conflict;
  return {
    ...NOTHING,
    kind: 'insert',
    sources: [{ alias: table, table, query: undefined }],
    columns,
    from: select < 0 ? undefined : queryOf(nodes.slice(select, end)),
    inner: [...(select < 0 ? queriesIn(clauses.get('values') ?? []) : []), ...queriesIn(nodes.slice(end))],
    assignments: conflict < 0 ? [] : nodes.slice(conflict),
  };
}

/** Tables and sub-queries of FROM, and what the joins' ON say. */
function sourcesOf(nodes: Nodes): { readonly sources: Source[]; readonly conditions: Nodes[] } {
  const sources: Source[] = [];
  const conditions: Nodes[] = [];
  let part: Node[] = [];
  let on = false;
  const close = (): void => {
    if (on) conditions.push(...conjuncts(part));
    else if (part.length > 0) sources.push(sourceOf(part));
    part = [];
    on = false;
  };
  for (const node of nodes) {
    if (isSign(node, ',') || isWord(node, 'join')) close();
    else if (isWord(node, 'on')) {
      close();
      on = true;
    } else if (isWord(node, 'cross', 'inner', 'left', 'right', 'full', 'outer', 'natural')) close();
    else if (!isWord(node, 'lateral', 'only')) part.push(node);
  }
  close();
  return { sources, conditions };
}

function sourceOf(part: Nodes): Source {
  const words = part.filter((node) => !isWord(node, 'as'));
  const [first, second] = words;
  if (first?.kind === 'group') return { alias: nameOf(second) ?? '', table: undefined, query: queryOf(first.items) };
  const name = nameOf(first) ?? '';
  // A function: no table, whatever its name.
  if (second?.kind === 'group') return { alias: nameOf(words[2]) ?? name, table: undefined, query: undefined };
  return { alias: nameOf(second) ?? name, table: name, query: undefined };
}

function outputOf(value: Nodes): Body['outputs'][number] {
  const as = value.findIndex((node) => isWord(node, 'as'));
  if (as > 0) return { name: nameOf(value[as + 1]), value: value.slice(0, as) };
  return { name: nameOf(value.at(-1)), value };
}

/** Parts between top-level ANDs; one part when there is an OR beside them. */
export function conjuncts(nodes: Nodes): Nodes[] {
  if (nodes.length === 1 && nodes[0]?.kind === 'group' && !isQuery(nodes[0])) return conjuncts(nodes[0].items);
  const parts: Node[][] = [[]];
  let cases = 0;
  let between = false;
  for (const node of nodes) {
    if (isWord(node, 'case')) cases += 1;
    if (isWord(node, 'end')) cases -= 1;
    if (isWord(node, 'between')) between = true;
    if (cases === 0 && isWord(node, 'or')) return [nodes];
    if (cases === 0 && isWord(node, 'and') && !between) parts.push([]);
    else {
      if (isWord(node, 'and')) between = false;
      parts.at(-1)!.push(node);
    }
  }
  const all = parts.filter((part) => part.length > 0);
  return all.length > 1 ? all.flatMap(conjuncts) : all;
}

function queriesIn(nodes: Nodes): Query[] {
  return nodes.flatMap((node) => {
    if (node.kind !== 'group') return [];
    return isQuery(node) ? [queryOf(node.items)] : queriesIn(node.items);
  });
}
