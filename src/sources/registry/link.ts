// RFC 8288, 3:  Link = #link-value ; link-value = "<" URI-Reference ">" *( OWS ";" OWS link-param )
const VALUE = /<(?<target>[^<>]*)>(?<parameters>[^<]*)/g;
const REL = /;\s*rel\s*=\s*(?:"(?<quoted>[^"]*)"|(?<bare>[^\s",;]+))/i;

const MAX_LENGTH = 8 * 1024;

/**
 * The query of the page that a `Link` header names as next, with its question mark; `undefined` when there is none.
 * Only the query is taken: the next page of a list is asked of the same registry at the same path, wherever the link
 * points (behind a proxy it is often a wrong host or scheme).
 */
export function nextQuery(header: string | undefined, current: URL): string | undefined {
  if (header === undefined || header.length > MAX_LENGTH) return undefined;
  for (const match of header.matchAll(VALUE)) {
    const { target = '', parameters = '' } = match.groups ?? {};
    const rel = REL.exec(parameters)?.groups;
    const names = (rel?.['quoted'] ?? rel?.['bare'] ?? '').toLowerCase().split(/\s+/);
    if (!names.includes('next') || !URL.canParse(target, current.href)) continue;
    const { search } = new URL(target, current);
    return search === '' ? undefined : search;
  }
  return undefined;
}
