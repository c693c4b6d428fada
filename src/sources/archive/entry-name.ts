/** Names inside an archive. They are only ever keys of a map: no name here becomes a path of the host. */

/** Cleans a name (`./a//b` is `a/b`); `undefined` for one that would leave the archive or cannot be a path. */
export function entryName(raw: string): string | undefined {
  if (raw.startsWith('/') || raw.includes('\\') || raw.includes('\0')) return undefined;
  const parts: string[] = [];
  for (const part of raw.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length === 0 ? undefined : parts.join('/');
}

/** Where a link leads: a symbolic one from the folder it stands in, a hard one from the top. `undefined`: outside. */
export function linkTarget(from: string, type: string, link: string): string | undefined {
  if (type === '1') return entryName(link);
  if (link.startsWith('/')) return undefined;
  const folder = from.lastIndexOf('/');
  return entryName(folder < 0 ? link : `${from.slice(0, folder)}/${link}`);
}
