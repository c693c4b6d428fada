/**
 * What a database refused, in words both engines share. `busy`: somebody else's lock, deadlock or serialization
 * failure, the transaction may be tried again. `lost`: the connection is gone, and whether a COMMIT under way took
 * place is not known.
 */
export type DatabaseErrorKind =
  | 'unique'
  | 'foreign-key'
  | 'not-null'
  | 'check'
  | 'missing-table'
  | 'busy'
  | 'lost'
  | 'timeout'
  | 'full'
  | 'other';

/** An error of a database. Mapped from its code (SQLSTATE, SQLite result code), never from a constraint's name. */
export class DatabaseError extends Error {
  readonly kind: DatabaseErrorKind;
  /** The database's own code, for logs. */
  readonly code: string;

  constructor(kind: DatabaseErrorKind, code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'DatabaseError';
    this.kind = kind;
    this.code = code;
  }
}

/** Whether an error is a {@link DatabaseError} of one of these kinds. */
export function isDatabaseError(error: unknown, ...kinds: readonly DatabaseErrorKind[]): error is DatabaseError {
  return error instanceof DatabaseError && (kinds.length === 0 || kinds.includes(error.kind));
}
