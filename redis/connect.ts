import { Redis } from 'ioredis';

export type { Redis } from 'ioredis';

/** A command that is not answered by then has failed; Redis answers in less than a millisecond, or not at all. */
const COMMAND_MS = 2000;
const CONNECT_MS = 5000;
/** A connection that says nothing while something is asked is dead, whatever the kernel thinks. */
const SILENT_MS = 5000;
const KEEPALIVE_MS = 10_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/**
 * The one place that makes clients of Redis. The client begins to connect at once and goes on for ever, with pauses that grow
 * and differ. While it is away commands fail at once: what waits, waits where it is kept, and not in the client's memory.
 * `state` hears of each change, with what Redis or the system said.
 */
export function connectRedis(url: string, state: (connected: boolean, detail: string) => void): Redis {
  const client = new Redis(url, {
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
    socketTimeout: SILENT_MS,
    keepAlive: KEEPALIVE_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times) => Math.min(FIRST_PAUSE_MS * 2 ** times, LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2),
    reconnectOnError: (error) => /^(READONLY|LOADING)/.test(error.message), // another is the master now, or soon
  });
  let detail = 'not connected yet';
  client.on('ready', () => state(true, ''));
  client.on('error', (error: Error) => {
    detail = error.message;
  });
  client.on('close', () => state(false, detail));
  return client;
}
