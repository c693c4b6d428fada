import { fault } from '../errors.ts';

/** One `name=value` of a query string, decoded, with its character offset in the text. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly at: number;
}

const UNDECODABLE =
  'Error decoding your request. Either the URL or the request body contained characters that could not be decoded by Glance';

/**
 * Reads a query string the way WebOb does (contract 1.1): `&` and `;` separate, empty pairs are left out, a bare key has
 * the value `''`, `+` is a space, a `%` that begins no escape stands for itself.
 * @param from where it begins in the text
 * @throws Fault 400 for escapes that are not UTF-8, and for NUL, which no attribute can hold
 */
export function parseQueryString(text: string, from = 0): readonly Parameter[] {
  const parameters: Parameter[] = [];
  let at = from;
  for (const pair of text.slice(from).split(/[&;]/)) {
    if (pair !== '') {
      const equals = pair.indexOf('=');
      const name = equals < 0 ? pair : pair.slice(0, equals);
      const value = equals < 0 ? '' : pair.slice(equals + 1);
      parameters.push({ name: decode(name, at), value: decode(value, at + equals + 1), at });
    }
    at += pair.length + 1;
  }
  return parameters;
}

/** The query string of a request target as Node gives it: one character per byte. */
export function queryOf(target: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return '';
  const query = target.slice(mark + 1).replace(/#.*$/s, '');
  if (!/[\u0080-\u00ff]/.test(query)) return query;
  return utf8(Buffer.from(query, 'latin1'), 0);
}

/** Writes one part of a query string as Python's `urlencode` does: only letters, digits and `_.-~` stay, a space is `+`. */
export function encodePart(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

function decode(text: string, at: number): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  const decoded = spaced.includes('%') ? unpercent(spaced, at) : spaced;
  if (decoded.includes('\0')) throw fault(400, UNDECODABLE, { at });
  return decoded;
}

function unpercent(text: string, at: number): string {
  const bytes: Buffer[] = [];
  for (const part of text.split(/((?:%[0-9a-fA-F]{2})+)/)) {
    const escaped = /^(?:%[0-9a-fA-F]{2})+$/.test(part);
    bytes.push(escaped ? Buffer.from(part.replaceAll('%', ''), 'hex') : Buffer.from(part, 'utf8'));
  }
  return utf8(Buffer.concat(bytes), at);
}

function utf8(bytes: Buffer, at: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw fault(400, UNDECODABLE, { at });
  }
}
