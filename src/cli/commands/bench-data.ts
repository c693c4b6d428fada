import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { invalid } from '../../domain/error.ts';
import { fill } from '../bench-data/fill.ts';
import { pace } from '../bench-data/pace.ts';
import { untilInterrupted } from '../lib/interrupt.ts';
import { CONSOLE, ProgressLine } from '../lib/output.ts';
import { openSession } from '../lib/session.ts';
import { addSettings, readSettings } from '../lib/settings.ts';

/** Seconds between progress lines where the line cannot be redrawn. */
const REPORT_SECONDS = 10;

/** The heap grows by V8's own measure: the slow growth `stowage` starts with, for servers, costs a load a fifth more CPU time. */
const AS_V8_LIKES = '--heap-growing-percent=0';

/** `stowage bench-data --images N`: an empty project filled with generated images. */
export function benchDataCommand(program: Command): void {
  const command = program
    .command('bench-data')
    .description(
      'fill an empty project with generated images, the same for the same seed; a new embedded store is not safe from a loss of power before the end',
    )
    .requiredOption('-n, --images <N>', 'how many images; a tenth are VM images, a tenth run in ten containers each')
    .option('--seed <S>', 'another number gives other data', '1')
    .option('--json', 'one JSON object when done');
  addSettings(command).action(async (options: { images: string; seed: string; json?: boolean }) => {
    const images = whole(options.images, '--images', 1, 100_000_000);
    const seed = whole(options.seed, '--seed', 0, 4_294_967_295);
    const settings = readSettings(command.opts());
    setFlagsFromString(AS_V8_LIKES);
    const { signal, done } = untilInterrupted();
    const session = await openSession(settings);
    try {
      const { store, project } = session;
      const startedAt = performance.now();
      const line = new ProgressLine(CONSOLE);
      let reportedAt = startedAt;
      const filled = await fill(
        store,
        project,
        { images, seed },
        {
          place: settings.database === undefined ? { data: settings.data } : { database: settings.database },
          signal,
          onProgress(state) {
            const text = pace(state, (performance.now() - startedAt) / 1000);
            line.show(text);
            if (CONSOLE.interactive || performance.now() - reportedAt < REPORT_SECONDS * 1000) return;
            reportedAt = performance.now();
            CONSOLE.err(`${text}\n`);
          },
        },
      );
      const seconds = (performance.now() - startedAt) / 1000;
      const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
      line.end(
        `${filled.images} images and ${filled.containers} containers in ${seconds.toFixed(1)} s (${Math.round(filled.images / seconds)} images/s), at most ${peakMegabytes} MiB of memory`,
      );
      if (options.json) {
        const summary = {
          project: project.id,
          seed,
          ...filled,
          seconds: Number(seconds.toFixed(3)),
          peak_rss_mib: peakMegabytes,
        };
        CONSOLE.out(`${JSON.stringify(summary)}\n`);
      }
    } finally {
      done();
      await session.close();
    }
  });
}

function whole(text: string, flag: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw invalid('bench-data.number', `${flag} is a whole number from ${least} to ${most}, not "${text}".`, flag);
}
