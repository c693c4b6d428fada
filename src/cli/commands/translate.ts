import type { Command } from 'commander';
import { DIALECTS } from '../../dialects/registry.ts';
import { now } from '../../domain/time.ts';
import { translate } from '../../query/translate.ts';
import { languageOf, languagesOf } from '../../server/api/question.ts';
import { CONSOLE } from '../lib/output.ts';

/** `stowage translate --from LANG QUERY`: the same question in the other dialects. Needs no store. */
export function translateCommand(program: Command): void {
  program
    .command('translate')
    .description('say a query of one language in the others')
    .requiredOption('--from <LANG>', 'native, stackrox, qualys, datadog, glance or huawei-hss')
    .argument('<QUERY>')
    .option('--json', 'as JSON')
    .action((query: string, options: { from: string; json?: boolean }) => {
      const services = { dialects: DIALECTS };
      const { languages } = translate(languageOf(services, options.from), query, languagesOf(services), { now: now() });
      if (options.json) {
        CONSOLE.out(
          `${JSON.stringify({ from: options.from, text: query, languages: Object.fromEntries(languages) })}\n`,
        );
        return;
      }
      for (const [id, { text, missing }] of languages) {
        CONSOLE.out(`${id.padEnd(11)} ${text || '(no condition)'}\n`);
        for (const lack of missing) CONSOLE.out(`${''.padEnd(11)}   cannot be said: ${lack}\n`);
      }
    });
}
