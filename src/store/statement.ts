import type { CompiledQuery } from 'kysely';

/** A statement with its parameters, as kysely compiles it (or hand-made with the same shape). */
export type Statement = Pick<CompiledQuery, 'sql' | 'parameters'> & {
  /**
   * The same read in a form that gives up by itself when it takes longer than a moment, so that an engine within the
   * process may try it on the event loop: waking a thread takes longer than most pages do.
   */
  readonly near?: string | undefined;
};
