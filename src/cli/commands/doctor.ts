import type { Command } from 'commander';
import { checkInventory } from '../../store/doctor.ts';
import { openEngine } from '../../store/open.ts';
import { CONSOLE } from '../lib/output.ts';
import { openSession } from '../lib/session.ts';
import { addSettings, readSettings } from '../lib/settings.ts';

/** `stowage doctor`: recomputes everything derived and compares; exit 1 where they differ. */
export function doctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .description('recompute every derived row and count of a project and compare; exit 1 where they differ')
    .option('--json', 'one JSON object a difference');
  addSettings(command).action(async (options: { json?: boolean }) => {
    const settings = readSettings(command.opts());
    const session = await openSession(settings);
    const engine = await openEngine(settings.database ? { database: settings.database } : { data: settings.data });
    try {
      const differences = await checkInventory(engine, session.project);
      for (const difference of differences) CONSOLE.out(`${JSON.stringify(difference)}\n`);
      if (!options.json)
        CONSOLE.err(differences.length === 0 ? 'no difference\n' : `${differences.length} differences\n`);
      if (differences.length > 0) process.exitCode = 1;
    } finally {
      await engine.close();
      await session.close();
    }
  });
}
