import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

/**
 * The log on stderr: readable lines on a terminal, one JSON object per line elsewhere.
 * stdout stays free for what a command prints as its result.
 */
export function createLog(level: string): Logger {
  const options = { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime };
  if (!process.stderr.isTTY) return pino(options, pino.destination(2));
  return pino(
    options,
    pretty({ destination: 2, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', singleLine: true }),
  );
}
