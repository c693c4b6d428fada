import type { Micros } from '../domain/time.ts';
import { auditLog } from './access/audit.ts';
import { credentialRecords } from './access/credentials.ts';
import { trackAccessGeneration } from './access/generation.ts';
import { projectRecords } from './access/projects.ts';
import { serverSecrets } from './access/server-secrets.ts';
import { tokenRevocations } from './access/tokens.ts';
import type { Engine } from './engine.ts';
import type { AccessStore } from './store.ts';

/** Projects, credentials, revoked tokens, the audit log and the installation's secrets over an engine. */
export function createAccessStore(engine: Engine, deps: { readonly now: () => Micros }): AccessStore {
  const generation = trackAccessGeneration(engine);
  return {
    ...projectRecords(engine, generation, deps.now),
    ...credentialRecords(engine, generation),
    ...tokenRevocations(engine, generation, deps.now),
    ...auditLog(engine),
    ...serverSecrets(engine),
    accessGeneration: generation.current,
  };
}
