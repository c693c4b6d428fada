import type { Command } from 'commander';
import type { Role } from '../../domain/credential.ts';
import { invalid, StowageError } from '../../domain/error.ts';
import { formatRfc3339, now } from '../../domain/time.ts';
import { CONSOLE, table } from '../lib/output.ts';
import { openSession } from '../lib/session.ts';
import { addSettings, readSettings } from '../lib/settings.ts';

const ROLES: readonly string[] = ['reader', 'operator', 'admin'];

/** `stowage credentials create|list|revoke`. */
export function credentialsCommand(program: Command): void {
  const group = program.command('credentials').description('who may ask');

  const create = group
    .command('create')
    .description('make a credential; its secret is shown this once')
    .requiredOption('--role <ROLE>', ROLES.join(', '))
    .option('--description <TEXT>', 'what it is for', '')
    .option('--expires-days <N>', 'days until it ends')
    .option('--json', 'as JSON {id, secret, project, role}');
  addSettings(create).action(
    async (options: { role: string; description: string; expiresDays?: string; json?: boolean }) => {
      if (!ROLES.includes(options.role))
        throw invalid('credential.role', `A role is one of ${ROLES.join(', ')}, not "${options.role}".`, 'role');
      const session = await openSession(readSettings(create.opts()));
      try {
        const expiresAt = options.expiresDays === undefined ? null : now() + Number(options.expiresDays) * 86_400e6;
        const { credential, secret } = await session.credentials.create({
          project: session.project,
          role: options.role as Role,
          description: options.description,
          expiresAt,
        });
        const made = { id: credential.id, secret, project: session.project.name, role: credential.role };
        CONSOLE.out(
          options.json
            ? `${JSON.stringify(made)}\n`
            : `id      ${made.id}\nsecret  ${made.secret}\nproject ${made.project}\nrole    ${made.role}\n`,
        );
      } finally {
        await session.close();
      }
    },
  );

  const list = group
    .command('list')
    .description('credentials of a project, without secrets')
    .option('--json', 'as JSON');
  addSettings(list).action(async (options: { json?: boolean }) => {
    const session = await openSession(readSettings(list.opts()));
    try {
      const found = await session.store.credentials(session.project);
      const rows = found.map((one) => ({
        id: one.id,
        role: one.role,
        description: one.description,
        created_at: formatRfc3339(one.createdAt),
        state:
          one.revokedAt !== null ? 'revoked' : one.expiresAt !== null && one.expiresAt <= now() ? 'expired' : 'active',
      }));
      CONSOLE.out(
        options.json
          ? `${JSON.stringify(rows)}\n`
          : table(
              ['ID', 'ROLE', 'STATE', 'CREATED', 'DESCRIPTION'],
              rows.map((row) => [row.id, row.role, row.state, row.created_at.slice(0, 16), row.description]),
            ),
      );
    } finally {
      await session.close();
    }
  });

  const revoke = group.command('revoke').description('end a credential and every token made with it').argument('<ID>');
  addSettings(revoke).action(async (id: string) => {
    const session = await openSession(readSettings(revoke.opts()));
    try {
      if (!(await session.credentials.revoke(id)))
        throw new StowageError('not-found', 'credential.unknown', `There is no active credential ${id}.`);
      CONSOLE.out(`revoked ${id}\n`);
    } finally {
      await session.close();
    }
  });
}
