/**
 * How a query text falls into pairs, values and modifiers.
 *
 *     query  := pair ( "+" pair )*                    all of them
 *     pair   := label ":" value ( "," value )*        one of them
 *     value  := [ "!" | "!!" ] ( "r/" regex | '"' exact '"' | prefix )
 *
 * A `+` separates only if it is the last one before some later `:`. Inside double quotes nothing separates; a quote
 * has no escape, it just toggles.
 */

/** One `label:values` of a query, with where the label and each value begin in the text. */
export interface Pair {
  readonly label: string;
  readonly values: readonly string[];
  readonly at: number;
  readonly valueAt: readonly number[];
}

// What Go's unicode.IsSpace knows: with U+0085 and U+00A0, without U+FEFF and U+200B.
const SPACE = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING = new RegExp(`^[${SPACE}]+`);
const TRAILING = new RegExp(`[${SPACE}]+$`);

/** Takes Go's white space from both ends. */
export function trimGo(text: string): string {
  return text.replace(LEADING, '').replace(TRAILING, '');
}

/** Falls a query into its pairs; pairs without a label, colon or value are left out. */
export function splitQuery(query: string): Pair[] {
  const pairs: Pair[] = [];
  let start = 0;
  let plus = 0;
  let quoted = false;
  for (let at = 0; at < query.length; at += 1) {
    const character = query[at];
    if (character === '"') quoted = !quoted;
    if (quoted) continue;
    if (character === '+') plus = at;
    if (character === ':' && plus > start) {
      add(start, plus);
      start = plus + 1;
    }
  }
  add(start, query.length);
  return pairs;

  function add(from: number, to: number): void {
    const pair = readPair(query, from, to);
    if (pair) pairs.push(pair);
  }
}

function readPair(query: string, from: number, to: number): Pair | undefined {
  const text = query.slice(from, to);
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const label = trimGo(text.slice(0, colon));
  const values = trimGo(text.slice(colon + 1));
  if (label === '' || values === '') return undefined;
  const at = from + (text.length - text.replace(LEADING, '').length);
  const after = query.slice(from + colon + 1, to);
  const valuesAt = from + colon + 1 + (after.length - after.replace(LEADING, '').length);
  const split = splitValues(values);
  return { label, at, values: split.map((part) => part.text), valueAt: split.map((part) => valuesAt + part.at) };
}

/** Falls the right side of a pair into its values, at commas outside quotes; nothing is trimmed. */
export function splitValues(text: string): { text: string; at: number }[] {
  const values: { text: string; at: number }[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at <= text.length; at += 1) {
    if (text[at] === '"') quoted = !quoted;
    if (at < text.length && (quoted || text[at] !== ',')) continue;
    values.push({ text: text.slice(start, at), at: start });
    start = at + 1;
  }
  return values;
}

export type Modifier = 'AtLeastOne' | 'Negation' | 'Regex' | 'Equality';

/** A value with its modifiers taken off, in the order they were read. */
export interface Modified {
  readonly text: string;
  readonly modifiers: readonly Modifier[];
}

/** Takes the modifiers off a value. A modifier with nothing after it is plain text. */
export function readModifiers(value: string): Modified {
  const modifiers: Modifier[] = [];
  let text = value;
  if (text.length > 2 && text.startsWith('!!')) {
    modifiers.push('AtLeastOne');
    text = text.slice(2);
  } else if (text.length > 1 && text.startsWith('!')) {
    modifiers.push('Negation');
    text = text.slice(1);
  }
  if (text.length > 2 && text.startsWith('r/')) {
    modifiers.push('Regex');
    text = text.slice(2);
  } else if (text.length > 1 && text.startsWith('"') && text.endsWith('"')) {
    modifiers.push('Equality');
    text = text.slice(1, -1);
  }
  return { text, modifiers };
}
