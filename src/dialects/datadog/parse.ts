import { invalid, type StowageError } from '../../domain/error.ts';
import { and, not, or, type Predicate } from '../../query/predicate.ts';
import { labelIs, plainLabelIs, type Vocabulary } from './fields.ts';
import type { Pattern } from './wire/wanted.ts';

/**
 * The grammar of `filter[tags]` (contract 4.3):
 *
 *   filter = list
 *   list   = [ any ] *( "," [ any ] )              every part must hold
 *   any    = all *( "OR" all )
 *   all    = one *( [ "AND" ] one )                a blank is AND
 *   one    = ( "NOT" | "!" | "-" ) one | "(" list ")" | key ":" value | word
 *   value  = word | quoted | "(" value *( "OR" value ) ")"
 *
 * A word ends at a blank, comma or parenthesis; `*` in it stands for any text and `\` takes the next character as it
 * is. Key and value part at the first colon. What is in quotes is taken literally; a key in quotes is always a label.
 * @throws StowageError `query.syntax`, `query.value` with the character offset
 */
export function parseFilter(text: string, words: Vocabulary): Predicate {
  return new Parser(text, words).filter();
}

/** Nesting beyond this is refused: nobody writes it, and it would only cost. */
const MAX_DEPTH = 40;

interface Word {
  readonly runs: readonly string[];
  readonly quoted: boolean;
  readonly at: number;
}

class Parser {
  readonly #text: string;
  readonly #words: Vocabulary;
  #at = 0;
  #depth = 0;

  constructor(text: string, words: Vocabulary) {
    this.#text = text;
    this.#words = words;
  }

  filter(): Predicate {
    const all = this.#list();
    if (this.#at < this.#text.length)
      throw this.#error(this.#at, 'the ")" closes nothing; remove it, or put it in quotes');
    return all;
  }

  #list(): Predicate {
    const parts: Predicate[] = [];
    for (;;) {
      this.#blank();
      if (!this.#ends()) parts.push(this.#any());
      if (this.#text[this.#at] !== ',') return and(...parts);
      this.#at += 1;
    }
  }

  #any(): Predicate {
    const parts = [this.#all()];
    while (this.#operator('OR')) parts.push(this.#all());
    return or(...parts);
  }

  #all(): Predicate {
    const parts = [this.#one()];
    for (;;) {
      const joined = this.#operator('AND');
      if (!joined && (this.#ends() || this.#looking('OR'))) return and(...parts);
      parts.push(this.#one());
    }
  }

  #one(): Predicate {
    this.#blank();
    if (this.#operator('NOT')) return not(this.#nested(() => this.#one()));
    const next = this.#text[this.#at];
    if (next === '!' || (next === '-' && /\S/.test(this.#text[this.#at + 1] ?? ' '))) {
      this.#at += 1;
      return not(this.#nested(() => this.#one()));
    }
    if (next === '(') return this.#nested(() => this.#parenthesis());
    if (this.#ends() || this.#looking('OR') || this.#looking('AND')) {
      throw this.#error(this.#at, 'a tag is missing here; write key:value');
    }
    return this.#term();
  }

  #parenthesis(): Predicate {
    const opened = this.#at;
    this.#at += 1;
    if (this.#ends() && this.#text[this.#at] !== ',')
      throw this.#error(opened, 'the parentheses are empty; write (key:value)');
    const inside = this.#list();
    if (this.#text[this.#at] !== ')')
      throw this.#error(opened, 'the "(" is never closed; add ")", or put it in quotes');
    this.#at += 1;
    return inside;
  }

  #term(): Predicate {
    const key = this.#word(':');
    const name = key.runs.join('*');
    if (this.#text[this.#at] !== ':') return this.#words.bare({ runs: key.runs, quoted: key.quoted }, key.at);
    if (name === '') throw this.#error(key.at, 'the key before ":" is empty; write key:value');
    if (key.runs.length > 1) throw this.#error(key.at, 'a key takes no * wildcard; write it out');
    this.#at += 1;
    const at = this.#at;
    const patterns = this.#text[at] === '(' ? this.#values() : [this.#value()];
    const wanted = { patterns, at };
    if (key.quoted) return plainLabelIs(name, wanted);
    const known = name.toLowerCase();
    return Object.hasOwn(this.#words.keys, known) ? this.#words.keys[known]!.where(wanted) : labelIs(name, wanted);
  }

  /** `(a OR b OR c)` after a key. */
  #values(): Pattern[] {
    const opened = this.#at;
    this.#at += 1;
    const found: Pattern[] = [];
    do {
      this.#blank();
      if (this.#ends()) throw this.#error(this.#at, 'a value is missing in the parentheses; write key:(a OR b)');
      found.push(this.#value());
    } while (this.#operator('OR'));
    if (this.#text[this.#at] === ')') {
      this.#at += 1;
      return found;
    }
    if (this.#at >= this.#text.length) throw this.#error(opened, 'the "(" is never closed; add ")"');
    throw this.#error(this.#at, 'the values of one key are joined by OR only; write key:(a OR b)');
  }

  #value(): Pattern {
    const { runs, quoted } = this.#word('');
    return { runs, quoted };
  }

  /** Reads a word or a quoted text, up to (not including) `stop` or whatever ends every word. */
  #word(stop: string): Word {
    const at = this.#at;
    if (this.#text[at] === '"') return this.#quoted(stop);
    const runs = [''];
    for (; this.#at < this.#text.length; this.#at += 1) {
      let letter = this.#text[this.#at]!;
      if (letter === '(') throw this.#error(this.#at, 'put a value with parentheses in quotes: key:"a (b)"');
      if (letter === stop || /[\s,)]/.test(letter)) break;
      if (letter === '*') {
        if (runs.length === 1 || runs.at(-1) !== '') runs.push('');
        continue;
      }
      if (letter === '\\') {
        this.#at += 1;
        const next = this.#text[this.#at];
        if (next === undefined) throw this.#error(this.#at - 1, 'a character is missing after "\\"');
        letter = next;
      }
      runs[runs.length - 1] += letter;
    }
    return { runs, quoted: false, at };
  }

  #quoted(stop: string): Word {
    const at = this.#at;
    let run = '';
    for (this.#at += 1; this.#text[this.#at] !== '"'; this.#at += 1) {
      if (this.#text[this.#at] === '\\') this.#at += 1;
      const letter = this.#text[this.#at];
      if (letter === undefined) throw this.#error(at, 'the quote is never closed; add "');
      run += letter;
    }
    this.#at += 1;
    const next = this.#text[this.#at];
    if (next !== undefined && next !== stop && !/[\s,)]/.test(next)) {
      throw this.#error(this.#at, 'a quoted text ends at its quote; put all of it inside');
    }
    return { runs: [run], quoted: true, at };
  }

  /** Takes an operator word if it stands here. */
  #operator(word: string): boolean {
    if (!this.#looking(word)) return false;
    this.#at += word.length;
    return true;
  }

  #looking(word: string): boolean {
    this.#blank();
    return this.#text.startsWith(word, this.#at) && /^[\s,()!]?$/.test(this.#text[this.#at + word.length] ?? '');
  }

  /** Whether nothing more stands here that belongs to this part. */
  #ends(): boolean {
    this.#blank();
    const next = this.#text[this.#at];
    return next === undefined || next === ',' || next === ')';
  }

  #blank(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #nested(read: () => Predicate): Predicate {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH)
      throw this.#error(this.#at, `the filter nests deeper than ${MAX_DEPTH} levels; flatten it`);
    const inside = read();
    this.#depth -= 1;
    return inside;
  }

  #error(at: number, message: string): StowageError {
    return invalid('query.syntax', `filter[tags], character ${at}: ${message}.`, at);
  }
}
