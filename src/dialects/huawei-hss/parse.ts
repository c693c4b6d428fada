import { invalid } from '../../domain/error.ts';
import { and, compare, eq, type Predicate } from '../../query/predicate.ts';
import { ALL_ENTERPRISE_PROJECTS, PARAMETERS } from './fields.ts';

/** Longest value taken, in characters. */
const MOST = 1_024;

/**
 * Reads the parameters of a request: empty values are as if absent, unknown names are ignored, several are ANDed, the
 * first of equal names counts.
 * @param text the query string, percent-encoded or not
 * @throws StowageError kind `invalid`, `at` the parameter's name
 */
export function parseParameters(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (value === '' || found.has(name)) continue;
    if (value.length > MOST)
      throw invalid('hss.value-too-long', `The value of ${name} is longer than ${MOST} characters.`, name);
    found.set(name, value);
  }
  return found;
}

/** What the filtering parameters mean, over containers. */
export function toPredicate(parameters: ReadonlyMap<string, string>): Predicate {
  const parts: Predicate[] = [];
  for (const [name, { field, match, needs }] of Object.entries(PARAMETERS)) {
    const value = parameters.get(name);
    if (value === undefined || (needs !== undefined && !parameters.has(needs))) continue;
    if (name === 'enterprise_project_id' && value === ALL_ENTERPRISE_PROJECTS) continue;
    if (name === 'image_digest') parts.push(eq(field, value.includes(':') ? value : `sha256:${value}`));
    else parts.push(match === 'contains' ? compare(field, { op: 'contains', value }) : eq(field, value));
  }
  return and(...parts);
}

/**
 * The request parameters as a language: `image_name=nginx&image_version=1.27`. Here, unlike in a request, a name that
 * does not filter is refused, since it would silently mean nothing.
 * @throws StowageError kind `invalid` with the offset of the name
 */
export function parse(text: string): Predicate {
  for (const name of new URLSearchParams(text).keys()) {
    if (Object.hasOwn(PARAMETERS, name)) continue;
    throw invalid(
      'query.unknown-field',
      `HSS has no parameter "${name}" that filters. Parameters: ${Object.keys(PARAMETERS).join(', ')}.`,
      text.indexOf(name),
    );
  }
  return toPredicate(parseParameters(text));
}
