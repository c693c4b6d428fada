import { DatabaseError, type DatabaseErrorKind } from '../database-error.ts';

// SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
const BY_STATE: Readonly<Record<string, DatabaseErrorKind>> = {
  23505: 'unique',
  23503: 'foreign-key',
  23502: 'not-null',
  23514: 'check',
  '42P01': 'missing-table',
  '40P01': 'busy',
  40001: 'busy',
  '55P03': 'busy',
  57014: 'timeout',
  25006: 'lost', // read-only: the other side has become a standby
  53300: 'lost', // too many connections
};
const BY_CLASS: Readonly<Record<string, DatabaseErrorKind>> = { '08': 'lost', '57': 'lost', '53': 'full' };

/** What node says of a socket that broke or never opened, and pg of a connection that ended by itself. */
const LOST_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const LOST_MESSAGE =
  /connection terminated|client has encountered a connection error|timeout exceeded when trying to connect|query read timeout/i;
/** Distributed PostgreSQL reports trouble between its nodes as an internal error. */
const DISTRIBUTED_MESSAGE = /commit|failure on connection/i;

/** Turns what `pg` throws into a {@link DatabaseError}; anything else is given back as it is. */
export function databaseError(error: unknown): unknown {
  if (error instanceof DatabaseError || !(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  const message = error.message;
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !LOST_CODES.has(code)) {
    const kind = code === 'XX000' && DISTRIBUTED_MESSAGE.test(message) ? 'lost' : undefined;
    const known = kind ?? BY_STATE[code] ?? BY_CLASS[code.slice(0, 2)] ?? 'other';
    return new DatabaseError(known, code, message, { cause: error });
  }
  if ((typeof code === 'string' && LOST_CODES.has(code)) || LOST_MESSAGE.test(message)) {
    return new DatabaseError('lost', typeof code === 'string' ? code : '08000', message, { cause: error });
  }
  return error;
}
