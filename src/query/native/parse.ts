import { invalid } from '../../domain/error.ts';
import { DAY } from '../../domain/time.ts';
import type { ParseContext } from '../language.ts';
import { ALL, and, compare, not, or, type Predicate, some, type Test } from '../predicate.ts';
import { NATIVE_FIELDS, type NativeField } from './fields.ts';
import { type Token, tokenize } from './lexer.ts';
import { readTest, readValue, type Written } from './values.ts';

/*
 * query   := or
 * or      := and { "OR" and }
 * and     := not { ["AND"] not }
 * not     := ("NOT" | "-") not | primary
 * primary := "(" or ")" | field ":" value | field ":" "(" value { "," value } ")" | field op value
 *          | field ":" low ".." high | bare word
 * op      := "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" (RE2)
 */

/**
 * Reads a query of the native language: what to show of the images, e.g. `repository:library/nginx size:>100MB
 * (label.team:payments OR running:true) -arch:arm64`. A bare word is looked for in names and digests.
 * @throws StowageError kind `invalid`, `at` the character offset
 */
export function parseNative(text: string, context: ParseContext): Predicate {
  if (text.length > 100_000) throw invalid('query.too-long', 'The query is longer than 100,000 characters.', 100_000);
  const parser = new Parser(tokenize(text), context);
  return parser.query();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #context: ParseContext;
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], context: ParseContext) {
    this.#tokens = tokens;
    this.#context = context;
  }

  query(): Predicate {
    if (this.#peek().kind === 'end') return ALL;
    const whole = this.#or();
    const rest = this.#peek();
    if (rest.kind !== 'end') throw invalid('query.syntax', `"${rest.text}" is not expected here.`, rest.at);
    return whole;
  }

  #or(): Predicate {
    this.#depth += 1;
    if (this.#depth > 50) throw invalid('query.too-deep', 'Brackets nest deeper than 50 levels.', this.#peek().at);
    const parts = [this.#and()];
    while (this.#takeWord('or')) parts.push(this.#and());
    this.#depth -= 1;
    return or(...parts);
  }

  #and(): Predicate {
    const parts = [this.#not()];
    for (;;) {
      const next = this.#peek();
      if (next.kind === 'end' || next.kind === ')' || isWord(next, 'or')) return and(...parts);
      this.#takeWord('and');
      parts.push(this.#not());
    }
  }

  #not(): Predicate {
    let negated = false;
    for (;;) {
      if (this.#peek().kind === '-') this.#index += 1;
      else if (!this.#takeWord('not')) break;
      negated = !negated;
    }
    const part = this.#primary();
    return negated ? not(part) : part;
  }

  #primary(): Predicate {
    const token = this.#next();
    if (token.kind === '(') {
      const inner = this.#or();
      this.#expect(')', 'A closing bracket is missing.');
      return inner;
    }
    if (token.kind === 'quoted') return bare(token.text);
    if (token.kind !== 'word')
      throw invalid(
        'query.syntax',
        token.kind === 'end' ? 'The query ends too early.' : `"${token.text}" is not expected here.`,
        token.at,
      );
    const after = this.#peek();
    if (after.spaced || (after.kind !== ':' && after.kind !== 'operator')) return bare(token.text);
    return this.#condition(token);
  }

  #condition(word: Token): Predicate {
    const field = this.#field(word);
    const sign = this.#next();
    let operator = sign.kind === 'operator' ? sign.text : '';
    if (sign.kind === ':' && this.#peek().kind === 'operator') operator = this.#next().text;
    if (operator === '' && this.#peek().kind === '(') return this.#list(word.text, field);
    const written = this.#value(word.text);
    const { now } = this.#context;
    const range =
      operator === '' && !written.quoted ? /^(?<low>.*?)\.\.(?<high>.*)$/.exec(written.text)?.groups : undefined;
    if (range && field.type !== 'text' && field.type !== 'id') {
      const bound = (text: string, op: 'ge' | 'le'): Predicate =>
        text === '' ? ALL : field.say({ op, value: readValue(word.text, field.type, { ...written, text }, now) });
      return and(bound(range['low'] ?? '', 'ge'), bound(range['high'] ?? '', 'le'));
    }
    switch (operator) {
      case '':
        return this.#plain(word.text, field, written);
      case '=':
        return field.say({ op: 'eq', value: readValue(word.text, field.type, written, now) });
      case '!=':
        return not(field.say({ op: 'eq', value: readValue(word.text, field.type, written, now) }));
      case '~':
        return field.say({ op: 'regex', pattern: written.text, fold: true });
      default:
        return field.say({ op: COMPARISONS[operator]!, value: readValue(word.text, field.type, written, now) });
    }
  }

  /** A value without operator; a date alone means the whole day. */
  #plain(word: string, field: NativeField, written: Written): Predicate {
    const { now } = this.#context;
    if (field.type !== 'time' || !/^\d{4}-\d{2}-\d{2}$/.test(written.text)) {
      return field.say(readTest(word, field.type, written, now));
    }
    const start = readValue(word, 'time', written, now) as number;
    return and(field.say({ op: 'ge', value: start }), field.say({ op: 'lt', value: start + DAY }));
  }

  #list(word: string, field: NativeField): Predicate {
    this.#next();
    const parts: Predicate[] = [];
    do parts.push(this.#plain(word, field, this.#value(word)));
    while (this.#peek().kind === ',' && this.#next());
    this.#expect(')', 'The list is not closed.');
    return or(...parts);
  }

  #value(word: string): Written {
    const token = this.#next();
    if (token.kind !== 'word' && token.kind !== 'quoted') {
      throw invalid('query.value', `A value is missing after ${word}.`, token.at);
    }
    return { text: token.text, quoted: token.kind === 'quoted', at: token.at };
  }

  #field(word: Token): NativeField {
    const known = NATIVE_FIELDS.get(word.text.toLowerCase());
    if (known) return known;
    if (word.text.toLowerCase() === 'running') return RUNNING;
    const key = /^label\.(?<key>.+)$/i.exec(word.text)?.groups?.['key'];
    if (key !== undefined) return labelField(key);
    throw invalid('query.unknown-field', `There is no field "${word.text}".${nearest(word.text)}`, word.at);
  }

  #expect(kind: Token['kind'], message: string): void {
    const token = this.#next();
    if (token.kind !== kind) throw invalid('query.syntax', message, token.at);
  }

  #takeWord(word: string): boolean {
    if (!isWord(this.#peek(), word)) return false;
    this.#index += 1;
    return true;
  }

  #peek(): Token {
    return this.#tokens[this.#index]!;
  }

  #next(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#index += 1;
    return token;
  }
}

const COMPARISONS: Readonly<Record<string, 'lt' | 'le' | 'gt' | 'ge'>> = {
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};

const RUNNING: NativeField = {
  type: 'boolean',
  at: { field: 'running_count' },
  about: 'Something runs it now',
  say: (test) => {
    const yes = compare('running_count', { op: 'gt', value: 0 });
    if (test.op === 'exists') return ALL;
    return test.op === 'eq' && test.value === false ? not(yes) : yes;
  },
};

function labelField(key: string): NativeField {
  return {
    type: 'text',
    at: { relation: 'label', field: 'value' },
    about: `Label ${key}`,
    say: (test: Test) => {
      const named = compare('key', { op: 'eq', value: key });
      return some('label', test.op === 'exists' ? named : and(named, compare('value', test)));
    },
  };
}

function bare(text: string): Predicate {
  const digest = /^(?:sha256:)?(?<hex>[0-9a-f]{6,64})$/.exec(text)?.groups?.['hex'];
  const named = some('reference', compare('name', { op: 'contains', value: text, fold: true }));
  const own = compare('name', { op: 'contains', value: text, fold: true });
  return digest ? or(own, named, compare('digest', { op: 'prefix', value: `sha256:${digest}` })) : or(own, named);
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === word;
}

function nearest(word: string): string {
  const words = [...NATIVE_FIELDS.keys(), 'running', 'label.KEY'];
  const close = words.find((known) => known.startsWith(word.slice(0, 3).toLowerCase()));
  return close ? ` Did you mean "${close}"?` : ` Fields: ${words.join(', ')}.`;
}
