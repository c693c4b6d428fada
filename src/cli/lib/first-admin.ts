import type { Session } from './session.ts';
import type { Settings } from './settings.ts';

/**
 * The admin credential a new project needs: the preset one (`STOWAGE_ADMIN_ID`, `STOWAGE_ADMIN_SECRET`), else one that
 * is made when the project has no credential at all.
 * @returns id and secret where they can be told; undefined when a credential exists already and its secret is not known
 */
export async function firstAdmin(
  session: Session,
  settings: Settings,
): Promise<{ id: string; secret: string; made: boolean } | undefined> {
  const { store, project, credentials } = session;
  const id = settings['admin-id'];
  const secret = settings['admin-secret'];
  if (id !== undefined && secret !== undefined) {
    const known = await credentials.signingSecret(id);
    if (!known) await credentials.create({ project, role: 'admin', description: 'preset', id, secret });
    return known && known.secret !== secret ? undefined : { id, secret, made: false };
  }
  const active = (await store.credentials(project)).filter((one) => one.revokedAt === null);
  if (active.length > 0) return undefined;
  const made = await credentials.create({ project, role: 'admin', description: 'first admin' });
  return { id: made.credential.id, secret: made.secret, made: true };
}
