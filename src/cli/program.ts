import { Command } from 'commander';
import { STOWAGE_VERSION } from '../domain/version.ts';
import { addCommand } from './commands/add.ts';
import { benchDataCommand } from './commands/bench-data.ts';
import { completionCommand } from './commands/completion.ts';
import { containersCommand } from './commands/containers.ts';
import { credentialsCommand } from './commands/credentials.ts';
import { doctorCommand } from './commands/doctor.ts';
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
    doctorCommand,
    benchDataCommand,
    completionCommand,
  ]) {
    add(program);
  }
  return program;
}
