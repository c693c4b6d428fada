import { invalid } from '../../../domain/error.ts';

/** A piece of QQL text with the offset where it begins. */
export interface Piece {
  readonly kind: 'word' | 'quoted' | 'exact' | 'single' | '(' | ')' | '[' | ']' | ',' | ':' | '..' | 'operator' | 'end';
  readonly text: string;
  readonly at: number;
  /** Whether white space stands before it. */
  readonly spaced: boolean;
}

const CLOSERS = { '"': 'quoted', '`': 'exact', "'": 'single' } as const;

/**
 * Splits QQL text. A word after a `:` or an operator is a value and may hold `/ : . - _ @ + *`; elsewhere it ends at a
 * `:` or an operator. Two or three dots between blanks, digits or brackets are a range sign.
 */
export function tokenize(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let inList = false;
  let at = 0;
  while (at < text.length) {
    const start = at;
    while (at < text.length && /\s/.test(text[at]!)) at += 1;
    if (at >= text.length) break;
    const [piece, end] = read(text, at, at > start || at === 0, pieces.at(-1), inList);
    pieces.push(piece);
    if (piece.kind === '[' || piece.kind === ']') inList = piece.kind === '[';
    at = end;
  }
  pieces.push({ kind: 'end', text: '', at: text.length, spaced: true });
  return pieces;
}

function read(text: string, at: number, spaced: boolean, last: Piece | undefined, inList: boolean): [Piece, number] {
  const sign = text[at]!;
  if (sign in CLOSERS) {
    const end = text.indexOf(sign, at + 1);
    if (end < 0) throw invalid('query.unclosed-quote', `The quotation mark ${sign} is not closed`, at);
    return [{ kind: CLOSERS[sign as keyof typeof CLOSERS], text: text.slice(at + 1, end), at, spaced }, end + 1];
  }
  const dots = /^\.{2,3}/.exec(text.slice(at, at + 3))?.[0];
  if (dots) return [{ kind: '..', text: dots, at, spaced }, at + dots.length];
  if ('()[],'.includes(sign)) return [{ kind: sign as Piece['kind'], text: sign, at, spaced }, at + 1];
  if (sign === ':' && last?.kind === 'word') return [{ kind: ':', text: sign, at, spaced }, at + 1];
  const operator = /^(?:<=|>=|[<>=])/.exec(text.slice(at, at + 2))?.[0];
  if (operator) return [{ kind: 'operator', text: operator, at, spaced }, at + operator.length];
  const isValue = inList || last?.kind === ':' || last?.kind === 'operator';
  let end = at;
  while (end < text.length && !/[\s()[\],"`']/.test(text[end]!)) {
    if (text.startsWith('..', end)) break;
    if (!isValue && /[:<>=]/.test(text[end]!) && /^[A-Za-z][\w.]*$/.test(text.slice(at, end))) break;
    end += 1;
  }
  if (end === at) throw invalid('query.syntax', `"${sign}" is not expected here`, at);
  return [{ kind: 'word', text: text.slice(at, end), at, spaced }, end];
}
