import { resolve } from 'node:path';
import { invalid, StowageError } from '../../domain/error.ts';
import type { CollectContext } from '../source.ts';

/**
 * Checks `scheme:PATH` or a bare path, which gets the first scheme, and makes the path absolute, so that it means the
 * same wherever it is read again.
 * @throws StowageError `source.uri`
 */
export function parseLocalUri(uri: string, schemes: readonly [string, ...string[]]): { readonly uri: string } {
  const scheme = schemes.find((name) => uri.startsWith(`${name}:`));
  const path = scheme === undefined ? uri : uri.slice(scheme.length + 1).replace(/^\/\/(?=\/)/, '');
  const [first] = schemes;
  if (path === '' || path.includes('\0')) {
    throw invalid('source.uri', `${scheme ?? first}: needs a path, e.g. ${scheme ?? first}:./images`, 'source');
  }
  return { uri: `${scheme ?? first}:${resolve(path)}` };
}

/**
 * The path of a local source.
 * @throws StowageError `source.local` when the address came in through an API call: files of the server are only for
 *   those who can name them on its command line or in its configuration
 */
export function pathOf(uri: string, context: Pick<CollectContext, 'settings'>): string {
  if (context.settings.untrustedAddress) {
    throw new StowageError(
      'forbidden',
      'source.local',
      'files and sockets of the server can only be named on its command line or in its configuration',
    );
  }
  return uri.slice(uri.indexOf(':') + 1);
}
