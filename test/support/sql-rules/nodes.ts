/**
 * A statement as a tree of words and brackets: all that the rules need to know of SQL's grammar below the clauses.
 */
export type Node =
  /** Keyword, function or unquoted name, in lower case. */
  | { readonly kind: 'word'; readonly text: string }
  /** Quoted name. */
  | { readonly kind: 'name'; readonly text: string }
  /** Placeholder, number or string: something that is no column. */
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string }
  | { readonly kind: 'group'; readonly items: readonly Node[] };

export type Nodes = readonly Node[];

const TOKEN =
  /\s+|"(?<name>(?:[^"]|"")*)"|(?<value>'(?:[^']|'')*'|\$\d+|\d+(?:\.\d+)?)|(?<word>[a-z_][\w$]*)|(?<sign>::|<>|<=|>=|!=|\|\||[-+*/%=<>.,~!;])|(?<open>\()|(?<close>\))/giy;

/** @throws Error for text that is no SQL this reader knows */
export function readNodes(sql: string): Nodes {
  const stack: Node[][] = [[]];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < sql.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(sql)?.groups;
    if (!groups) throw new Error(`Unknown character at ${at}: ${sql.slice(at, at + 40)}`);
    const top = stack.at(-1)!;
    if (groups['open']) stack.push([]);
    else if (groups['close']) {
      const items = stack.pop()!;
      if (stack.length === 0) throw new Error('A bracket is closed that was not opened.');
      stack.at(-1)!.push({ kind: 'group', items });
    } else if (groups['name'] !== undefined) top.push({ kind: 'name', text: groups['name'] });
    else if (groups['value']) top.push({ kind: 'value', text: groups['value'] });
    else if (groups['word']) top.push({ kind: 'word', text: groups['word'].toLowerCase() });
    else if (groups['sign']) top.push({ kind: 'sign', text: groups['sign'] });
  }
  if (stack.length !== 1) throw new Error('A bracket is not closed.');
  return stack[0]!;
}

export function isWord(node: Node | undefined, ...texts: readonly string[]): boolean {
  return node?.kind === 'word' && (texts.length === 0 || texts.includes(node.text));
}

export function isSign(node: Node | undefined, text: string): boolean {
  return node?.kind === 'sign' && node.text === text;
}

/** The text of a name, quoted or not. */
export function nameOf(node: Node | undefined): string | undefined {
  return node?.kind === 'name' || node?.kind === 'word' ? node.text : undefined;
}

/** Parts between top-level commas. */
export function splitCommas(nodes: Nodes): Nodes[] {
  const parts: Node[][] = [[]];
  for (const node of nodes) {
    if (isSign(node, ',')) parts.push([]);
    else parts.at(-1)!.push(node);
  }
  return parts.filter((part) => part.length > 0);
}

/** Every word anywhere inside, brackets included. */
export function* allWords(nodes: Nodes): Generator<string> {
  for (const node of nodes) {
    if (node.kind === 'word') yield node.text;
    else if (node.kind === 'group') yield* allWords(node.items);
  }
}

/** The text again, in one spelling. */
export function textOf(nodes: Nodes): string {
  return nodes.map((node) => (node.kind === 'group' ? `(${textOf(node.items)})` : node.text)).join(' ');
}

/** A column as it is written: `alias.column` or `column`. */
export interface ColumnRef {
  readonly alias: string | undefined;
  readonly column: string;
}

/** The column an expression is, when it is nothing but a column. */
export function columnRef(nodes: Nodes): ColumnRef | undefined {
  if (nodes.length === 1 && nodes[0]?.kind === 'group') return columnRef(nodes[0].items);
  if (nodes.length === 1) {
    const column = nameOf(nodes[0]);
    return column === undefined || RESERVED.has(column) ? undefined : { alias: undefined, column };
  }
  if (nodes.length !== 3 || !isSign(nodes[1], '.')) return undefined;
  const [alias, column] = [nameOf(nodes[0]), nameOf(nodes[2])];
  return alias === undefined || column === undefined ? undefined : { alias, column };
}

/** Every column mentioned anywhere inside with its alias. */
export function* qualifiedColumns(nodes: Nodes): Generator<ColumnRef & { readonly alias: string }> {
  for (const [index, node] of nodes.entries()) {
    if (node.kind === 'group') yield* qualifiedColumns(node.items);
    else if (isSign(nodes[index + 1], '.')) {
      const [alias, column] = [nameOf(node), nameOf(nodes[index + 2])];
      if (alias !== undefined && column !== undefined) yield { alias, column };
    }
  }
}

/** Whether an expression is a value given with the statement: a placeholder or constant, perhaps cast. */
export function isGiven(nodes: Nodes): boolean {
  const [first, second] = nodes;
  if (nodes.length === 1 && first?.kind === 'group') return isGiven(first.items);
  if (nodes.length === 1) return first?.kind === 'value' || isWord(first, 'true', 'false', 'null');
  if (isWord(first, 'cast') && second?.kind === 'group') return second.items[0]?.kind === 'value';
  return first?.kind === 'value' && isSign(second, '::');
}

const RESERVED = new Set(['true', 'false', 'null', 'default']);
