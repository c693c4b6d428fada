import { type Id, nameId } from '../../../domain/id.ts';
import { formatRfc3339, SECOND } from '../../../domain/time.ts';
import type { TokenClaims } from '../../dialect.ts';
import { type Caller, ROLES } from '../auth.ts';

/** Documents of the identity API v3, as much of it as image clients read (contract 3.2). */

const DOMAIN = { id: 'default', name: 'Default' } as const;
const REGION = 'RegionOne';
/** Namespace of the ids that only have to be stable: services, endpoints, roles. */
const NAMESPACE: Id = '5f1d1f0a6c4b5e0f9a3e7c2d8b4a6f10';

/** The one version of the identity API. */
export function versionDocument(baseUrl: string): object {
  return {
    version: {
      id: 'v3.14',
      status: 'stable',
      updated: '2020-04-07T00:00:00Z',
      links: [{ rel: 'self', href: `${baseUrl}/v3/` }],
      'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
    },
  };
}

/** Whether a domain reference (`{id}` or `{name}`) is the one domain there is; one left out is. */
export function isDefaultDomain(domain: unknown): boolean {
  if (domain === undefined || domain === null) return true;
  if (typeof domain !== 'object') return false;
  const { id, name } = domain as { id?: unknown; name?: unknown };
  if (id !== undefined) return id === DOMAIN.id;
  return name === undefined || (typeof name === 'string' && name.toLowerCase() === 'default');
}

/** The document of a token. */
export function tokenDocument(caller: Caller, claims: TokenClaims, baseUrl: string): object {
  const { principal } = caller;
  const methods = Array.isArray(claims['methods']) ? claims['methods'] : ['password'];
  const audits = Array.isArray(claims['audits']) ? claims['audits'] : [];
  const project = principal.project;
  return {
    token: {
      methods,
      user: { domain: DOMAIN, id: principal.credentialId, name: principal.credentialId, password_expires_at: null },
      audit_ids: audits,
      expires_at: formatRfc3339(claims.exp * SECOND, 6),
      issued_at: formatRfc3339(claims.iat * SECOND, 6),
      ...(caller.projectId === null
        ? {}
        : {
            project: { domain: DOMAIN, id: project.id, name: project.name },
            is_domain: false,
            roles: ROLES[principal.role].map((name) => ({ id: nameId(NAMESPACE, `role ${name}`), name })),
            catalog: catalog(baseUrl),
          }),
      ...(methods.includes('application_credential')
        ? {
            application_credential: {
              id: principal.credentialId,
              name: principal.credentialId,
              restricted: true,
            },
          }
        : {}),
    },
  };
}

/** Where the services are: images, and identity itself. */
export function catalog(baseUrl: string): readonly object[] {
  const service = (type: string, name: string, url: string) => ({
    endpoints: [
      {
        id: nameId(NAMESPACE, `endpoint ${type}`),
        interface: 'public',
        region_id: REGION,
        url,
        region: REGION,
      },
    ],
    id: nameId(NAMESPACE, `service ${type}`),
    type,
    name,
  });
  return [service('image', 'glance', baseUrl), service('identity', 'keystone', `${baseUrl}/v3`)];
}

/** A project as the identity API shows it. */
export function projectDocument(project: { id: Id; name: string }, baseUrl: string): object {
  return {
    project: {
      id: project.id,
      name: project.name,
      domain_id: DOMAIN.id,
      description: '',
      enabled: true,
      parent_id: DOMAIN.id,
      is_domain: false,
      tags: [],
      options: {},
      links: { self: `${baseUrl}/v3/projects/${project.id}` },
    },
  };
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Request Entity Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The document of an error; the identity API always answers JSON. */
export function errorDocument(status: number, message: string): object {
  return { error: { code: status, message, title: TITLES[status] ?? 'Error' } };
}
