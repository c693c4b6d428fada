import { type ErrorKind, StowageError } from '../../domain/error.ts';

/** An answer that is an error: status, what went wrong (the vendor's "explanation") and, seldom, a detail. */
export class Fault extends StowageError {
  readonly status: number;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    explanation: string,
    options: { at?: number; detail?: string; headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    const { at, detail = '', headers = {}, cause } = options;
    super(KINDS[status] ?? 'internal', `glance.${status}`, explanation, { ...(at === undefined ? {} : { at }), cause });
    this.name = 'Fault';
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

/** Shorthand for {@link Fault}. */
export function fault(
  status: number,
  explanation: string,
  options?: { at?: number; detail?: string; headers?: Readonly<Record<string, string>> },
): Fault {
  return new Fault(status, explanation, options);
}

/** The texts that need no more than their name (contract 1.7, 2.2, 3.1). */
export const TEXT = {
  unauthorized:
    'This server could not verify that you are authorized to access the document you requested. Either you supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required.',
  notFound: 'The resource could not be found.',
  internal: 'The server has either erred or is incapable of performing the requested operation.',
  unavailable: 'The server is currently unavailable. Please try again at a later time.',
  bodyNotExpected: 'A body is not expected with this request.',
  singleStore: 'Multi backend is not supported at this site.',
} as const;

/** The method is not offered on this path. */
export function methodNotAllowed(method: string, allowed: readonly string[]): Fault {
  return new Fault(405, `The method ${method} is not allowed for this resource.`, {
    headers: { allow: allowed.join(', ') },
  });
}

/** No or a wrong credential; `uri` is where tokens come from. */
export function unauthorized(uri: string): Fault {
  return new Fault(401, TEXT.unauthorized, { headers: { 'www-authenticate': `Keystone uri="${uri}"` } });
}

/** Turns whatever was thrown into a {@link Fault}. What is not meant for the asker becomes a bare 500. */
export function toFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof StowageError && error.kind !== 'internal') {
    const headers: Record<string, string> =
      error.kind === 'unavailable' || error.kind === 'too-many' ? { 'retry-after': '1' } : {};
    return new Fault(STATUSES[error.kind], error.message, { headers, cause: error });
  }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (error instanceof Error && status >= 400 && status < 500)
    return new Fault(status, error.message, { cause: error });
  return new Fault(500, TEXT.internal, { cause: error });
}

const STATUSES: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-many': 413,
  unavailable: 503,
  internal: 500,
};

const KINDS: Readonly<Record<number, ErrorKind>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'invalid',
  409: 'conflict',
  413: 'too-many',
  415: 'invalid',
  503: 'unavailable',
};
