import type { Credential, Role } from '../../domain/credential.ts';
import { StowageError } from '../../domain/error.ts';
import type { Id } from '../../domain/id.ts';
import { storable } from '../../domain/text.ts';
import type { Micros } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { compile } from '../sql.ts';
import type { AccessStore, CredentialSecret } from '../store.ts';
import type { AccessGeneration } from './generation.ts';

interface CredentialRow {
  readonly credential_id: string;
  readonly project_id: Id;
  readonly role: Role;
  readonly description: string;
  readonly created_at: Micros;
  readonly revoked_at: Micros | null;
  readonly expires_at: Micros | null;
  readonly hash: string;
  readonly sealed: string;
}

type CredentialRecords = Pick<AccessStore, 'createCredential' | 'credentials' | 'credential' | 'revokeCredential'>;

/** Credentials of all projects, by id. */
export function credentialRecords(engine: Engine, generation: AccessGeneration): CredentialRecords {
  const { sql: db } = engine;

  return {
    async createCredential(credential, secret) {
      const row = rowOf(credential, secret);
      const insert = compile(
        db
          .insertInto('credential')
          .values(row)
          .onConflict((on) => on.doNothing()),
      );
      const stored = compile(db.selectFrom('credential').selectAll().where('credential_id', '=', credential.id));
      await generation.change(async (transaction) => {
        if ((await transaction.run(insert)) === 1) return;
        // Repeated after a COMMIT of unknown outcome: then it is this very credential.
        const [found] = await transaction.all<CredentialRow>(stored);
        if (found?.hash === row.hash && found.sealed === row.sealed) return;
        const message = `There is a credential "${credential.id}" already; choose another id.`;
        throw new StowageError('conflict', 'credential.exists', message, { at: 'id' });
      });
    },

    async credentials(project) {
      const query = db
        .selectFrom('credential')
        .selectAll()
        .where('project_id', '=', project.id)
        .orderBy('created_at')
        .orderBy('credential_id');
      return (await engine.all<CredentialRow>(compile(query))).map(credentialOf);
    },

    async credential(id) {
      const query = db.selectFrom('credential').selectAll().where('credential_id', '=', storable(id));
      const [row] = await engine.all<CredentialRow>(compile(query));
      return row && { ...credentialOf(row), hash: row.hash, sealed: Buffer.from(row.sealed, 'base64') };
    },

    async revokeCredential(id, at) {
      const update = compile(
        db
          .updateTable('credential')
          .set({ revoked_at: at })
          .where('credential_id', '=', storable(id))
          .where('revoked_at', 'is', null),
      );
      return generation.change(
        async (transaction) => (await transaction.run(update)) > 0,
        (revoked) => revoked,
      );
    },
  };
}

function rowOf(credential: Credential, secret: CredentialSecret): CredentialRow {
  return {
    credential_id: credential.id,
    project_id: credential.projectId,
    role: credential.role,
    description: storable(credential.description),
    created_at: credential.createdAt,
    revoked_at: credential.revokedAt,
    expires_at: credential.expiresAt,
    hash: secret.hash,
    sealed: secret.sealed.toString('base64'),
  };
}

function credentialOf(row: CredentialRow): Credential {
  return {
    id: row.credential_id,
    projectId: row.project_id,
    role: row.role,
    description: row.description,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
    expiresAt: row.expires_at,
  };
}
