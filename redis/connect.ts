import { Cluster, Redis as OneRedis, type RedisOptions } from 'ioredis';

export type Redis = OneRedis | Cluster;

/** A command that is not answered by then has failed; Redis answers in less than a millisecond, or not at all. */
const COMMAND_MS = 2000;
const CONNECT_MS = 5000;
/** A connection that says nothing while something is asked is dead, whatever the kernel thinks. */
const SILENT_MS = 5000;
const KEEPALIVE_MS = 10_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

const OPTIONS = {
  connectTimeout: CONNECT_MS,
  commandTimeout: COMMAND_MS,
  socketTimeout: SILENT_MS,
  keepAlive: KEEPALIVE_MS,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
} as const satisfies RedisOptions;

/**
 * The one place that makes clients of Redis. The client begins to connect at once and goes on for ever, with pauses that grow
 * and differ. While it is away commands fail at once: what waits, waits where it is kept, and not in the client's memory.
 * `state` hears of each change, with what Redis or the system said.
 *
 * `?cluster=yes` behind the URL says that it is a node of a cluster, which knows the others; `?cluster=host:port,host:port`
 * names more that may be asked for them.
 */
export function connectRedis(url: string, state: (connected: boolean, detail: string) => void): Redis {
  const client = make(new URL(url));
  let detail = 'not connected yet';
  client.on('ready', () => state(true, ''));
  client.on('error', (error: Error) => {
    detail = error.message;
  });
  client.on('close', () => state(false, detail));
  return client;
}

function make(url: URL): Redis {
  const cluster = url.searchParams.get('cluster');
  url.searchParams.delete('cluster');
  if (cluster === null) {
    return new OneRedis(url.href, {
      ...OPTIONS,
      enableOfflineQueue: false,
      retryStrategy: retryPause,
      reconnectOnError: (error) => /^(READONLY|LOADING)/.test(error.message), // another is the master now, or soon
    });
  }
  const others = cluster === 'yes' ? [] : cluster.split(',');
  const { username, password, protocol } = url;
  return new Cluster([url.host, ...others].map(seed), {
    clusterRetryStrategy: retryPause,
    enableOfflineQueue: false,
    slotsRefreshTimeout: COMMAND_MS,
    redisOptions: {
      ...OPTIONS,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
  });
}

function seed(address: string): { host: string; port: number } {
  const { hostname, port } = new URL(`redis://${address}`);
  return { host: hostname, port: Number(port || 6379) };
}

function retryPause(times: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** times, LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
}
