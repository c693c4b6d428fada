import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HttpAnswer } from '../net/client.ts';
import type { RegistryClient } from './client.ts';
import { errorCodeOf, RegistryError } from './error.ts';
import type { RegistryLimits } from './limits.ts';
import { nextQuery } from './link.ts';
import { stringsUnder } from './string-list.ts';

/** A list of the registry: the repositories, or the tags of one. */
export interface ListRequest {
  /** `/v2/_catalog` or `/v2/<name>/tags/list`. */
  readonly path: string;
  /** The member that holds the names. */
  readonly key: 'repositories' | 'tags';
  readonly scope: string;
  /** What is listed, for problems: a registry or a repository with it. */
  readonly part: string;
  readonly isValid: (name: string) => boolean;
}

/** Something odd in a list; the list goes on, or ends where it cannot be trusted further. */
export type ReportProblem = (problem: {
  readonly code: string;
  readonly message: string;
  readonly part: string;
}) => void;

/** Names worked on before other work gets its turn. */
const SLICE = 2_000;

/**
 * The names of a list, page by page, each once. Pages follow the Link header; a registry that goes in circles is
 * stopped where nothing new comes.
 * @returns whether the end of the list was reached
 * @throws RegistryError `registry.not-found`, `registry.denied`, `registry.protocol`; NetError
 */
export async function* listNames(
  client: RegistryClient,
  request: ListRequest,
  limits: RegistryLimits,
  report: ReportProblem,
): AsyncGenerator<readonly string[], boolean> {
  const names = new Set<string>();
  const asked = new Set<string>();
  const odd = { repeated: 0, invalid: 0, sample: '' };
  let search: string | undefined = `?n=${limits.pageSize}`;
  let fruitless = 0;

  function end(code: string, message: string): boolean {
    report({ code, message, part: request.part });
    return false;
  }

  try {
    while (search !== undefined) {
      asked.add(search);
      const answer: HttpAnswer = await askPage(client, request, search, limits);
      const fresh: string[] = [];
      let entries = 0;
      for (const name of readNames(answer, request)) {
        entries += 1;
        if (entries % SLICE === 0) await nextTurn();
        if (name === null || !request.isValid(name)) {
          odd.invalid += 1;
          odd.sample ||= JSON.stringify(name?.slice(0, 80) ?? null);
        } else if (names.has(name)) {
          odd.repeated += 1;
        } else {
          names.add(name);
          fresh.push(name);
        }
      }
      if (fresh.length > 0) yield fresh;
      if (names.size >= limits.names) {
        return end('limit.names', `more than ${limits.names} names; the rest of the list is not read`);
      }
      search = nextQuery(answer.headers.get('link'), answer.url);
      if (search === undefined) return true;
      fruitless = fresh.length > 0 ? 0 : fruitless + 1;
      const isCircle = asked.has(search) || (entries > 0 && fresh.length === 0) || fruitless > limits.emptyPages;
      if (isCircle)
        return end('registry.list-loop', `page ${asked.size} of the list brings nothing new; it ends there`);
      if (asked.size >= limits.pages)
        return end('limit.pages', `more than ${limits.pages} pages; the rest is not read`);
    }
    return true;
  } finally {
    if (odd.repeated > 0) {
      const message = `${odd.repeated} names of the list came more than once`;
      report({ code: 'registry.repeated-name', message, part: request.part });
    }
    if (odd.invalid > 0) {
      const message = `${odd.invalid} names of the list are not valid and left out, the first is ${odd.sample}`;
      report({ code: 'registry.invalid-name', message, part: request.part });
    }
  }
}

async function askPage(
  client: RegistryClient,
  request: ListRequest,
  search: string,
  limits: RegistryLimits,
): Promise<HttpAnswer> {
  const { path, scope, part } = request;
  const ask = (query: string) =>
    client.ask({
      method: 'GET',
      path,
      search: query,
      scope,
      headers: { accept: 'application/json' },
      limit: limits.listBytes,
    });
  let answer = await ask(search);
  // Some registries refuse a page size above their own maximum instead of lowering it.
  if (answer.status === 400 && errorCodeOf(answer.body) === 'PAGINATION_NUMBER_INVALID') answer = await ask('');
  if (answer.status === 200) return answer;
  throw RegistryError.fromAnswer(answer, `the list of ${request.key} of ${part}`);
}

function* readNames(answer: HttpAnswer, request: ListRequest): Generator<string | null> {
  try {
    yield* stringsUnder(request.key, answer.body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = `the list of ${request.key} of ${request.part} is not the JSON it should be: ${error.message}`;
    throw new RegistryError('invalid', 'registry.protocol', message);
  }
}
