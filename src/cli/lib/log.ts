import pino, { type Logger } from 'pino';

/** JSON lines on standard error: slow and failed things, and what the workers do. */
export function makeLog(level = process.env['STOWAGE_LOG_LEVEL'] ?? 'info'): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
