import { invalid } from '../../../domain/error.ts';

/** What a query string says, by decoded name. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Reads the query of a request URL as it came over the wire: names and values raw or percent-encoded, `+` for a blank
 * (as form encoders write it).
 * @throws StowageError `parameter.encoding`, `parameter.repeated`
 */
export function readQuery(url: string): Parameters {
  const found = new Map<string, string>();
  const mark = url.indexOf('?');
  if (mark < 0) return found;
  for (const pair of url.slice(mark + 1).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), 'a parameter name');
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1), name);
    if (found.has(name)) throw invalid('parameter.repeated', `${name} is given twice; give it once.`, name);
    found.set(name, value);
  }
  return found;
}

/** The path of a request URL, without its query. */
export function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}

/** A query in the form the vendor's links have: names in alphabetical order, brackets, colons and `=` left as they are. */
export function writeQuery(parameters: Readonly<Record<string, string | number | undefined>>): string {
  return Object.keys(parameters)
    .sort()
    .flatMap((name) => (parameters[name] === undefined ? [] : [`${name}=${plain(String(parameters[name]))}`]))
    .join('&');
}

/** Leaves a text as it is but for what would end or change it inside a URL. */
function plain(text: string): string {
  return text.replace(/[^!$'()*,\-./0-9:;=@A-Z[\]_a-z~]/gu, (letter) => encodeURIComponent(letter));
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalid(
      'parameter.encoding',
      `${what} is not valid percent-encoding (UTF-8); write a percent sign as %25.`,
      what,
    );
  }
}
