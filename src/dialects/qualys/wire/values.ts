import { invalid } from '../../../domain/error.ts';
import { DAY, HOUR, MILLISECOND, MINUTE, type Micros, parseRfc3339, SECOND } from '../../../domain/time.ts';
import { parseRelative } from '../../../query/dates.ts';
import { and, type Predicate, type Test, type TimeValue, type Value } from '../../../query/predicate.ts';
import type { Token } from '../fields.ts';
import type { Piece } from './lexer.ts';

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
const EDGE = '(?:^|[^0-9a-z.]|(?:^|[^0-9])\\.)';
const END = '(?:$|[^0-9a-z.]|\\.(?:$|[^0-9]))';

/** The condition one written value of a token makes. */
export function valueCondition(name: string, token: Token, piece: Piece, now: Micros): Predicate {
  const { text } = piece;
  if (piece.kind === 'word' && text === '*') return token.say({ op: 'exists' });
  switch (token.type) {
    case 'text':
      return textCondition(token, piece);
    case 'keyword':
      return token.say({ op: 'eq', value: token.adapt?.(text) ?? text, fold: piece.kind !== 'exact' });
    case 'date': {
      const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? readValue(name, token, piece, now) : undefined;
      if (typeof day !== 'number') return token.say({ op: 'eq', value: readValue(name, token, piece, now) });
      return and(token.say({ op: 'ge', value: day }), token.say({ op: 'lt', value: day + DAY }));
    }
    default:
      return token.say({ op: 'eq', value: readValue(name, token, piece, now) });
  }
}

/**
 * Unquoted text: every blank-separated word stands in the value as a word. Double (and single) quotes: the words stand
 * next to each other, the last may go on. Backticks: the whole value, to the letter.
 */
function textCondition(token: Token, piece: Piece): Predicate {
  const { text } = piece;
  if (piece.kind === 'exact') return token.say({ op: 'eq', value: text });
  if (text.includes('*') && piece.kind === 'word') {
    return token.say({ op: 'like', pattern: text.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%'), fold: true });
  }
  const words = piece.kind === 'word' ? text.split(/\s+/).filter(Boolean) : [text];
  return and(
    ...words.map((word) =>
      token.say({ op: 'regex', pattern: `${EDGE}${literal(word)}${piece.kind === 'word' ? END : ''}`, fold: true }),
    ),
  );
}

/**
 * One value of a token's type: numbers; dates as epoch milliseconds, `YYYY-MM-DD`, ISO 8601 or `now-7d`.
 * @throws StowageError at the value's place
 */
export function readValue(name: string, token: Token, piece: Pick<Piece, 'text' | 'at'>, now: Micros): Value {
  const text = piece.text.trim();
  switch (token.type) {
    case 'number': {
      if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
      throw invalid('query.value', `${name} takes a number, not "${text}"`, piece.at);
    }
    case 'boolean': {
      if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
      throw invalid('query.value', `${name} takes true or false, not "${text}"`, piece.at);
    }
    case 'date': {
      const time = readTime(text, now);
      if (time !== undefined) return time;
      throw invalid(
        'query.value',
        `${name} takes a date (epoch milliseconds, YYYY-MM-DD, ISO 8601 or now-7d), not "${text}"`,
        piece.at,
      );
    }
    default:
      return token.adapt?.(text) ?? text;
  }
}

function readTime(text: string, now: Micros): TimeValue | undefined {
  const relative = /^now(?:\s*(?<sign>[+-])\s*(?<amount>\d{1,7})(?<unit>[smhdw]))?$/.exec(text)?.groups;
  if (relative) {
    const { sign, amount = '0', unit = 's' } = relative;
    return { fromNow: (sign === '-' ? -1 : 1) * Number(amount) * UNITS[unit]! };
  }
  if (/^\d{1,15}$/.test(text)) return Number(text) * MILLISECOND;
  return parseRelative(text, now) ?? parseRfc3339(text) ?? parseRfc3339(`${text}T00:00:00Z`);
}

/** The upper half of a range whose bound is a day without time: the whole day is in. */
export function rangeTest(op: 'ge' | 'gt' | 'le' | 'lt', value: Value, text: string): Test {
  if (op === 'le' && typeof value === 'number' && /^\s*\d{4}-\d{2}-\d{2}\s*$/.test(text))
    return { op: 'lt', value: value + DAY };
  return { op, value };
}

function literal(text: string): string {
  return text.toLowerCase().replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
