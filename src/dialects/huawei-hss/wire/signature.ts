import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalRequest, type SignedRequest, sha256 } from './canonical.ts';

/** The three layouts of an Authorization header (contract section 3). */
export type SignatureForm = 'current' | 'derived' | 'legacy';

/** An Authorization header taken apart. */
export interface Signature {
  readonly form: SignatureForm;
  readonly accessKey: string;
  /** Date, region and service; empty for the current form. */
  readonly scope: { readonly date: string; readonly region: string; readonly service: string };
  readonly signedHeaders: string;
  /** Lower-case hex. */
  readonly signature: string;
}

const CURRENT =
  /^SDK-HMAC-SHA256 Access=(?<ak>[^,\s]+),\s*SignedHeaders=(?<signed>[^,\s]+),\s*Signature=(?<hex>[0-9a-f]{64})$/;
const DERIVED =
  /^V11-HMAC-SHA256 Credential=(?<ak>[^/,\s]+)\/(?<date>\d{8})\/(?<region>[^/,\s]*)\/(?<service>[^/,\s]*),\s*SignedHeaders=(?<signed>[^,\s]+),\s*Signature=(?<hex>[0-9a-f]{64})$/;
const LEGACY =
  /^SDK-HMAC-SHA256 Credential=(?<ak>[^/,\s]+)\/(?<date>\d{8})\/(?<region>[^/,\s]*)\/(?<service>[^/,\s]*)\/sdk_request,\s*SignedHeaders=(?<signed>[^,\s]+),\s*Signature=(?<hex>[0-9a-f]{64})$/;

/** Takes an Authorization header apart; `undefined` when it has none of the three layouts. */
export function parseAuthorization(header: string): Signature | undefined {
  for (const [form, pattern] of [
    ['current', CURRENT],
    ['derived', DERIVED],
    ['legacy', LEGACY],
  ] as const) {
    const groups = pattern.exec(header.trim())?.groups;
    if (!groups) continue;
    return {
      form,
      accessKey: groups['ak']!,
      scope: { date: groups['date'] ?? '', region: groups['region'] ?? '', service: groups['service'] ?? '' },
      signedHeaders: groups['signed']!,
      signature: groups['hex']!,
    };
  }
  return undefined;
}

/**
 * Whether a signature is right for a request. Only `x-sdk-date` must be among the signed headers: real clients leave
 * out `host` and others (contract 3.3). Compared in constant time.
 */
export function verifySignature(signature: Signature, request: SignedRequest, secret: string): boolean {
  const date = String(request.headers['x-sdk-date'] ?? '');
  if (!signature.signedHeaders.toLowerCase().split(';').includes('x-sdk-date')) return false;
  if (signature.form !== 'current' && signature.scope.date !== date.slice(0, 8)) return false;
  const expected = Buffer.from(sign(signature, request, secret, date));
  const given = Buffer.from(signature.signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function sign(signature: Signature, request: SignedRequest, secret: string, date: string): string {
  const { form, accessKey, scope, signedHeaders } = signature;
  const hashed = sha256(canonicalRequest(request, signedHeaders, form === 'legacy'));
  const info = `${scope.date}/${scope.region}/${scope.service}`;
  switch (form) {
    case 'current':
      return hmac(secret, `SDK-HMAC-SHA256\n${date}\n${hashed}`).toString('hex');
    case 'derived': {
      const prk = hmac(accessKey, secret);
      const key = hmac(prk, Buffer.concat([Buffer.from(info), Buffer.from([1])])).toString('hex');
      return hmac(key, `V11-HMAC-SHA256\n${date}\n${info}\n${hashed}`).toString('hex');
    }
    default: {
      const key = [scope.date, scope.region, scope.service, 'sdk_request'].reduce<string | Buffer>(
        hmac,
        `SDK${secret}`,
      );
      return hmac(key, `SDK-HMAC-SHA256\n${date}\n${info}/sdk_request\n${hashed}`).toString('hex');
    }
  }
}

function hmac(key: string | Buffer, data: string | Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
