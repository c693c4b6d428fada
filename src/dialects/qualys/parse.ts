import { invalid } from '../../domain/error.ts';
import type { Micros } from '../../domain/time.ts';
import { ALL, and, compare, not, or, type Predicate, some, type Test } from '../../query/predicate.ts';
import { GROUPS, TOKENS, type Token } from './fields.ts';
import { type Piece, tokenize } from './wire/lexer.ts';
import { rangeTest, readValue, valueCondition } from './wire/values.ts';

/*
 * QQL, as the contract's section 3.1 has it:
 * or := and { OR and } ; and := not { AND not } ; not := [NOT] primary
 * primary := "(" or ")" | token ":" "(" or ")" | token ":" value | token ":" list | token ":" range
 *          | token op value | token "is" [NOT] "null" | bare value
 */

/** More ANDs and ORs than this are an error (contract 3.1). */
const MOST_CONNECTORS = 1_000;

/**
 * Reads a QQL filter over image contents.
 * @throws StowageError kind `invalid`, `at` the character offset
 */
export function parse(text: string, context: { readonly now: Micros }): Predicate {
  if (text.length > 100_000) throw invalid('query.too-long', 'The filter is longer than 100,000 characters', 100_000);
  return new Parser(tokenize(text), context.now).query();
}

class Parser {
  readonly #pieces: readonly Piece[];
  readonly #now: Micros;
  #index = 0;
  #connectors = 0;
  #depth = 0;
  /** Inside `name:( ... )`: what its tokens begin with. */
  #prefix = '';

  constructor(pieces: readonly Piece[], now: Micros) {
    this.#pieces = pieces;
    this.#now = now;
  }

  query(): Predicate {
    if (this.#peek().kind === 'end') return ALL;
    const whole = this.#or();
    const rest = this.#peek();
    if (rest.kind !== 'end') throw invalid('query.syntax', `"${rest.text}" is not expected here`, rest.at);
    return whole;
  }

  #or(): Predicate {
    this.#depth += 1;
    if (this.#depth > 50) throw invalid('query.too-deep', 'Brackets nest deeper than 50 levels', this.#peek().at);
    const parts = [this.#and()];
    while (this.#connector('or')) parts.push(this.#and());
    this.#depth -= 1;
    return or(...parts);
  }

  #and(): Predicate {
    const parts = [this.#not()];
    while (this.#connector('and')) parts.push(this.#not());
    return and(...parts);
  }

  #not(): Predicate {
    let negated = false;
    while (isWord(this.#peek(), 'not')) {
      this.#index += 1;
      negated = !negated;
    }
    const part = this.#primary();
    return negated ? not(part) : part;
  }

  #connector(word: string): boolean {
    const next = this.#peek();
    if (!isWord(next, word)) return false;
    this.#index += 1;
    this.#connectors += 1;
    if (this.#connectors > MOST_CONNECTORS)
      throw invalid('query.too-many', `More than ${MOST_CONNECTORS} AND and OR in one filter`, next.at);
    return true;
  }

  #primary(): Predicate {
    const piece = this.#next();
    if (piece.kind === '(') {
      const inner = this.#or();
      this.#expect(')', 'A closing bracket is missing');
      return inner;
    }
    if (piece.kind === 'end') throw invalid('query.syntax', 'The filter ends where a condition is expected', piece.at);
    const after = this.#peek();
    if (piece.kind === 'word' && (after.kind === ':' || after.kind === 'operator' || isWord(after, 'is')))
      return this.#condition(piece);
    if (piece.kind === 'word' || piece.kind === 'quoted' || piece.kind === 'exact' || piece.kind === 'single')
      return anyField(piece);
    throw invalid('query.syntax', `"${piece.text}" is not expected here`, piece.at);
  }

  #condition(word: Piece): Predicate {
    const name = word.text.replace(/^image\./i, '');
    const sign = this.#next();
    const relation = this.#prefix === '' ? GROUPS.get(name.toLowerCase()) : undefined;
    if (relation !== undefined) return this.#group(name, relation, sign);
    const token = TOKENS.get(`${this.#prefix}${name}`.toLowerCase());
    if (!token) throw invalid('query.unknown-token', `"${this.#prefix}${name}" is no token of images`, word.at);
    if (sign.kind === 'operator') return this.#compared(name, token, sign.text);
    if (sign.kind === 'word') return this.#isNull(token);
    return this.#value(name, token);
  }

  #group(name: string, relation: NonNullable<ReturnType<typeof GROUPS.get>>, sign: Piece): Predicate {
    if (sign.kind === 'word') return this.#isNull({ type: 'text', say: () => some(relation) });
    const next = this.#next();
    if (next.kind === 'word' && next.text === '*') return some(relation);
    if (sign.kind !== ':' || next.kind !== '(')
      throw invalid('query.syntax', `${name} is a group: write ${name}:( ... ) or ${name}.NAME:VALUE`, next.at);
    this.#prefix = `${name}.`;
    const inner = this.#or();
    this.#prefix = '';
    this.#expect(')', `The group ${name}:( is not closed`);
    return some(relation, inside(inner));
  }

  #compared(name: string, token: Token, sign: string): Predicate {
    const value = readValue(name, token, this.#single(name), this.#now);
    const op = ({ '>': 'gt', '>=': 'ge', '<': 'lt', '<=': 'le', '=': 'eq' } as const)[sign]!;
    return token.say({ op, value });
  }

  #isNull(token: Token): Predicate {
    const negated = isWord(this.#peek(), 'not');
    if (negated) this.#index += 1;
    const word = this.#next();
    const text = word.text.toLowerCase();
    if (text !== 'null') throw invalid('query.syntax', '"is" is followed by "null" or "not null"', word.at);
    const known = token.say({ op: 'exists' });
    return negated ? known : not(known);
  }

  #value(name: string, token: Token): Predicate {
    const next = this.#peek();
    if (next.kind === 'operator') {
      this.#index += 1;
      return this.#compared(name, token, next.text);
    }
    if (next.kind === '[' || next.kind === '(') return this.#bracket(name, token);
    if (next.kind === 'single' || next.kind === 'exact' || next.kind === 'quoted') {
      const range = /^\s*[[(].*[\])]\s*$/.test(next.text) && (token.type === 'date' || token.type === 'number');
      if (range) {
        this.#index += 1;
        return this.#quotedRange(name, token, next);
      }
    }
    const piece = this.#single(name);
    if (piece.kind !== 'word' || token.type !== 'text') return valueCondition(name, token, piece, this.#now);
    return valueCondition(name, token, { ...piece, text: this.#moreWords(piece) }, this.#now);
  }

  /** The words of an unquoted value: on to the next AND, OR, NOT or bracket. */
  #moreWords(first: Piece): string {
    const words = [first.text];
    for (;;) {
      const next = this.#peek();
      if (next.kind !== 'word' || isWord(next, 'and') || isWord(next, 'or') || isWord(next, 'not'))
        return words.join(' ');
      const after = this.#pieces[this.#index + 1];
      if (after?.kind === ':' || after?.kind === 'operator')
        throw invalid('query.syntax', `AND or OR is missing before "${next.text}"`, next.at);
      words.push(next.text);
      this.#index += 1;
    }
  }

  #quotedRange(name: string, token: Token, piece: Piece): Predicate {
    const inner = new Parser(tokenize(piece.text), this.#now);
    const found = inner.#bracket(name, token);
    if (inner.#peek().kind !== 'end')
      throw invalid('query.syntax', 'The range goes on after its closing bracket', piece.at);
    return found;
  }

  /** `[a, b]` any of; `[a .. b]` both ends in; `(a .. b)` both out; an end may be left open. */
  #bracket(name: string, token: Token): Predicate {
    const open = this.#next();
    const low = this.#bound();
    const next = this.#next();
    const dash = /^(?<low>\d+)-(?<high>\d+)$/.exec(low?.text ?? '')?.groups;
    if (next.kind === ']' && dash && token.type === 'number') {
      return and(
        token.say({ op: 'ge', value: Number(dash['low']) }),
        token.say({ op: 'le', value: Number(dash['high']) }),
      );
    }
    if (next.kind === '..') return this.#range(name, token, open, low);
    const parts: Predicate[] = [];
    let piece = low;
    for (let separator = next; ; separator = this.#next()) {
      if (!piece) throw invalid('query.value', 'A value of the list is missing', separator.at);
      parts.push(valueCondition(name, token, piece, this.#now));
      if (separator.kind === ']') return or(...parts);
      if (separator.kind !== ',') throw invalid('query.syntax', 'The list is not closed', separator.at);
      piece = this.#bound();
    }
  }

  #range(name: string, token: Token, open: Piece, low: Piece | undefined): Predicate {
    if (token.type === 'text' || token.type === 'keyword' || token.type === 'boolean')
      throw invalid('query.type', `${name} has no order, so no range`, open.at);
    const high = this.#bound();
    const close = this.#next();
    if (close.kind !== ']' && close.kind !== ')') throw invalid('query.syntax', 'The range is not closed', close.at);
    const bound = (piece: Piece | undefined, op: 'ge' | 'gt' | 'le' | 'lt'): Predicate =>
      piece ? token.say(rangeTest(op, readValue(name, token, piece, this.#now), piece.text)) : ALL;
    if (!low && !high) return token.say({ op: 'exists' });
    return and(bound(low, open.kind === '[' ? 'ge' : 'gt'), bound(high, close.kind === ']' ? 'le' : 'lt'));
  }

  /** One bound or list element; words up to the next sign belong together (`now - 7d`). */
  #bound(): Piece | undefined {
    const first = this.#peek();
    if (first.kind !== 'word' && first.kind !== 'quoted' && first.kind !== 'exact' && first.kind !== 'single')
      return undefined;
    this.#index += 1;
    let { text } = first;
    while (first.kind === 'word' && this.#peek().kind === 'word') text += ` ${this.#next().text}`;
    return { ...first, text };
  }

  #single(name: string): Piece {
    const piece = this.#next();
    if (piece.kind === 'word' || piece.kind === 'quoted' || piece.kind === 'exact' || piece.kind === 'single')
      return piece;
    throw invalid('query.value', `A value is missing after ${name}`, piece.at);
  }

  #expect(kind: Piece['kind'], message: string): void {
    const piece = this.#next();
    if (piece.kind !== kind) throw invalid('query.syntax', message, piece.at);
  }

  #peek(): Piece {
    return this.#pieces[this.#index]!;
  }

  #next(): Piece {
    const piece = this.#peek();
    if (piece.kind !== 'end') this.#index += 1;
    return piece;
  }
}

/** Conditions made for the whole row, turned into conditions on one row of the group's relation. */
function inside(part: Predicate): Predicate {
  switch (part.kind) {
    case 'and':
      return and(...part.of.map(inside));
    case 'or':
      return or(...part.of.map(inside));
    case 'not':
      return not(inside(part.of));
    case 'some':
      return part.where;
    default:
      return part;
  }
}

/** A value without a token: looked for in names, digests and the operating system. */
function anyField(piece: Piece): Predicate {
  const in_ = (name: string) => valueCondition(name, TOKENS.get(name)!, piece, 0);
  const hex = piece.text.replace(/^sha256:/, '').toLowerCase();
  const digest: Test = { op: 'prefix', value: `sha256:${hex}` };
  const names = or(in_('repo.registry'), in_('repo.repository'), in_('repo.tag'), in_('operatingsystem'));
  return /^[0-9a-f]{12,64}$/.test(hex) ? or(compare('config_digest', digest), names) : names;
}

function isWord(piece: Piece, word: string): boolean {
  return piece.kind === 'word' && piece.text.toLowerCase() === word;
}
