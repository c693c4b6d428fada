import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { invalid } from '../domain/error.ts';
import { SOURCE_KINDS } from './registry.ts';
import type { SourceKind } from './source.ts';

export interface ResolvedSource {
  readonly kind: SourceKind;
  /** Without secrets. */
  readonly uri: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Finds the kind of a source: by the scheme of its URI, or for a bare path by what lies there.
 * @throws StowageError that lists the schemes
 */
export async function resolveSource(text: string): Promise<ResolvedSource> {
  const scheme = /^(?<scheme>[a-z][a-z-]+):/.exec(text)?.groups?.['scheme'];
  const byScheme = SOURCE_KINDS.find((kind) => scheme !== undefined && kind.schemes.includes(scheme));
  if (byScheme) return parsed(byScheme, text);
  if (scheme === undefined || (await exists(text))) {
    for (const kind of SOURCE_KINDS) {
      if (await kind.recognises?.(resolve(text))) return parsed(kind, text);
    }
  }
  const schemes = SOURCE_KINDS.flatMap((kind) => kind.schemes).join(':, ');
  const reason = scheme === undefined ? `nothing known lies at ${text}` : `there is no kind "${scheme}"`;
  throw invalid(
    'source.unknown',
    `"${text}" is no source: ${reason}. Write one of ${schemes}: followed by where it is.`,
    'source',
  );
}

function parsed(kind: SourceKind, text: string): ResolvedSource {
  const { uri, secrets = {} } = kind.parse(text);
  return { kind, uri, secrets };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
