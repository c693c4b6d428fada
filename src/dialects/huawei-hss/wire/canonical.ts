import { createHash } from 'node:crypto';

/** What of a request is signed (contract 3.1). */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as received. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Body bytes as received. */
  readonly body: Buffer;
}

/**
 * The canonical request: method, path, query, signed headers, their names, and the body's hash, a line each.
 * @param signedHeaders the SignedHeaders text as received
 * @param legacy the older scheme, where a POST without body hashes its query instead
 */
export function canonicalRequest(request: SignedRequest, signedHeaders: string, legacy: boolean): string {
  const [path = '', ...rest] = request.url.split('?');
  const query = canonicalQuery(rest.join('?'));
  const headers = signedHeaders.split(';').map((name) => `${name.toLowerCase()}:${headerOf(request, name)}\n`);
  const queryAsBody = legacy && request.method === 'POST' && request.body.length === 0;
  const declared = headerOf(request, 'x-sdk-content-sha256');
  const bodyHash = declared || sha256(queryAsBody ? query : request.body);
  return [
    request.method.toUpperCase(),
    canonicalPath(path),
    queryAsBody ? '' : query,
    headers.join(''),
    signedHeaders,
    bodyHash,
  ].join('\n');
}

/** Hex SHA-256. */
export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function headerOf(request: SignedRequest, name: string): string {
  const value = request.headers[name.toLowerCase()];
  return (Array.isArray(value) ? value.join(',') : String(value ?? '')).trim();
}

function canonicalPath(path: string): string {
  const segments = path.split('/').map((segment) => encode(decode(segment)));
  const whole = segments.join('/');
  return whole.endsWith('/') ? whole : `${whole}/`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query
    .split('&')
    .filter(Boolean)
    .map((pair): readonly [string, string] => {
      const sign = pair.indexOf('=');
      const key = sign < 0 ? pair : pair.slice(0, sign);
      return [encode(decode(key)), encode(decode(sign < 0 ? '' : pair.slice(sign + 1)))];
    });
  pairs.sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]));
  return pairs.map(([key, value]) => `${key}=${value}`).join('&');
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Only A-Z a-z 0-9 - _ . ~ stay bare.
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
