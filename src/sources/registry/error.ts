import { type ErrorKind, StowageError } from '../../domain/error.ts';

/** What a registry may do that is no fault of the way to it. The codes are part of the interface. */
export type RegistryErrorCode =
  | 'registry.denied' // it wants other credentials, or gives these no right
  | 'registry.realm' // its token server cannot be used
  | 'registry.not-found'
  | 'registry.no-catalogue' // it does not list its repositories
  | 'registry.protocol'; // it does not answer as the distribution API says

/** An answer of a registry that cannot be worked with. Never contains a secret or free text of the registry. */
export class RegistryError extends StowageError {
  declare readonly code: RegistryErrorCode;

  constructor(kind: ErrorKind, code: RegistryErrorCode, message: string) {
    super(kind, code, message);
    this.name = 'RegistryError';
  }

  /** The error for an answer that is none of the good ones. */
  static fromAnswer(answer: { readonly status: number; readonly body: Buffer }, what: string): RegistryError {
    const said = statusText(answer);
    if (answer.status === 404)
      return new RegistryError('not-found', 'registry.not-found', `${what} is not there (${said})`);
    if (answer.status === 401 || answer.status === 403) {
      return new RegistryError('forbidden', 'registry.denied', `${what} is not given to us (${said})`);
    }
    return new RegistryError('invalid', 'registry.protocol', `${what} is answered with ${said}`);
  }
}

// The codes of the distribution specification, "Error Codes", and those in use before it.
const KNOWN: ReadonlySet<string> = new Set([
  'BLOB_UNKNOWN',
  'DENIED',
  'MANIFEST_INVALID',
  'MANIFEST_UNKNOWN',
  'NAME_INVALID',
  'NAME_UNKNOWN',
  'PAGINATION_NUMBER_INVALID',
  'TOOMANYREQUESTS',
  'UNAUTHORIZED',
  'UNSUPPORTED',
]);

/**
 * The error code of an answer's body. Only codes that are known pass: what else stands in the body is the registry's
 * own text, which could repeat what it was sent.
 */
export function errorCodeOf(body: Buffer): string | undefined {
  const codes = /"code"\s*:\s*"([A-Z_]{1,40})"/g;
  for (const [, code] of body.subarray(0, 8_192).toString('latin1').matchAll(codes)) {
    if (code !== undefined && KNOWN.has(code)) return code;
  }
  return undefined;
}

/** The status of an answer with its error code, for messages: `HTTP 404, NAME_UNKNOWN`. */
export function statusText(answer: { readonly status: number; readonly body: Buffer }): string {
  const code = errorCodeOf(answer.body);
  return `HTTP ${answer.status}${code === undefined ? '' : `, ${code}`}`;
}
