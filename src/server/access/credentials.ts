import { hash, hkdfSync, randomBytes } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Credentials, TokenClaims } from '../../dialects/dialect.ts';
import { allows, type Credential, type Principal, type Project, type Role } from '../../domain/credential.ts';
import { StowageError } from '../../domain/error.ts';
import { randomId } from '../../domain/id.ts';
import type { Micros } from '../../domain/time.ts';
import type { AccessStore, AuditEntry } from '../../store/store.ts';
import { gate } from '../gate.ts';
import { LruMap } from '../http/lru-map.ts';
import { hashSecret, matchesSecret } from './password.ts';
import { seal, unseal } from './seal.ts';

export interface CredentialService extends Credentials {
  /** Makes a credential; the secret is in the answer and nowhere else. */
  create(options: NewCredential): Promise<{ credential: Credential; secret: string }>;
  revoke(id: string): Promise<boolean>;
}

export interface NewCredential {
  readonly project: Project;
  readonly role: Role;
  readonly description?: string;
  readonly expiresAt?: Micros | null;
  /** Preset id and secret (provisioning); else random ones. */
  readonly id?: string;
  readonly secret?: string;
}

interface Options {
  readonly store: AccessStore;
  /** 32 bytes; see `serverKey`. */
  readonly key: Buffer;
  readonly now: () => Micros;
  readonly audit: (entry: AuditEntry) => void;
  readonly anonymous?: Principal;
}

/** Secret hashes being computed at once: each takes 19 MiB and a core. More wait, too many more are refused. */
const HASHING = { atOnce: 2, waiting: 200 };

/**
 * Checks and makes credentials and tokens. A checked secret or token is remembered (as a salted hash) until any
 * credential changes, so that a request costs microseconds and a revocation works at once.
 */
export function createCredentialService(options: Options): CredentialService {
  const { store, key, now } = options;
  const sealKey = derive(key, 'seal');
  const tokenKey = derive(key, 'token');
  // One-shot and salted: this runs for every request, and a keyed hash would cost ten times as much.
  const salt = randomBytes(32).toString('base64');
  const checked = new LruMap<string, Known<Principal>>(10_000);
  const tokens = new LruMap<string, Known<{ principal: Principal; claims: TokenClaims }>>(10_000);
  const hashing = gate(HASHING.atOnce, {
    most: HASHING.waiting,
    error: () =>
      new StowageError(
        'too-many',
        'credentials.busy',
        'Too many sign-ins are being checked; try again in a few seconds.',
      ),
  });
  const decoy = hashSecret(randomBytes(16).toString('hex'));

  async function load(id: string) {
    const found = await store.credential(id);
    if (!found || found.revokedAt !== null) return undefined;
    if (found.expiresAt !== null && found.expiresAt <= now()) return undefined;
    const project = await store.project(found.projectId);
    if (!project) return undefined;
    const principal: Principal = { credentialId: found.id, project, role: found.role, expiresAt: found.expiresAt };
    return { principal, hash: found.hash, sealed: found.sealed };
  }

  function entry(projectId: string, action: string, object: string, detail: AuditEntry['detail']): AuditEntry {
    return { projectId, at: now(), actor: null, action, outcome: 'done', object, remote: null, detail };
  }

  function denied(
    request: FastifyRequest,
    credentialId: string | null,
    reason: string,
    projectId: string | null = null,
  ): void {
    options.audit({
      projectId,
      at: now(),
      actor: credentialId,
      action: 'request.denied',
      outcome: 'denied',
      object: `${request.method} ${request.url.split('?', 1)[0]}`,
      remote: request.ip,
      detail: { reason },
    });
  }

  return {
    anonymous: options.anonymous,
    allows: (principal, role) => allows(principal.role, role),
    denied: (request, id, reason) => denied(request, id, reason),

    async exists(id) {
      return (await load(id)) !== undefined;
    },

    async verify(id, secret, request) {
      const memory = hash('sha256', `${salt}${id.length}:${id}${secret}`, 'base64');
      const generation = await store.accessGeneration();
      const known = checked.get(memory);
      if (known && known.generation === generation && alive(known.value, now())) return known.value;
      const found = await load(id);
      const good = await hashing(async () => matchesSecret(secret, found?.hash ?? (await decoy)));
      if (!found || !good) {
        denied(request, id, found ? 'wrong secret' : 'unknown credential', found?.principal.project.id);
        return undefined;
      }
      checked.set(memory, { generation, value: found.principal });
      return found.principal;
    },

    async verifyToken(token, request) {
      const generation = await store.accessGeneration();
      const known = tokens.get(token);
      if (known && known.generation === generation && known.value.claims.exp * 1e6 > now()) return known.value;
      const reason = await (async () => {
        try {
          const { payload } = await jwtVerify(token, tokenKey, {
            algorithms: ['HS512'],
            currentDate: new Date(now() / 1000),
          });
          const claims = payload as unknown as TokenClaims;
          const found = await load(claims.sub);
          if (!found || (await store.isTokenRevoked(claims.jti))) return 'invalid';
          const principal: Principal = { ...found.principal, expiresAt: claims.exp * 1_000_000 };
          tokens.set(token, { generation, value: { principal, claims } });
          return { principal, claims };
        } catch (error) {
          if (error instanceof errors.JWTExpired) return 'expired';
          if (error instanceof errors.JOSEError || error instanceof TypeError) return 'invalid';
          throw error;
        }
      })();
      if (typeof reason !== 'string') return reason;
      denied(request, null, `${reason} token`);
      return { reason };
    },

    async issueToken(principal, { ttlSeconds, claims = {} }) {
      const iat = Math.floor(now() / 1_000_000);
      const ends =
        principal.expiresAt === null ? Number.POSITIVE_INFINITY : Math.floor(principal.expiresAt / 1_000_000);
      const all: TokenClaims = {
        ...claims,
        sub: principal.credentialId,
        project: principal.project.id,
        role: principal.role,
        jti: randomId(),
        iat,
        exp: Math.min(iat + ttlSeconds, ends),
      };
      const token = await new SignJWT({ ...all }).setProtectedHeader({ alg: 'HS512', typ: 'JWT' }).sign(tokenKey);
      return { token, claims: all };
    },

    async revokeToken(claims) {
      await store.revokeToken(claims.jti, claims.exp * 1_000_000);
    },

    async signingSecret(id) {
      const found = await load(id);
      return found && { principal: found.principal, secret: unseal(found.sealed, sealKey, id) };
    },

    async create({ project, role, description = '', expiresAt = null, ...preset }) {
      const id = preset.id ?? randomId();
      const secret = preset.secret ?? randomBytes(30).toString('base64url');
      const credential: Credential = {
        id,
        projectId: project.id,
        role,
        description,
        createdAt: now(),
        revokedAt: null,
        expiresAt,
      };
      options.audit(entry(project.id, 'credential.create', id, { role }));
      await store.createCredential(credential, { hash: await hashSecret(secret), sealed: seal(secret, sealKey, id) });
      return { credential, secret };
    },

    async revoke(id) {
      const known = await store.credential(id);
      const revoked = await store.revokeCredential(id, now());
      if (revoked && known) options.audit(entry(known.projectId, 'credential.revoke', id, {}));
      return revoked;
    },
  };
}

interface Known<T> {
  readonly generation: number;
  readonly value: T;
}

function alive(principal: Principal, at: Micros): boolean {
  return principal.expiresAt === null || principal.expiresAt > at;
}

function derive(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `stowage ${purpose}`, purpose === 'token' ? 64 : 32));
}
