import { Command, CommanderError } from 'commander';
import { StowageError } from '../domain/error.ts';
import { STOWAGE_VERSION } from '../domain/version.ts';
import { addCommand } from './commands/add.ts';
import { benchDataCommand } from './commands/bench-data.ts';
import { containersCommand } from './commands/containers.ts';
import { credentialsCommand } from './commands/credentials.ts';
import { imagesCommand } from './commands/images.ts';
import { projectsCommand } from './commands/projects.ts';
import { serveCommand } from './commands/serve.ts';
import { sourcesCommand } from './commands/sources.ts';
import { translateCommand } from './commands/translate.ts';
import { workerCommand } from './commands/worker.ts';

/** The whole command line. */
export function makeProgram(): Command {
  const program = new Command('stowage')
    .description('An inventory of every container and VM image, answering through five image APIs')
    .version(STOWAGE_VERSION)
    .exitOverride()
    .showSuggestionAfterError();
  for (const add of [
    serveCommand,
    workerCommand,
    addCommand,
    sourcesCommand,
    imagesCommand,
    containersCommand,
    credentialsCommand,
    projectsCommand,
    translateCommand,
    benchDataCommand,
  ]) {
    add(program);
  }
  return program;
}

/** Runs one command line; errors meant for people go to standard error without a stack. Exit 1 failed, 2 wrongly called. */
export async function main(argv: readonly string[] = process.argv): Promise<void> {
  try {
    await makeProgram().parseAsync(argv as string[]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    if (error instanceof StowageError) {
      process.stderr.write(`stowage: ${error.message}\n`);
      process.exitCode = error.kind === 'invalid' ? 2 : 1;
      return;
    }
    process.stderr.write(`stowage: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  }
}

await main();
