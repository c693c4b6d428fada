import { shellWord } from '../../domain/shell.ts';
import type { Dialect } from '../dialect.ts';
import { parse } from './parse.ts';
import { print } from './print.ts';
import { REQUESTS_PER_SECOND, registerRoutes } from './routes.ts';

/** Huawei Cloud HSS: containers of local images, with a limit of its own for each credential. */
export function huaweiHssWith(requestsPerSecond: number): Dialect {
  return {
    id: 'huawei-hss',
    title: 'Huawei HSS: local image containers',
    language: { id: 'huawei-hss', entity: 'container', parse, print },
    calls: [
      { method: 'GET', path: '/v5/{project_id}/image/local/containers', about: 'containers of local images' },
      { method: 'GET', path: '/v3/projects', about: "the caller's project, as SDKs look it up" },
      { method: 'GET', path: '/v3/auth/domains', about: "the caller's domain" },
    ],
    register: (app, services) => registerRoutes(app, services, requestsPerSecond),
    curl({ baseUrl, id, secret, projectId }) {
      const auth = JSON.stringify({
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: id, domain: { name: 'Default' }, password: secret } },
          },
          scope: { project: { id: projectId } },
        },
      });
      const token = `curl -sS -o /dev/null -D - -H 'Content-Type: application/json' -d ${shellWord(auth)} ${shellWord(`${baseUrl}/v3/auth/tokens`)} | tr -d '\\r' | awk 'tolower($1)=="x-subject-token:"{print $2}'`;
      return `curl -sS -H "X-Auth-Token: $(${token})" -H 'region: RegionOne' ${shellWord(`${baseUrl}/v5/${projectId}/image/local/containers?limit=10`)}`;
    },
  };
}

/** The dialect as the server mounts it. */
export const huaweiHss: Dialect = huaweiHssWith(REQUESTS_PER_SECOND);
