/**
 * RE2 syntax (https://github.com/google/re2/wiki/Syntax) to PostgreSQL's advanced regular expressions
 * (https://www.postgresql.org/docs/current/functions-matching.html#POSIX-SYNTAX-DETAILS), for asking whether a text
 * matches anywhere. Greed and captures make no difference to that, so both are dropped. Classes, case and escapes
 * become explicit ranges of code points, so that no locale has a say.
 */
import { RE2JS } from 're2js';
import { invalid } from '../../domain/error.ts';
import { bothCases } from './letter-cases.ts';
import { closingBracket, type Escape, readEscape, unquote } from './regex-syntax.ts';

interface Flags {
  readonly fold: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

/** Most repetitions PostgreSQL counts to (DUPMAX). */
const MOST_REPEATS = 255;

/** Matches nothing: the end followed by something. */
const NEVER = '(?:$x)';

/**
 * Translates an expression that RE2 has already accepted.
 * @throws StowageError `query.regex-unsupported`
 */
export function toAre(pattern: string, fold: boolean, at: string): string {
  let position = 0;
  const text = unquote(pattern);
  // `***:` says that what follows is an ARE, whatever it begins with.
  return `***:${alternatives({ fold, multiline: false, dotAll: false })}`;

  function alternatives(outer: Flags): string {
    const branches = [''];
    let flags = outer;
    while (position < text.length && text[position] !== ')') {
      const changed = flagGroup(flags);
      if (changed) flags = changed;
      else if (text[position] === '|') {
        position += 1;
        branches.push('');
      } else branches.push(branches.pop() + repeated(atom(flags)));
    }
    return branches.map((branch) => (branch === '' ? '(?:)' : branch)).join('|');
  }

  /** `(?flags)` without a body changes the flags up to the end of the group. */
  function flagGroup(flags: Flags): Flags | undefined {
    const match = /^\(\?([imsU]*)(?:-([imsU]+))?\)/.exec(text.slice(position, position + 20));
    if (!match) return undefined;
    position += match[0].length;
    return withFlags(flags, match[1]!, match[2] ?? '');
  }

  function atom(flags: Flags): string {
    const character = text[position]!;
    switch (character) {
      case '(':
        return group(flags);
      case '[': {
        const end = closingBracket(text, position);
        const source = text.slice(position, end);
        position = end;
        return classOf(source, flags);
      }
      case '.':
        position += 1;
        return flags.dotAll ? '.' : '[^\\n]';
      case '^':
        position += 1;
        return flags.multiline ? '(?:^|(?<=\\n))' : '(?:^)';
      case '$':
        position += 1;
        return flags.multiline ? '(?:$|(?=\\n))' : '(?:$)';
      case '\\':
        return escaped(readEscape(text, position), flags);
      default: {
        const point = text.codePointAt(position)!;
        position += point > 0xffff ? 2 : 1;
        return literal(point, flags);
      }
    }
  }

  function group(flags: Flags): string {
    const head = /^\((?:\?(?:P?<[^>]*>|([imsU]*)(?:-([imsU]+))?:))?/.exec(text.slice(position))!;
    position += head[0].length;
    const inner = alternatives(withFlags(flags, head[1] ?? '', head[2] ?? ''));
    position += 1; // the closing parenthesis
    return `(?:${inner})`;
  }

  function escaped(read: Escape, flags: Flags): string {
    position = read.end;
    switch (read.kind) {
      case 'begin':
        return '(?:^)';
      case 'end':
        return '(?:$)';
      case 'boundary':
        return read.negated ? '(?:\\Y)' : '(?:\\y)';
      case 'class':
        return classOf(read.source, flags);
      case 'point':
        return literal(read.point, flags);
    }
  }

  function repeated(one: string): string {
    const match = /^([*+?]|\{(\d+)(?:,(\d*))?\})\??/.exec(text.slice(position, position + 20));
    if (!match) return one;
    position += match[0].length;
    if (Math.max(Number(match[2] ?? 0), Number(match[3] ?? 0)) > MOST_REPEATS) {
      const message = `The expression on ${at} repeats more than ${MOST_REPEATS} times, which this database cannot run.`;
      throw invalid('query.regex-unsupported', message, at);
    }
    return `(?:${one}${match[1]})`;
  }
}

function withFlags(flags: Flags, on: string, off: string): Flags {
  const value = (letter: string, before: boolean) => (off.includes(letter) ? false : on.includes(letter) || before);
  return { fold: value('i', flags.fold), multiline: value('m', flags.multiline), dotAll: value('s', flags.dotAll) };
}

function literal(point: number, flags: Flags): string {
  return flags.fold ? classOf(`[\\x{${point.toString(16)}}]`, flags) : point === 0 ? NEVER : escapePoint(point);
}

/** A class as explicit ranges, which RE2's own parser works out. */
function classOf(source: string, flags: Flags): string {
  const program = RE2JS.compile(flags.fold ? `(?i)${source}` : source).re2Input.prog as unknown as {
    readonly inst: readonly { readonly runes?: ArrayLike<number> }[];
  };
  const runes = program.inst
    .map((instruction) => Array.from(instruction.runes ?? []))
    .find((found) => found.length > 0);
  if (!runes) return NEVER;
  const ranges: [number, number][] = [];
  if (runes.length === 1) for (const point of flags.fold ? bothCases(runes[0]!) : runes) ranges.push([point, point]);
  else for (let i = 0; i + 1 < runes.length; i += 2) ranges.push([runes[i]!, runes[i + 1]!]);
  const written = ranges
    .filter(([, to]) => to > 0)
    .map(([from, to]) => [Math.max(from, 1), to] as const)
    .map(([from, to]) => (from === to ? escapePoint(from) : `${escapePoint(from)}-${escapePoint(to)}`));
  return written.length === 0 ? NEVER : `[${written.join('')}]`;
}

function escapePoint(point: number): string {
  if ((point >= 48 && point <= 57) || (point >= 65 && point <= 90) || (point >= 97 && point <= 122)) {
    return String.fromCharCode(point);
  }
  const hex = point.toString(16);
  return point > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}
