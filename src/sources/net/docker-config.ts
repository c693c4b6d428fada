import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { invalid } from '../../domain/error.ts';
import type { Credential } from './credential-helper.ts';
import { canonicalHost } from './hosts.ts';
import { asObject, parseJsonObject } from './json.ts';

/** What Docker's config file says about credentials, by canonical registry host. */
export interface DockerConfig {
  readonly auths: ReadonlyMap<string, Credential>;
  /** Helper by host, with the server name as the file spells it. */
  readonly helpers: ReadonlyMap<string, { readonly helper: string; readonly server: string }>;
  /** Helper for every other host. */
  readonly store: string | null;
}

const EMPTY: DockerConfig = { auths: new Map(), helpers: new Map(), store: null };
const SIZE_LIMIT = 1024 * 1024;

/**
 * Reads Docker's config file: `auths`, `credHelpers`, `credsStore`.
 * @param path null for the default place, where a missing file is an empty one
 * @throws StowageError when a file named by the operator is missing, or the file cannot be read as JSON
 */
export async function readDockerConfig(path: string | null): Promise<DockerConfig> {
  const file = path ?? join(process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json');
  let text: string;
  try {
    if ((await stat(file)).size > SIZE_LIMIT) throw new Error(`it is larger than ${SIZE_LIMIT} bytes`);
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (path === null && isMissing(error)) return EMPTY;
    const reason = error instanceof Error ? error.message : 'unknown reason';
    throw invalid('settings.docker-config', `Docker's config file ${file} cannot be read: ${reason}`, 'dockerConfig');
  }
  const json = parseJsonObject(text);
  if (!json) throw invalid('settings.docker-config', `Docker's config file ${file} is no JSON object`, 'dockerConfig');
  return {
    auths: readAuths(asObject(json['auths']) ?? {}),
    helpers: readHelpers(asObject(json['credHelpers']) ?? {}),
    store: typeof json['credsStore'] === 'string' && json['credsStore'] !== '' ? json['credsStore'] : null,
  };
}

/**
 * The registry host an `auths` key stands for: `https://index.docker.io/v1/`, `ghcr.io`, `http://localhost:5000`.
 * `undefined` for keys that are bound to a path below the host, which some tools write: a credential for a part is
 * none for the whole.
 */
export function hostOfKey(key: string): string | undefined {
  const match = /^(?:https?:\/\/)?(?<host>[^/]+)(?:\/(?:v[12]\/?)?)?$/.exec(key.trim());
  const host = match?.groups?.['host'];
  return host === undefined ? undefined : canonicalHost(host);
}

function readAuths(auths: Readonly<Record<string, unknown>>): ReadonlyMap<string, Credential> {
  const result = new Map<string, Credential>();
  for (const [key, value] of Object.entries(auths)) {
    const host = hostOfKey(key);
    const credential = readAuth(asObject(value) ?? {});
    if (host !== undefined && credential && !result.has(host)) result.set(host, credential);
  }
  return result;
}

function readAuth(entry: Readonly<Record<string, unknown>>): Credential | undefined {
  const { auth, identitytoken, username, password } = entry;
  if (typeof identitytoken === 'string' && identitytoken !== '')
    return { kind: 'identity-token', token: identitytoken };
  if (typeof auth === 'string' && auth !== '') {
    const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
    const colon = text.indexOf(':');
    if (colon <= 0) return undefined;
    return { kind: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1) };
  }
  if (typeof username !== 'string' || typeof password !== 'string' || username === '') return undefined;
  return { kind: 'basic', username, password };
}

function readHelpers(helpers: Readonly<Record<string, unknown>>): DockerConfig['helpers'] {
  const result = new Map<string, { helper: string; server: string }>();
  for (const [server, helper] of Object.entries(helpers)) {
    const host = hostOfKey(server);
    if (host !== undefined && typeof helper === 'string') result.set(host, { helper, server });
  }
  return result;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
