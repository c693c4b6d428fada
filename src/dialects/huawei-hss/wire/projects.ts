import type { Project } from '../../../domain/credential.ts';

/**
 * The answer of `GET /v3/projects`: exactly the caller's project. SDKs ask for it under a region's name and take the
 * only one there is (contract 3.5); OpenStack clients ask by the project's own name.
 * @param name what was asked for; the project answers to it when the request was signed
 */
export function projectList(project: Project, name: string | undefined, signed: boolean, baseUrl: string) {
  const shown = name !== undefined && (signed || name === project.name);
  const projects = name === undefined || shown ? [{ ...entry(project, baseUrl), ...(shown ? { name } : {}) }] : [];
  return { projects, links: { self: `${baseUrl}/v3/projects`, previous: null, next: null } };
}

/** The answer of `GET /v3/auth/domains`. */
export function domainList(baseUrl: string) {
  return {
    domains: [
      {
        id: 'default',
        name: 'Default',
        enabled: true,
        description: '',
        links: { self: `${baseUrl}/v3/domains/default` },
      },
    ],
    links: { self: `${baseUrl}/v3/auth/domains`, previous: null, next: null },
  };
}

function entry(project: Project, baseUrl: string) {
  return {
    id: project.id,
    name: project.name,
    domain_id: 'default',
    is_domain: false,
    parent_id: 'default',
    enabled: true,
    description: '',
    links: { self: `${baseUrl}/v3/projects/${project.id}` },
  };
}
