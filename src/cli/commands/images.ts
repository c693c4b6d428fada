import type { Command } from 'commander';
import { DIALECTS } from '../../dialects/registry.ts';
import { now } from '../../domain/time.ts';
import { parseOverImages } from '../../query/translate.ts';
import { imageOrder, languageOf } from '../../server/api/question.ts';
import { imageItem } from '../../server/api/render.ts';
import { bytes, CONSOLE, table } from '../lib/output.ts';
import { openSession } from '../lib/session.ts';
import { addSettings, readSettings } from '../lib/settings.ts';

/** `stowage images`: what there is, by a query in any of the languages. */
export function imagesCommand(program: Command): void {
  const command = program
    .command('images')
    .description('list images')
    .option('-q, --query <TEXT>', 'which ones')
    .option('-l, --language <LANG>', 'native, stackrox, qualys, datadog, glance or huawei-hss', 'native')
    .option('-s, --sort <WORDS>', 'e.g. -size,name', '-updated')
    .option('-n, --limit <N>', 'how many at most; 0 for all', '50')
    .option('--count', 'only how many match')
    .option('--json', 'one JSON object a line');
  addSettings(command).action(async (options: Options) => {
    const session = await openSession(readSettings(command.opts()));
    try {
      const { store, project } = session;
      const language = languageOf({ dialects: DIALECTS }, options.language);
      const at = now();
      const where = parseOverImages(language, options.query ?? '', { now: at });
      if (options.count) {
        const { value } = await store.count(project, 'image', where, { now: at });
        CONSOLE.out(options.json ? `${JSON.stringify({ count: value })}\n` : `${value}\n`);
        return;
      }
      const sort = imageOrder(options.sort);
      const most = Number(options.limit) || Number.POSITIVE_INFINITY;
      const rows: (string | number)[][] = [];
      let seen = 0;
      let after: Parameters<typeof store.list>[1]['after'];
      let more = true;
      while (more && seen < most) {
        const page = await store.list(project, {
          entity: 'image',
          where,
          sort,
          limit: Math.min(1000, most - seen),
          after,
          now: at,
        });
        for (const row of page.rows) {
          const item = imageItem(row);
          if (options.json) CONSOLE.out(`${JSON.stringify(item)}\n`);
          else {
            const names = row.references.length > 1 ? ` (+${row.references.length - 1})` : '';
            rows.push([
              `${row.name || '-'}${names}`,
              (row.digest ?? row.id).slice(0, 19),
              item.verdict,
              bytes(row.size),
              row.runningCount,
              item.updated_at!.slice(0, 16),
            ]);
          }
        }
        seen += page.rows.length;
        after = page.positions.at(-1);
        more = page.more;
      }
      if (!options.json) {
        CONSOLE.out(table(['IMAGE', 'DIGEST', 'VERDICT', 'SIZE', 'RUNNING', 'UPDATED'], rows));
        if (more) CONSOLE.err('There are more; raise --limit.\n');
      }
    } finally {
      await session.close();
    }
  });
}

interface Options {
  readonly query?: string;
  readonly language: string;
  readonly sort: string;
  readonly limit: string;
  readonly count?: boolean;
  readonly json?: boolean;
}
