import { shellWord } from '../../domain/shell.ts';
import type { Dialect } from '../dialect.ts';
import { IMAGE_WORDS } from './fields.ts';
import { parseFilter } from './parse.ts';
import { print } from './print.ts';
import { registerRoutes } from './routes.ts';
import { type Allowance, DEFAULT_ALLOWANCE } from './wire/rate-limit.ts';

/** The Datadog Container Images and Containers API (v2), with an allowance of its own for rate limits. */
export function datadogWith(allowance: Allowance): Dialect {
  return {
    id: 'datadog',
    title: 'Datadog Container Images',
    language: { id: 'datadog', entity: 'placement', parse: (text) => parseFilter(text, IMAGE_WORDS), print },
    calls: [
      { method: 'GET', path: '/api/v2/container_images', about: 'Images, one per repository, filtered or grouped' },
      { method: 'GET', path: '/api/v2/containers', about: 'Containers that exist now, filtered or grouped' },
      { method: 'GET', path: '/api/v1/validate', about: 'Whether an API key is known' },
    ],
    register: (app, services) => registerRoutes(app, services, allowance),
    curl: ({ baseUrl, id, secret }) =>
      `curl -s -H ${shellWord(`DD-API-KEY: ${id}`)} -H ${shellWord(`DD-APPLICATION-KEY: ${secret}`)} ${shellWord(`${baseUrl}/api/v2/container_images`)}`,
  };
}

/** The dialect as the server mounts it. */
export const datadog: Dialect = datadogWith(DEFAULT_ALLOWANCE);
