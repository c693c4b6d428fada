import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../domain/credential.ts';
import { parseId } from '../../domain/id.ts';
import { MINUTE, SECOND } from '../../domain/time.ts';
import type { DialectServices } from '../dialect.ts';
import { ERRORS } from './errors.ts';
import { parseAuthorization, verifySignature } from './wire/signature.ts';

/** How a request was let in: a signing client is told of its project under any name (contract 3.5). */
export interface Admission {
  readonly principal: Principal;
  readonly signed: boolean;
}

const SKEW = 15 * MINUTE;
const LOCK = { failures: 5, micros: 5 * MINUTE, most: 10_000 };
const MOST_BODY = 1 << 20;

/** Lets requests in by signature or token, and locks an access key for a caller after five wrong signatures in a row. */
export function createGate(services: DialectServices) {
  const { credentials, now } = services;
  const failures = new Map<string, { count: number; until: number }>();

  return async function admit(request: FastifyRequest): Promise<Admission> {
    if (credentials.anonymous) return { principal: credentials.anonymous, signed: false };
    const authorization = request.headers.authorization;
    if (authorization) return { principal: await bySignature(request, authorization), signed: true };
    const token = request.headers['x-auth-token'];
    if (typeof token === 'string' && token !== '') return { principal: await byToken(request, token), signed: false };
    credentials.denied(request, null, 'no credential');
    throw ERRORS.noCredential();
  };

  async function byToken(request: FastifyRequest, token: string): Promise<Principal> {
    const found = await credentials.verifyToken(token, request);
    if ('principal' in found) return found.principal;
    throw found.reason === 'expired' ? ERRORS.expiredToken() : ERRORS.badToken();
  }

  async function bySignature(request: FastifyRequest, header: string): Promise<Principal> {
    const algorithm = header.split(' ', 1)[0]!;
    if (algorithm !== 'SDK-HMAC-SHA256' && algorithm !== 'V11-HMAC-SHA256')
      throw ERRORS.unsupportedAlgorithm(algorithm.slice(0, 40));
    const signature = parseAuthorization(header);
    if (!signature) throw ERRORS.malformedSignature();
    const { accessKey } = signature;
    const caller = `${accessKey} ${request.ip}`;
    const failed = failures.get(caller);
    if (failed && failed.count >= LOCK.failures && failed.until > now()) throw ERRORS.locked();
    const known = await credentials.signingSecret(accessKey);
    if (!known) {
      credentials.denied(request, accessKey, 'unknown access key');
      throw ERRORS.unknownKey();
    }
    const time = parseSdkDate(request.headers['x-sdk-date']);
    if (time === undefined || Math.abs(now() - time) > SKEW) {
      credentials.denied(request, accessKey, 'clock skew');
      throw ERRORS.skewed();
    }
    const body = await readBody(request);
    const right = verifySignature(
      signature,
      { method: request.method, url: request.raw.url ?? '', headers: request.headers, body },
      known.secret,
    );
    if (!right) {
      note(caller, failed);
      credentials.denied(request, accessKey, 'wrong signature');
      throw ERRORS.badSignature();
    }
    failures.delete(caller);
    return known.principal;
  }

  function note(caller: string, before: { count: number; until: number } | undefined): void {
    if (failures.size >= LOCK.most) failures.clear();
    const count = before && before.until > now() ? before.count + 1 : 1;
    failures.set(caller, { count, until: now() + LOCK.micros });
  }
}

/**
 * Checks that the project in the path (its id, dashed or not, or its name) and in `X-Project-Id` is the caller's own.
 * @throws HssError 403
 */
export function requireProject(
  principal: Principal,
  path: string,
  header: string | readonly string[] | undefined,
): void {
  for (const given of [path, header]) {
    if (given === undefined || given === '') continue;
    const text = String(given);
    if (parseId(text) !== principal.project.id && text !== principal.project.name) throw ERRORS.otherProject();
  }
}

function parseSdkDate(value: string | readonly string[] | undefined): number | undefined {
  const groups = /^(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})T(?<h>\d{2})(?<i>\d{2})(?<s>\d{2})Z$/.exec(
    String(value ?? ''),
  )?.groups;
  if (!groups) return undefined;
  const { y, m, d, h, i, s } = groups;
  const time = Date.UTC(Number(y), Number(m) - 1, Number(d), Number(h), Number(i), Number(s));
  return (time / 1000) * SECOND;
}

/** Some SDKs send a body with GET and sign it; the framework does not read it, so it is read here. */
async function readBody(request: FastifyRequest): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request.raw) {
    length += (part as Buffer).length;
    if (length > MOST_BODY) throw ERRORS.bodyTooLarge();
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
