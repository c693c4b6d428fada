import { CommanderError } from 'commander';
import { StowageError } from '../domain/error.ts';
import { makeProgram } from './program.ts';
import { keepTickShape } from './tick-shape.ts';

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

keepTickShape();
await main();
