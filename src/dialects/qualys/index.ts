import { shellWord } from '../../domain/shell.ts';
import type { Dialect } from '../dialect.ts';
import { parse } from './parse.ts';
import { print } from './print.ts';
import { registerRoutes } from './routes.ts';

/** Qualys Container Security: images. */
export const qualys: Dialect = {
  id: 'qualys',
  title: 'Qualys Container Security: images',
  language: { id: 'qualys', entity: 'content', parse, print },
  calls: [
    { method: 'POST', path: '/auth', about: 'a token for user name and password' },
    { method: 'GET', path: '/csapi/v1.3/images', about: 'images by a QQL filter, by pages' },
  ],
  register: registerRoutes,
  curl({ baseUrl, id, secret }) {
    const token = `curl -sS --data-urlencode ${shellWord(`username=${id}`)} --data-urlencode ${shellWord(`password=${secret}`)} -d token=true ${shellWord(`${baseUrl}/auth`)}`;
    return `curl -sS -H "Authorization: Bearer $(${token})" ${shellWord(`${baseUrl}/csapi/v1.3/images?pageSize=10`)}`;
  },
};
