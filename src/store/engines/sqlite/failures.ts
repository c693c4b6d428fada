import { DatabaseError, type DatabaseErrorKind } from '../database-error.ts';
import type { Failure } from './protocol.ts';

// Result codes: https://www.sqlite.org/rescode.html
const CONSTRAINTS: Readonly<Record<number, DatabaseErrorKind>> = {
  275: 'check',
  787: 'foreign-key',
  1299: 'not-null',
  1555: 'unique',
  2067: 'unique',
  2579: 'unique',
};
const PRIMARY: Readonly<Record<number, DatabaseErrorKind>> = { 5: 'busy', 6: 'busy', 13: 'full' };

/** The failure of an error thrown by node:sqlite, for sending. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as { errcode?: unknown }).errcode;
  return { code: typeof code === 'number' ? code : 0, message };
}

/** The error a failure stands for. */
export function errorOf(failure: Failure): DatabaseError {
  const kind =
    CONSTRAINTS[failure.code] ??
    PRIMARY[failure.code & 0xff] ??
    (failure.message.startsWith('no such table') ? 'missing-table' : 'other');
  return new DatabaseError(kind, `SQLITE ${failure.code}`, failure.message);
}
