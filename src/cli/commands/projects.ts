import type { Command } from 'commander';
import { StowageError } from '../../domain/error.ts';
import { CONSOLE, table } from '../lib/output.ts';
import { openSession } from '../lib/session.ts';
import { addSettings, readSettings } from '../lib/settings.ts';

/** `stowage projects create NAME|list`. */
export function projectsCommand(program: Command): void {
  const group = program
    .command('projects')
    .description('tenants: each with its own images, containers and credentials');

  const create = group.command('create').description('make a project').argument('<NAME>').option('--json', 'as JSON');
  addSettings(create).action(async (name: string, options: { json?: boolean }) => {
    const session = await openSession({ ...readSettings(create.opts()), project: 'default' });
    try {
      if (await session.store.projectByName(name))
        throw new StowageError('conflict', 'project.exists', `There is a project "${name}" already.`);
      const project = await session.store.createProject(name);
      CONSOLE.out(
        options.json
          ? `${JSON.stringify({ id: project.id, name: project.name })}\n`
          : `${project.name} ${project.id}\n`,
      );
    } finally {
      await session.close();
    }
  });

  const list = group.command('list').description('all projects').option('--json', 'as JSON');
  addSettings(list).action(async (options: { json?: boolean }) => {
    const session = await openSession({ ...readSettings(list.opts()), project: 'default' });
    try {
      const projects = await session.store.projects();
      const rows = await Promise.all(
        projects.map(async (project) => ({
          id: project.id,
          name: project.name,
          images: (await session.store.count(project, 'image', { kind: 'all' })).value,
        })),
      );
      CONSOLE.out(
        options.json
          ? `${JSON.stringify(rows)}\n`
          : table(
              ['NAME', 'ID', 'IMAGES'],
              rows.map((row) => [row.name, row.id, row.images]),
            ),
      );
    } finally {
      await session.close();
    }
  });
}
