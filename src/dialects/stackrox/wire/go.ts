/**
 * How Go reads and writes plain values, where its texts are part of the API: numbers and booleans in parameters and
 * queries (package strconv), quoted text (`%q`), and two-decimal rounding (`%.2f`).
 */

/** The outcome of reading a value: the value, or the text strconv's error has. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** `strconv.ParseInt(text, 10, bits)`, exact for the 64 bits too. */
export function parseGoInteger(text: string, bits: 32 | 64): Read<bigint> {
  if (!/^[+-]?\d+$/.test(text)) return failed('ParseInt', text, 'invalid syntax');
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  const limit = 1n << BigInt(bits - 1);
  if (value < -limit || value >= limit) return failed('ParseInt', text, 'value out of range');
  return { ok: true, value };
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** `strconv.ParseBool`. */
export function parseGoBoolean(text: string): Read<boolean> {
  if (TRUE.has(text)) return { ok: true, value: true };
  if (FALSE.has(text)) return { ok: true, value: false };
  return failed('ParseBool', text, 'invalid syntax');
}

const DECIMAL = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const HEXADECIMAL =
  /^(?<sign>[+-]?)0[xX]_?(?<whole>[0-9a-fA-F_]*)(?:\.(?<fraction>[0-9a-fA-F_]*))?[pP](?<exponent>[+-]?\d+)$/;
const INFINITE = /^(?<sign>[+-]?)inf(?:inity)?$/i;

/** `strconv.ParseFloat(text, 64)`: decimal, hexadecimal, infinities and NaN; `undefined` when it is no number or too large. */
export function parseGoFloat(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN;
  const infinite = INFINITE.exec(text)?.groups;
  if (infinite) return infinite['sign'] === '-' ? -Infinity : Infinity;
  const value = DECIMAL.test(text) ? Number(text.replaceAll('_', '')) : parseHexadecimal(text);
  return value === undefined || !Number.isFinite(value) ? undefined : value;
}

function parseHexadecimal(text: string): number | undefined {
  const groups = HEXADECIMAL.exec(text)?.groups;
  if (!groups) return undefined;
  const whole = (groups['whole'] ?? '').replaceAll('_', '');
  const fraction = (groups['fraction'] ?? '').replaceAll('_', '');
  const digits = whole + fraction;
  if (digits === '') return undefined;
  const value = Number.parseInt(digits, 16) * 2 ** (Number(groups['exponent']) - 4 * fraction.length);
  return groups['sign'] === '-' ? -value : value;
}

/** The number `%.2f` prints: nearest with two decimals, ties to even. */
export function roundTwo(value: number): number {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e15) return value;
  // Only multiples of 1/8 lie exactly between two neighbours.
  if (Number.isInteger(value * 8) && !Number.isInteger(value * 4)) {
    const below = Math.floor(value * 100);
    return (below % 2 === 0 ? below : below + 1) / 100;
  }
  return Number(value.toFixed(2)) + 0;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** Text as `%q` prints it. */
export function quoteGo(text: string): string {
  const escaped = text.replace(/["\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (character) => {
    const known = ESCAPES[character];
    if (known) return known;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return `"${escaped}"`;
}

function failed(call: string, text: string, why: string): Read<never> {
  return { ok: false, error: `strconv.${call}: parsing ${quoteGo(text)}: ${why}` };
}
