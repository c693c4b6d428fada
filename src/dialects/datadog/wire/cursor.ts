import { invalid } from '../../../domain/error.ts';
import type { CursorCodec, CursorScope } from '../../../query/cursor.ts';

/** What a cursor says before it is encoded: where a page ended, by the value it is sorted by and the row's id. */
export interface Place {
  readonly field: string;
  readonly value: string;
  readonly id: string;
}

/**
 * The vendor's cursor: standard base64 of `<field>:<value>|<idField>:<id>` (contract 2.4), with a seal behind it that
 * binds it to its list.
 */
export function writeCursor(place: Place, idField: string, scope: CursorScope, codec: CursorCodec): string {
  const payload = `${place.field}:${place.value}|${idField}:${place.id}`;
  return Buffer.from(`${payload}|seal:${codec.seal(payload, scope)}`, 'utf8').toString('base64');
}

/** @throws StowageError `cursor.invalid` for whatever was not made by {@link writeCursor} for the same list */
export function readCursor(
  text: string,
  field: string,
  idField: string,
  scope: CursorScope,
  codec: CursorCodec,
): Place {
  const cursor = text.replaceAll(' ', '+'); // a "+" that was not percent-encoded arrives as a blank
  const bytes = Buffer.from(cursor, 'base64');
  const whole = bytes.toString('utf8');
  const end = whole.lastIndexOf('|seal:');
  const payload = whole.slice(0, end);
  const intact = bytes.toString('base64') === cursor && end > 0;
  if (!intact || !codec.matches(payload, whole.slice(end + '|seal:'.length), scope)) throw refused();
  const split = payload.lastIndexOf(`|${idField}:`);
  if (split < 0 || !payload.startsWith(`${field}:`)) throw refused();
  return { field, value: payload.slice(field.length + 1, split), id: payload.slice(split + idField.length + 2) };
}

/** How a value of a sort field is written: text as it is, numbers with six decimals, times as milliseconds likewise. */
export type ValueKind = 'text' | 'number' | 'time';

/** A missing value is empty text. */
export function writeValue(value: string | number | boolean | null, kind: ValueKind): string {
  if (value === null) return '';
  if (kind === 'text') return String(value);
  if (kind === 'number') return `${Number(value)}.000000`;
  const millis = Math.floor(Number(value) / 1000);
  return `${millis}.${String(Number(value) - millis * 1000).padStart(3, '0')}000`;
}

/** The value {@link writeValue} wrote. */
export function readValue(text: string, kind: ValueKind): string | number | null {
  if (kind === 'text') return text;
  if (text === '') return null;
  const [whole = '', fraction = ''] = text.split('.');
  return kind === 'number' ? Number(whole) : Number(whole) * 1000 + Number(fraction.slice(0, 3));
}

/** The one answer to a cursor that does not belong here. */
export function refused() {
  return invalid(
    'cursor.invalid',
    'page[cursor] is damaged, or belongs to another filter, sort, grouping or project; ' +
      'use meta.pagination.next_cursor of the page before as it is, or start again without it.',
    'page[cursor]',
  );
}
