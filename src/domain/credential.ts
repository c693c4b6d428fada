import type { Id } from './id.ts';
import type { Micros } from './time.ts';

/** What a credential may do: read; scan, watch and report; everything. Each includes the one before. */
export type Role = 'reader' | 'operator' | 'admin';

const RANK: Readonly<Record<Role, number>> = { reader: 0, operator: 1, admin: 2 };

/** Whether `role` includes `needed`. */
export function allows(role: Role, needed: Role): boolean {
  return RANK[role] >= RANK[needed];
}

/** A tenant: owns images, containers and credentials. */
export interface Project {
  readonly id: Id;
  /** A small number, unique within a store and never given again: what the rows of its inventory are keyed by. */
  readonly no: number;
  readonly name: string;
  readonly bucketBase: number;
  readonly bucketCount: number;
  readonly createdAt: Micros;
}

/** A credential without its secret. The id is what the five dialects call API key, user name, access key or user. */
export interface Credential {
  readonly id: string;
  readonly projectId: Id;
  readonly role: Role;
  readonly description: string;
  readonly createdAt: Micros;
  readonly revokedAt: Micros | null;
  readonly expiresAt: Micros | null;
}

/** Who asks: the outcome of authentication, whatever the form the credential was presented in. */
export interface Principal {
  readonly credentialId: string;
  readonly project: Project;
  readonly role: Role;
  /** When the presented token ends; null for a credential presented directly. */
  readonly expiresAt: Micros | null;
}
