import type { Command } from 'commander';
import { formatRfc3339 } from '../../domain/time.ts';
import { sourceItem } from '../../server/api/render.ts';
import { CONSOLE, table } from '../lib/output.ts';
import { openSession } from '../lib/session.ts';
import { addSettings, readSettings } from '../lib/settings.ts';

/** `stowage sources`: where images are learned of, and how the last look went. */
export function sourcesCommand(program: Command): void {
  const command = program
    .command('sources')
    .description('list sources and how their last run went')
    .option('--json', 'one JSON object a line');
  addSettings(command).action(async (options: { json?: boolean }) => {
    const session = await openSession(readSettings(command.opts()));
    try {
      const sources = await session.store.sources(session.project);
      if (options.json) for (const source of sources) CONSOLE.out(`${JSON.stringify(sourceItem(source))}\n`);
      else {
        const rows = sources.map(({ uri, lastRun }) => [
          uri,
          lastRun?.state ?? 'never run',
          lastRun?.progress.found ?? 0,
          lastRun?.progress.added ?? 0,
          lastRun?.progress.changed ?? 0,
          lastRun?.progress.failed ?? 0,
          lastRun ? formatRfc3339(lastRun.finishedAt ?? lastRun.startedAt, 0) : '-',
          lastRun?.error ?? '',
        ]);
        CONSOLE.out(table(['SOURCE', 'LAST RUN', 'FOUND', 'NEW', 'CHANGED', 'FAILED', 'AT', 'ERROR'], rows));
      }
    } finally {
      await session.close();
    }
  });
}
