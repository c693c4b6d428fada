/**
 * Query parameters as the gateway reads them: dotted paths into the request message, fields by their name in lower
 * camel case or with underscores, unknown ones passed over. What is wrong is told before anybody is asked who they are.
 */
import { invalid } from '../../../domain/error.ts';
import { parseGoBoolean, parseGoInteger, quoteGo } from './go.ts';

/** What a parameter can be. */
type FieldKind = 'string' | 'int32' | 'bool' | { readonly enum: readonly string[] } | Message;

interface Message {
  readonly message: string;
  readonly repeated?: boolean;
  /** Fields by their name with underscores. */
  readonly fields: Readonly<Record<string, FieldKind>>;
}

const SORT_OPTION: Message = {
  message: 'v1.SortOption',
  fields: {
    field: 'string',
    reversed: 'bool',
    aggregate_by: {
      message: 'v1.AggregateBy',
      fields: { aggr_func: { enum: ['UNSET', 'COUNT', 'MIN', 'MAX'] }, distinct: 'bool' },
    },
  },
};

/** The request message of the list and the count. */
export const RAW_QUERY: Message = {
  message: 'v1.RawQuery',
  fields: {
    query: 'string',
    pagination: {
      message: 'v1.Pagination',
      fields: {
        limit: 'int32',
        offset: 'int32',
        sort_option: SORT_OPTION,
        sort_options: { ...SORT_OPTION, repeated: true },
      },
    },
  },
};

/** The request message of one image; its id comes from the path. */
export const GET_IMAGE: Message = {
  message: 'v1.GetImageRequest',
  fields: { include_snoozed: 'bool', strip_description: 'bool' },
};

/** The request message of calls without parameters. */
export const EMPTY: Message = { message: 'v1.Empty', fields: {} };

/** Values that were given, by dotted path with underscores. */
export type Parameters = ReadonlyMap<string, string | number | boolean>;

/**
 * Reads parameters against a request message.
 * @throws StowageError kind `invalid` with the gateway's text
 */
export function readParameters(message: Message, given: readonly (readonly [string, string])[]): Parameters {
  const grouped = new Map<string, string[]>();
  for (const [name, value] of given) {
    const values = grouped.get(name);
    if (values) values.push(value);
    else grouped.set(name, [value]);
  }
  const read = new Map<string, string | number | boolean>();
  for (const [name, values] of grouped) readOne(message, name, values, read);
  return read;
}

function readOne(
  message: Message,
  name: string,
  values: readonly string[],
  into: Map<string, string | number | boolean>,
): void {
  const path: string[] = [];
  let kind: FieldKind = message;
  for (const part of name.split('.')) {
    if (typeof kind === 'string' || !('fields' in kind) || kind.repeated === true) {
      throw refused(
        `invalid path: ${quoteGo(path.at(-1) === undefined ? part : lastGiven(name, path.length))} is not a message`,
      );
    }
    const field: string | undefined = findName(kind.fields, part);
    if (field === undefined) return;
    path.push(field);
    kind = kind.fields[field] ?? 'string';
  }
  const field = path.at(-1) ?? '';
  if (typeof kind !== 'string' && 'fields' in kind) {
    const what = kind.repeated === true ? 'list' : 'field';
    if (what === 'field' && values.length > 1) throw tooMany(field, values);
    throw refused(`parsing ${what} ${quoteGo(field)}: unsupported message type: ${quoteGo(kind.message)}`);
  }
  if (values.length > 1) throw tooMany(field, values);
  into.set(path.join('.'), readScalar(kind, field, values[0] ?? ''));
}

/** The part of a dotted name as it was written. */
function lastGiven(name: string, depth: number): string {
  return name.split('.')[depth - 1] ?? name;
}

function findName(fields: Readonly<Record<string, FieldKind>>, given: string): string | undefined {
  if (Object.hasOwn(fields, given)) return given;
  return Object.keys(fields).find(
    (name) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()) === given,
  );
}

function readScalar(kind: Exclude<FieldKind, Message>, field: string, text: string): string | number | boolean {
  if (kind === 'string') return text;
  if (kind === 'int32' || kind === 'bool') {
    const read = kind === 'bool' ? parseGoBoolean(text) : parseGoInteger(text, 32);
    if (!read.ok) throw refused(`parsing field ${quoteGo(field)}: ${read.error}`);
    return typeof read.value === 'bigint' ? Number(read.value) : read.value;
  }
  const byName = kind.enum.indexOf(text);
  if (byName >= 0) return text;
  const number = parseGoInteger(text, 32);
  const name = number.ok ? kind.enum[Number(number.value)] : undefined;
  if (name === undefined) throw refused(`parsing field ${quoteGo(field)}: ${quoteGo(text)} is not a valid value`);
  return name;
}

function tooMany(field: string, values: readonly string[]) {
  return refused(`too many values for field ${quoteGo(field)}: ${values.join(', ')}`);
}

function refused(message: string) {
  return invalid('parameter.invalid', message);
}

/**
 * Falls the part of a URL behind `?`, or a form body, into its pairs.
 * @throws StowageError kind `invalid` for a bad escape or a `;`
 */
export function splitParameters(text: string): (readonly [string, string])[] {
  if (text === '') return [];
  return text.split('&').flatMap((pair): (readonly [string, string])[] => {
    if (pair === '') return [];
    if (pair.includes(';')) throw refused('invalid semicolon separator in query');
    const equals = pair.indexOf('=');
    return equals < 0 ? [[decode(pair), '']] : [[decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]];
  });
}

function decode(text: string): string {
  if (!/[%+]/.test(text)) return text;
  const bad = /%(?![0-9a-fA-F]{2})[\s\S]{0,2}/.exec(text);
  if (bad) throw refused(`invalid URL escape ${quoteGo(bad[0])}`);
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw refused('parameters are not UTF-8');
  }
}
