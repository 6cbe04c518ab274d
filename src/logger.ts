import { destination, type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger } from 'pino';

/** Written in pieces of this size, or after a second: a write for every request would cost more than its read. */
const BUFFER_BYTES = 4096;
const FLUSH_MILLISECONDS = 1000;

/**
 * The server's own log: JSON lines on standard error, so that standard output belongs to the command's answer.
 * Authorization never gets in, wherever it hides.
 */
export function createLogger(level: string): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: ['authorization', '*.authorization', 'headers', '*.headers'],
  };
  return pino(
    options,
    destination({ dest: 2, sync: false, minLength: BUFFER_BYTES, periodicFlush: FLUSH_MILLISECONDS }),
  );
}
