import { type ErrorKind, StowageError } from '../../domain/error.ts';

/** What can go wrong on the way to another host. The codes are part of the interface. */
export type NetErrorCode =
  | 'net.address-refused' // leads to an address that is not allowed
  | 'net.plain-http' // plain http where it is not allowed, or a downgrade to it
  | 'net.redirect' // too many, or one that cannot be followed
  | 'net.name' // the name does not resolve
  | 'net.connect' // no connection, or one that broke
  | 'net.tls' // a certificate that is not trusted
  | 'net.tls-protocol' // the other side does not speak TLS
  | 'net.timeout'
  | 'net.slow' // below the minimum rate
  | 'net.encoding' // compressed though not asked for
  | 'net.rate-limited' // 429 again and again
  | 'net.status' // an answer that says no
  | 'net.host-down' // failed so often that it is left alone
  | 'limit.bytes';

/** A request to another host that failed. Kind `unavailable` means that a later try may succeed. Never contains a secret. */
export class NetError extends StowageError {
  declare readonly code: NetErrorCode;
  readonly host: string;
  /** Status of the answer, when there was one. */
  readonly status: number | undefined;

  constructor(
    kind: ErrorKind,
    code: NetErrorCode,
    host: string,
    message: string,
    options: { status?: number; cause?: unknown } = {},
  ) {
    super(kind, code, message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'NetError';
    this.host = host;
    this.status = options.status;
  }
}

/** An answer that asks to come back later: 408, 425, 429, 5xx. */
export class PassingStatus extends NetError {
  /** Milliseconds the host asks to wait. */
  readonly wait: number | undefined;
  declare readonly status: number;

  constructor(host: string, status: number, wait: number | undefined) {
    const rateLimited = status === 429;
    const message = rateLimited
      ? `${host} says that it is asked too often (429)`
      : `${host} answers with status ${status}`;
    super('unavailable', rateLimited ? 'net.rate-limited' : 'net.status', host, message, { status });
    this.wait = wait;
  }
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
]);
const BAD_CERTIFICATE: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
]);

/** Puts what undici, node:net, node:tls and node:dns throw into our words. An abort stays what it is. */
export function toNetError(error: unknown, host: string): Error {
  if (error instanceof StowageError) return error;
  if (!(error instanceof Error)) return new NetError('unavailable', 'net.connect', host, `${host}: request failed`);
  if (error.name === 'AbortError') return error;
  const code = errorCode(error);
  const options = { cause: error };
  if (UNTRUSTED.has(code)) {
    const hint = 'its certificate is signed by nobody known here; add the signing certificate with --registry-ca FILE';
    return new NetError('invalid', 'net.tls', host, `${host}: ${hint} (${code})`, options);
  }
  if (BAD_CERTIFICATE.has(code)) {
    return new NetError('invalid', 'net.tls', host, `${host}: its certificate is not valid for it (${code})`, options);
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    return new NetError('invalid', 'net.tls-protocol', host, `${host} does not answer in TLS (${code})`, options);
  }
  if (code === 'ENOTFOUND' || code === 'EAI_NONAME') {
    return new NetError('invalid', 'net.name', host, `${host}: no address is known for this name`, options);
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new NetError('unavailable', 'net.timeout', host, `${host}: no connection within the time allowed`, options);
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new NetError('invalid', 'limit.bytes', host, `${host}: its answer has too large headers`, options);
  }
  return new NetError('unavailable', 'net.connect', host, `${host}: the connection failed (${code})`, options);
}

/** The machine-readable code of an error, of its first part when it has several, else its name. */
function errorCode(error: Error): string {
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return errorCode(error.errors[0]);
  return error.name;
}
