import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Principal, Project, Role } from '../domain/credential.ts';
import type { Micros } from '../domain/time.ts';
import type { EntityName } from '../query/catalogue.ts';
import type { CursorCodec } from '../query/cursor.ts';
import type { QueryLanguage } from '../query/language.ts';
import type { Position } from '../query/page.ts';
import type { AuditEntry, EntityRows, InventoryReader, InventoryWriter, ListRequest } from '../store/store.ts';

export type DialectId = 'datadog' | 'qualys' | 'huawei-hss' | 'stackrox' | 'glance';

/** What a dialect is: a grammar, a set of routes, and how to ask it. One folder each; its name is its id. */
export interface Dialect {
  readonly id: DialectId;
  /** The vendor's own name of the API. */
  readonly title: string;
  readonly language: QueryLanguage;
  /** The calls it answers, for the generated coverage table. */
  readonly calls: readonly { readonly method: string; readonly path: string; readonly about: string }[];
  /** Registers the routes on an instance of its own (encapsulated: hooks, parsers and error handler stay inside). */
  register(app: FastifyInstance, services: DialectServices): void | Promise<void>;
  /** The document that paths outside every dialect get, where this vendor's API has one (status 300). */
  readonly rootDocument?: (baseUrl: string) => unknown;
  /** One line for a shell that lists images (or containers) with a credential; complete as it stands. */
  curl(context: { baseUrl: string; id: string; secret: string; projectId: string }): string;
}

/** What the server lends to every dialect. */
export interface DialectServices {
  readonly store: InventoryReader & InventoryWriter;
  readonly credentials: Credentials;
  readonly cursors: CursorCodec;
  readonly pages: PageCache;
  readonly rows: PrintedRows;
  readonly limits: RateLimits;
  /** The process clock; tests pin it. */
  readonly now: () => Micros;
  /** Scheme and host clients reach us by: the configured public address, else the request's own. No trailing slash. */
  readonly baseUrl: (request: FastifyRequest) => string;
  /** Adds to the audit log. Denied requests are noted by `credentials` already. */
  readonly audit: (entry: Omit<AuditEntry, 'at' | 'remote'>, request: FastifyRequest) => void;
}

/** Checks credentials in whatever form they are presented. Every refusal is audited. */
export interface Credentials {
  /** Id and secret presented directly. `undefined`: wrong, revoked or expired (which one is never told). */
  verify(id: string, secret: string, request: FastifyRequest): Promise<Principal | undefined>;
  /** Whether a credential of this id exists and may be used, without its secret (Datadog's `/api/v1/validate`). */
  exists(id: string): Promise<boolean>;
  /**
   * A signed token (JWT) of any kind issued here. `reason` tells an expired token from any other refusal.
   */
  verifyToken(
    token: string,
    request: FastifyRequest,
  ): Promise<{ principal: Principal; claims: TokenClaims } | { reason: 'expired' | 'invalid' }>;
  /** Issues a token for a principal: its project, role and end are inside. `claims` are added as they are. */
  issueToken(
    principal: Principal,
    options: { ttlSeconds: number; claims?: Readonly<Record<string, unknown>> },
  ): Promise<{ token: string; claims: TokenClaims }>;
  revokeToken(claims: TokenClaims): Promise<void>;
  /** The plain secret of a usable credential, for checking request signatures. */
  signingSecret(id: string): Promise<{ principal: Principal; secret: string } | undefined>;
  /** Notes a refusal that the dialect found out by itself (bad signature, clock skew). */
  denied(request: FastifyRequest, credentialId: string | null, reason: string): void;
  /** Whether the server runs with `--insecure-no-auth`; then this principal stands in for everybody. */
  readonly anonymous: Principal | undefined;
  /** Whether a principal may act in a role. */
  allows(principal: Principal, role: Role): boolean;
}

export interface TokenClaims {
  /** Token id. */
  readonly jti: string;
  /** Credential id. */
  readonly sub: string;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
  readonly [claim: string]: unknown;
}

/** A page as bytes, kept until the inventory changes. */
export interface Page {
  readonly status?: number;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PageCache {
  /**
   * Answers from kept bytes, or renders and keeps them. The key is the project, the inventory's generation and `key`
   * (everything else that shapes the bytes: URL, role, Accept ...). `etag: true` adds a strong ETag and answers
   * `If-None-Match` with 304. A page that depends on the moment (`keep: false` from render) is sent but not kept.
   *
   * With `onRepeat`, on a route that has the hook `arrive`, a request equal to an earlier one in every byte of its line
   * and headers is answered without the handler, as long as access, the inventory and the credential are as they were.
   */
  send(
    request: FastifyRequest,
    reply: FastifyReply,
    principal: Principal,
    key: string,
    render: () => Promise<Page & { readonly keep?: boolean }>,
    options?: { readonly etag?: boolean; readonly onRepeat?: OnRepeat },
  ): Promise<FastifyReply>;
  /** The `onRequest` hook of routes with repeatable requests: notes the state of access before anything is checked. */
  readonly arrive: onRequestHookHandler;
}

/**
 * What a repeated request still needs: it is counted against allowances, and gets the headers that differ from answer
 * to answer. Whatever else a call does must follow from path, headers, inventory and the caller's rights alone: not
 * from the time, not from a body, and without a trace (an audit entry, a lock). It outlives the request, so it must
 * not hold on to it: make it in a function of its own.
 * @returns names and values in turn; undefined when the handler must answer (it will refuse, say)
 */
export type OnRepeat = () => readonly string[] | undefined;

/** For calls that count nothing, and whose answers have no headers of their own. */
export const NOTHING_ON_REPEAT: OnRepeat = () => [];

/** Rows of lists as the texts a dialect makes of them, kept until the row changes: pages share most of their rows. */
export interface PrintedRows {
  /**
   * A page of a list.
   * @param form names everything but the row that shapes the text, the dialect first
   * @param print makes the text of a row
   */
  list<E extends EntityName>(
    project: Project,
    request: ListRequest<E>,
    form: string,
    print: (row: EntityRows[E]) => string,
  ): Promise<PrintedPage>;
}

/** A page as texts. */
export interface PrintedPage {
  readonly texts: readonly string[];
  /** The last row: its id, and its position, where the next page starts. Undefined of an empty page. */
  readonly last: { readonly id: string; readonly position: Position } | undefined;
  /** Whether at least one more row follows. */
  readonly more: boolean;
}

/** Fixed-window rate limits per credential, windows aligned to the clock. */
export interface RateLimits {
  /**
   * Counts one request in a named bucket.
   * @returns what is left; `allowed` false when over the limit
   */
  take(
    bucket: string,
    who: string,
    limit: number,
    windowSeconds: number,
  ): { allowed: boolean; limit: number; remaining: number; resetSeconds: number; windowSeconds: number };
}
