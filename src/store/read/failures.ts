import { isDatabaseError } from '../engines/database-error.ts';

/** Whether a statement failed because an index it was to use is not there. */
export function isMissingIndex(error: unknown): boolean {
  return isDatabaseError(error, 'other') && /^no such index/.test(error.message);
}

/** Whether PostgreSQL refused an expression, for instance as too complex (SQLSTATE 2201B). */
export function isRefusedRegex(error: unknown): boolean {
  return isDatabaseError(error, 'other') && error.code === '2201B';
}
