import { StowageError } from '../../domain/error.ts';

/**
 * Code and message of an error, for a recorded problem.
 * @throws the error itself when it is none that was foreseen
 */
export function describeError(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof StowageError) return { code: error.code, message: error.message };
  throw error;
}
