import { stat } from 'node:fs/promises';
import { invalid, StowageError } from '../../domain/error.ts';
import type { CollectContext } from '../source.ts';

const EXAMPLE = 'docker:// for the usual socket or docker:///run/podman/podman.sock';

/**
 * Checks `docker://` or `docker:///path.sock`.
 * @throws StowageError `source.uri`
 */
export function parseEngineUri(uri: string): { readonly uri: string } {
  const path = uri.replace(/^docker:(?:\/\/)?/, '');
  if (!uri.startsWith('docker:') || path.includes('\0') || (path !== '' && !path.startsWith('/'))) {
    throw invalid('source.uri', `${JSON.stringify(uri)} is no local engine; write ${EXAMPLE}`, 'source');
  }
  return { uri: `docker://${path}` };
}

/**
 * The socket a URI means: the one it names, that of `DOCKER_HOST`, or the first of the usual ones that is there.
 * @throws StowageError `docker.no-engine`, `docker.host`; `source.local` when the address came in through an API call
 */
export async function engineSocket(
  uri: string,
  context: Pick<CollectContext, 'settings'>,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  if (context.settings.untrustedAddress) {
    throw new StowageError(
      'forbidden',
      'source.local',
      'engines of the server can only be named on its command line or in its configuration',
    );
  }
  const path = uri.slice('docker://'.length);
  if (path !== '') return path;
  const host = environment['DOCKER_HOST'];
  if (host) {
    if (!host.startsWith('unix://'))
      throw invalid(
        'docker.host',
        `DOCKER_HOST is ${host.replace(/\/\/[^@/]*@/, '//')}; only unix:// sockets are spoken to`,
      );
    return host.slice('unix://'.length);
  }
  const candidates = usualSockets(environment);
  for (const candidate of candidates) {
    if (await isSocket(candidate)) return candidate;
  }
  throw new StowageError(
    'unavailable',
    'docker.no-engine',
    `no engine socket at ${candidates.join(', ')}; start Docker or podman.socket, or name the socket`,
  );
}

/** Where Docker and podman put their sockets, the system's before the user's. */
export function usualSockets(environment: NodeJS.ProcessEnv): readonly string[] {
  const user = environment['XDG_RUNTIME_DIR'];
  const own = user ? [`${user}/docker.sock`, `${user}/podman/podman.sock`] : [];
  return ['/var/run/docker.sock', '/run/podman/podman.sock', ...own];
}

async function isSocket(path: string): Promise<boolean> {
  return stat(path).then(
    (about) => about.isSocket(),
    () => false,
  );
}
