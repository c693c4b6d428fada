import { once } from 'node:events';
import type { Command } from 'commander';
import { untilInterrupted } from '../lib/interrupt.ts';
import { makeLog } from '../lib/log.ts';
import { openSession } from '../lib/session.ts';
import { addSettings, readSettings } from '../lib/settings.ts';
import { startWorkers } from '../lib/workers.ts';

/** `stowage worker`: only the workers, against the same database; any number, anywhere. */
export function workerCommand(program: Command): void {
  const command = program.command('worker').description('run the workers without the server');
  addSettings(command).action(async () => {
    const settings = readSettings(command.opts());
    const { signal } = untilInterrupted();
    const log = makeLog();
    const session = await openSession(settings);
    const workers = startWorkers({ session, settings, secrets: new Map(), log });
    process.stderr.write('stowage worker: ready\n');
    if (!signal.aborted) await once(signal, 'abort');
    await workers.stop();
    await session.close();
  });
}
