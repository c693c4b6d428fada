/** What went wrong, in a word every dialect has its own form for. */
export type ErrorKind =
  | 'invalid' // the request is wrong: say what, where and what to do
  | 'unauthenticated' // no or wrong credential
  | 'forbidden' // a right credential without the right
  | 'not-found'
  | 'conflict'
  | 'too-many' // over a rate or quota
  | 'unavailable' // try again later
  | 'internal';

/** An error that is meant for the person who asked. Dialects turn it into their vendor's bytes in one place. */
export class StowageError extends Error {
  readonly kind: ErrorKind;
  /** A stable, machine-readable code, e.g. `query.unknown-field`. */
  readonly code: string;
  /** Where in the input, when it has a place: a parameter name, a JSON path, or a character offset. */
  readonly at: string | number | undefined;

  constructor(kind: ErrorKind, code: string, message: string, options: { at?: string | number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StowageError';
    this.kind = kind;
    this.code = code;
    this.at = options.at;
  }
}

/** Shorthand for the most common one: the caller's input is wrong. */
export function invalid(code: string, message: string, at?: string | number): StowageError {
  return new StowageError('invalid', code, message, { at });
}
