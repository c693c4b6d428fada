import { pythonJson } from './python.ts';

/** Minor versions of the v2 API that are spoken, newest first; the first is current (contract 2.1, single store). */
export const VERSIONS = ['2.15', '2.9', '2.7', '2.6', '2.5', '2.4', '2.3', '2.2', '2.1', '2.0'] as const;

/** The versions document, as text. */
export function versionsDocument(baseUrl: string): string {
  const links = [{ rel: 'self', href: `${baseUrl}/v2/` }];
  return pythonJson({
    versions: VERSIONS.map((version, index) => ({
      id: `v${version}`,
      status: index === 0 ? 'CURRENT' : 'SUPPORTED',
      links,
    })),
  });
}

/** The path below `/v2` of a path that begins `/v2` or `/v2.N` with an N that is spoken; `undefined` for others. */
export function pathBelowVersion(path: string): string | undefined {
  const parts = /^\/v(?<version>2(?:\.\d+)?)(?<below>\/.*)?$/s.exec(path)?.groups;
  const version = parts?.['version'];
  if (version !== '2' && !VERSIONS.some((known) => known === version)) return undefined;
  return parts?.['below'] ?? '';
}
