import type { Command } from 'commander';
import { DIALECTS } from '../../dialects/registry.ts';
import { now } from '../../domain/time.ts';
import { and, eq, not, some } from '../../query/predicate.ts';
import { parseOverImages } from '../../query/translate.ts';
import { languageOf } from '../../server/api/question.ts';
import { containerItem } from '../../server/api/render.ts';
import { CONSOLE, table } from '../lib/output.ts';
import { openSession } from '../lib/session.ts';
import { addSettings, readSettings } from '../lib/settings.ts';

/** `stowage containers`: what runs, and the image it runs. */
export function containersCommand(program: Command): void {
  const command = program
    .command('containers')
    .description('list containers')
    .option('-q, --query <TEXT>', 'of which images')
    .option('-l, --language <LANG>', 'language of the query', 'native')
    .option('-a, --all', 'those that are gone too')
    .option('-n, --limit <N>', 'how many at most', '50')
    .option('--json', 'one JSON object a line');
  addSettings(command).action(async (options: Options) => {
    const session = await openSession(readSettings(command.opts()));
    try {
      const at = now();
      const image = parseOverImages(languageOf({ dialects: DIALECTS }, options.language), options.query ?? '', {
        now: at,
      });
      const where = and(
        image.kind === 'all' ? image : some('image', image),
        ...(options.all ? [] : [not(eq('state', 'gone'))]),
      );
      const page = await session.store.list(session.project, {
        entity: 'container',
        where,
        sort: [
          { field: 'host_name', direction: 'asc' },
          { field: 'name', direction: 'asc' },
        ],
        limit: Number(options.limit),
        now: at,
      });
      const items = page.rows.map(containerItem);
      if (options.json) for (const item of items) CONSOLE.out(`${JSON.stringify(item)}\n`);
      else {
        const rows = items.map((item) => [
          item.host,
          item.name,
          item.state,
          item.image,
          item.id.slice(0, 12),
          item.last_seen_at!.slice(0, 16),
        ]);
        CONSOLE.out(table(['HOST', 'NAME', 'STATE', 'IMAGE', 'ID', 'SEEN'], rows));
        if (page.more) CONSOLE.err('There are more; raise --limit.\n');
      }
    } finally {
      await session.close();
    }
  });
}

interface Options {
  readonly query?: string;
  readonly language: string;
  readonly all?: boolean;
  readonly limit: string;
  readonly json?: boolean;
}
