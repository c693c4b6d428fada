import { shellWord } from '../../domain/shell.ts';
import type { Dialect } from '../dialect.ts';
import { parseQuery } from './parse.ts';
import { printQuery } from './print.ts';
import { registerRoutes } from './routes.ts';
import { versionsDocument } from './wire/versions.ts';

export { versionsDocument };

/** The OpenStack Image API v2 (Glance) with the identity calls its clients make first. */
export const glance: Dialect = {
  id: 'glance',
  title: 'OpenStack Image API (Glance)',
  language: { id: 'glance', entity: 'image', parse: parseQuery, print: printQuery },
  calls: [
    { method: 'GET', path: '/v2/images', about: 'Images, filtered, sorted and paged' },
    { method: 'GET', path: '/v2/images/{id}', about: 'One image' },
    { method: 'GET', path: '/v2/schemas/{name}', about: 'Schemas: image, images, member, members, task, tasks' },
    { method: 'GET', path: '/v2/info/import', about: 'Ways to import (none)' },
    { method: 'GET', path: '/v2/info/stores', about: 'Stores (a single one: 404, as upstream)' },
    { method: 'GET', path: '/v2/info/usage', about: 'Quotas (none)' },
    { method: 'GET', path: '/versions', about: 'Versions of the image API; also at /, /v2 and /v2/' },
    { method: 'GET', path: '/healthcheck', about: 'OK while the process lives' },
    { method: 'GET', path: '/v3', about: 'Version of the identity API' },
    { method: 'POST', path: '/v3/auth/tokens', about: 'A token for a password, an application credential or a token' },
    { method: 'GET', path: '/v3/auth/tokens', about: 'What a token stands for' },
    { method: 'DELETE', path: '/v3/auth/tokens', about: 'Takes a token back' },
    { method: 'GET', path: '/v3/auth/catalog', about: 'Where the services are' },
    { method: 'GET', path: '/v3/projects/{id}', about: 'The project of the credential' },
  ],
  register: (app, services) => registerRoutes(app, services),
  rootDocument: (baseUrl) => Buffer.from(versionsDocument(baseUrl)),
  curl: ({ baseUrl, id, secret }) =>
    `curl -sS -u ${shellWord(`${id}:${secret}`)} ${shellWord(`${baseUrl}/v2/images?limit=25`)}`,
};
