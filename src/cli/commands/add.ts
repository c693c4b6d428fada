import type { Command } from 'commander';
import { now } from '../../domain/time.ts';
import { runCollection } from '../../jobs/collect.ts';
import { runItem } from '../../server/api/render.ts';
import { resolveSource } from '../../sources/resolve.ts';
import type { SourceRun } from '../../store/store.ts';
import { untilInterrupted } from '../lib/interrupt.ts';
import { bytes, CONSOLE, ProgressLine } from '../lib/output.ts';
import { openSession, sourceSettings } from '../lib/session.ts';
import { addSettings, readSettings } from '../lib/settings.ts';

/** `stowage add SOURCE...`: one collection of each now; ends when everything found is stored. */
export function addCommand(program: Command): void {
  const command = program
    .command('add')
    .description('collect sources once, with progress')
    .argument(
      '<SOURCE...>',
      'registry://host/repository, docker://, oci:DIR, oci-archive:FILE, docker-archive:FILE, or a path',
    )
    .option('--json', 'one JSON object a source');
  addSettings(command).action(async (uris: readonly string[], options: { json?: boolean }) => {
    const settings = readSettings(command.opts());
    const { signal, done } = untilInterrupted();
    const session = await openSession(settings);
    try {
      for (const given of uris) {
        const { kind, uri, secrets } = await resolveSource(given);
        const source = await session.store.upsertSource(session.project, { kind: kind.id, uri, settings: {} });
        const line = new ProgressLine(CONSOLE);
        const run = await runCollection({
          store: session.store,
          project: session.project,
          source,
          kind,
          settings: sourceSettings(settings, secrets),
          signal,
          now,
          onProgress: (state) => line.show(progressText(uri, state)),
        });
        if (options.json) CONSOLE.out(`${JSON.stringify({ source: uri, ...runItem(run) })}\n`);
        line.end(`${progressText(uri, run)}: ${run.state}${run.error ? `: ${run.error}` : ''}`);
        for (const group of await session.store.runProblems(session.project, run.id)) {
          for (const sample of group.samples.slice(0, 5))
            CONSOLE.err(`  ${group.code} ${sample.part}: ${sample.message}\n`);
          if (group.count > 5) CONSOLE.err(`  ${group.code}: ${group.count - 5} more\n`);
        }
        if (run.state !== 'complete') process.exitCode = 1;
        if (signal.aborted) break;
      }
    } finally {
      done();
      await session.close();
    }
  });
}

function progressText(uri: string, { progress }: SourceRun): string {
  const { done, found, added, changed, unchanged, failed, closed, blobs } = progress;
  const parts = [`${done}/${found}`, `${added} new`, `${changed} changed`, `${unchanged} unchanged`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (closed > 0) parts.push(`${closed} closed`);
  parts.push(`${blobs} blobs`, bytes(progress.bytes));
  return `${uri}: ${parts.join(', ')}`;
}
