import type { Project } from '../../domain/credential.ts';
import { StowageError } from '../../domain/error.ts';
import { now } from '../../domain/time.ts';
import { type CredentialService, createCredentialService } from '../../server/access/credentials.ts';
import { serverKey } from '../../server/access/server-key.ts';
import { DEFAULT_SOURCE_SETTINGS, type SourceSettings } from '../../sources/source.ts';
import { openStore } from '../../store/open.ts';
import type { Store } from '../../store/store.ts';
import type { Settings } from './settings.ts';

/** An open store with what most commands need around it. */
export interface Session {
  readonly store: Store;
  readonly project: Project;
  readonly credentials: CredentialService;
  readonly key: Buffer;
  close(): Promise<void>;
}

/**
 * Opens the store the settings name and finds the project in it. A store without any project gets `default`.
 * @throws StowageError when the named project does not exist
 */
export async function openSession(settings: Settings): Promise<Session> {
  const store = await openStore(settings.database ? { database: settings.database } : { data: settings.data });
  try {
    const key = await serverKey({
      given: settings['server-key'],
      ...(settings.database ? {} : { data: settings.data }),
      store,
    });
    const project = await projectNamed(store, settings.project);
    const audited: Promise<void>[] = [];
    const credentials = createCredentialService({
      store,
      key,
      now,
      audit: (entry) => audited.push(store.audit([entry])),
    });
    return { store, project, credentials, key, close };

    async function close(): Promise<void> {
      await Promise.all(audited);
      await store.close();
    }
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function projectNamed(store: Store, name: string): Promise<Project> {
  const found = await store.projectByName(name);
  if (found) return found;
  if (name === 'default') return store.createProject(name);
  const names = (await store.projects()).map((project) => project.name);
  throw new StowageError(
    'not-found',
    'project.unknown',
    `There is no project "${name}". Projects: ${names.join(', ') || 'none'}.`,
  );
}

/**
 * What sources are given of the settings.
 * @param secrets user and password that stood in the source's own URI, by host
 */
export function sourceSettings(settings: Settings, secrets: Readonly<Record<string, string>> = {}): SourceSettings {
  const pairs = { ...settings['registry-credentials'], ...secrets };
  const credentials = Object.entries(pairs).map(([host, value]) => {
    const colon = value.indexOf(':');
    return [host, { username: value.slice(0, Math.max(colon, 0)), password: value.slice(colon + 1) }] as const;
  });
  return {
    ...DEFAULT_SOURCE_SETTINGS,
    registryCa: settings['registry-ca'],
    registryHttp: settings['registry-http'],
    registryCredentials: Object.fromEntries(credentials),
    trustedRealms: Object.fromEntries(
      Object.entries(settings['registry-realm']).map(([host, realm]) => [host, realm.split(' ')]),
    ),
    dockerConfig: settings['docker-config'] ?? null,
    concurrency: settings['registry-concurrency'],
    allowNetworks: settings['allow-network'],
    reconcileSeconds: settings['reconcile-seconds'],
  };
}
