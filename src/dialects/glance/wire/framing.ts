import type { Fault } from '../errors.ts';
import { type ErrorForm, errorForm } from './accept.ts';
import { asciiJson } from './python.ts';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

const TYPES: Readonly<Record<ErrorForm, string>> = {
  html: 'text/html; charset=UTF-8',
  json: 'application/json',
  plain: 'text/plain; charset=UTF-8',
};

/** The standard phrase of a status. */
export function titleOf(status: number): string {
  return TITLES[status] ?? 'Error';
}

/** The bytes of an error as WebOb writes them (contract 1.7), in the form the request's `Accept` asks for. */
export function frame(fault: Fault, accept: string | undefined): { contentType: string; body: Buffer } {
  const form = errorForm(accept);
  return { contentType: TYPES[form], body: Buffer.from(WRITERS[form](fault), 'utf8') };
}

const WRITERS: Readonly<Record<ErrorForm, (fault: Fault) => string>> = {
  html: (fault) => {
    const status = `${fault.status} ${titleOf(fault.status)}`;
    const head = `<html>\n <head>\n  <title>${status}</title>\n </head>\n <body>\n  <h1>${status}</h1>\n  `;
    return `${head}${bodyOf(fault, escapeHtml)}\n </body>\n</html>`;
  },
  json: (fault) => {
    const title = titleOf(fault.status);
    return asciiJson({ message: bodyOf(fault, asIs), code: `${fault.status} ${title}`, title });
  },
  plain: (fault) => `${fault.status} ${titleOf(fault.status)}\n\n${stripTags(bodyOf(fault, asIs))}`,
};

function bodyOf(fault: Fault, write: (text: string) => string): string {
  const detail = write(fault.detail);
  if (fault.status === 405) return `${write(fault.message)} <br /><br />\n${detail}`;
  return `${write(fault.message)}<br /><br />\n${detail}\n\n`;
}

function stripTags(body: string): string {
  return body
    .replaceAll('\n', ' ')
    .replaceAll('\r', '')
    .replace(/<br.*?>/gis, '\n')
    .replace(/<!--|-->/g, '')
    .replace(/<.*?>/gs, '');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};

function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign]!)
    .replace(/[^\0-\u007f]/gu, (sign) => `&#${sign.codePointAt(0)};`);
}

function asIs(text: string): string {
  return text;
}
