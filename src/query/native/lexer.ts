import { invalid } from '../../domain/error.ts';

/** One token, with the character offset where it begins. */
export interface Token {
  readonly kind: '(' | ')' | ',' | ':' | 'operator' | 'word' | 'quoted' | '-' | 'end';
  readonly text: string;
  readonly at: number;
  /** Whether blank space stands before it. */
  readonly spaced: boolean;
}

/**
 * Splits a text into tokens. Words run until white space, a bracket, a comma, or the first `:` or comparison sign
 * when they are still a plain name; so `docker.io/library/nginx:1.27` after a field stays one word.
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let spaced = true;
  while (at < text.length) {
    const sign = text[at]!;
    if (/\s/.test(sign)) {
      at += 1;
      spaced = true;
      continue;
    }
    const token = read(text, at, spaced, tokens.at(-1));
    tokens.push(token.token);
    at = token.end;
    spaced = false;
  }
  tokens.push({ kind: 'end', text: '', at: text.length, spaced: true });
  return tokens;
}

function read(text: string, at: number, spaced: boolean, before: Token | undefined): { token: Token; end: number } {
  const sign = text[at]!;
  const single = (kind: Token['kind']) => ({ token: { kind, text: sign, at, spaced }, end: at + 1 });
  if (sign === '(' || sign === ')' || sign === ',' || sign === ':') return single(sign);
  if (sign === '-' && (spaced || before?.kind === '(' || before?.kind === '-')) return single('-');
  const operator = /^(?:<=|>=|!=|[<>=~])/.exec(text.slice(at, at + 2))?.[0];
  if (operator) return { token: { kind: 'operator', text: operator, at, spaced }, end: at + operator.length };
  if (sign === '"') return quoted(text, at, spaced);
  const isValue = before?.kind === ':' || before?.kind === 'operator' || before?.kind === ',';
  let end = at;
  while (end < text.length && !/[\s(),"]/.test(text[end]!)) {
    if (!isValue && /[:<>=~]/.test(text[end]!) && /^[\w.-]+$/.test(text.slice(at, end))) break;
    if (!isValue && text[end] === '!' && text[end + 1] === '=') break;
    end += 1;
  }
  if (end === at) end += 1;
  return { token: { kind: 'word', text: text.slice(at, end), at, spaced }, end };
}

function quoted(text: string, at: number, spaced: boolean): { token: Token; end: number } {
  let value = '';
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '"') return { token: { kind: 'quoted', text: value, at, spaced }, end: end + 1 };
    if (text[end] === '\\' && end + 1 < text.length) end += 1;
    value += text[end];
  }
  throw invalid('query.unclosed-quote', 'The quotation mark is not closed.', at);
}
