import { shellWord } from '../../domain/shell.ts';
import type { Dialect } from '../dialect.ts';
import { parseQuery } from './parse.ts';
import { printQuery } from './print.ts';
import { registerRoutes } from './routes.ts';

/** The Image Service of StackRox, which is Red Hat Advanced Cluster Security for Kubernetes. */
export const stackrox: Dialect = {
  id: 'stackrox',
  title: 'StackRox / Red Hat Advanced Cluster Security Image Service',
  language: { id: 'stackrox', entity: 'image', parse: (text) => parseQuery(text), print: printQuery },
  calls: [
    { method: 'GET', path: '/v1/images', about: 'List of images: search query, order, limit and offset' },
    { method: 'GET', path: '/v1/imagescount', about: 'Number of images a search query finds' },
    { method: 'GET', path: '/v1/images/{id}', about: 'One image with metadata, layers and run settings' },
    { method: 'GET', path: '/v1/auth/status', about: 'Who the caller is: the connection test of clients' },
  ],
  register: registerRoutes,
  curl: ({ baseUrl, id, secret }) =>
    `curl -s -u ${shellWord(`${id}:${secret}`)} ${shellWord(`${baseUrl}/v1/images?pagination.limit=25&pretty`)}`,
};
