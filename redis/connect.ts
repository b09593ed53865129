import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis as OneRedis, type RedisOptions } from 'ioredis';
import { type RedisAddress, readRedisAddress } from './address.js';

export type Redis = OneRedis | Cluster;

/** PEM files for `rediss://`: who may have signed the certificate of Redis, and our own certificate with its key. */
export interface RedisTls {
  caFile: string | null;
  certFile: string | null;
  keyFile: string | null;
}

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

/** How it looks from here where one side speaks TLS and the other does not, or a certificate of ours is missing. */
const HUNG_UP = /ECONNRESET|EPIPE/;
const MAYBE_TLS = ' (does it want TLS, rediss://, or a certificate of ours?)';

/** All that the library tells of a node of a cluster that it could not connect to. */
const CLOSED = 'Connection is closed.';

/** Why there is no connection, by client; nothing while there is one. */
const away = new WeakMap<Redis, string>();

/**
 * The one place that makes clients of Redis. The client begins to connect at once and goes on for ever, with pauses that grow
 * and differ. While it is away commands fail at once: what waits, waits where it is kept, and not in the client's memory.
 * `told` hears of each change, with what Redis or the system said, and not of each try. Of a cluster that answers in parts it
 * hears nothing: commands to the other parts fail.
 *
 * Throws where the address is none, or a file of `tls` cannot be read.
 */
export function connectRedis(
  url: string,
  told: (connected: boolean, detail: string) => void,
  tls: RedisTls | null = null,
): Redis {
  const address = readRedisAddress(url);
  if (typeof address === 'string') throw new Error(`the address of Redis: ${address}`);
  const client = make(address, tls);
  /** It has let us in before. */
  let known = false;
  let detail = `it hung up${MAYBE_TLS}`;
  away.set(client, 'not connected yet');
  client.on('ready', () => {
    known = true;
    away.delete(client);
    detail = 'the connection was lost';
    told(true, '');
  });
  client.on('error', (error: Error) => {
    // Of a cluster: none of its nodes says where what is; what the last of them said says more.
    const { message } = (error as { lastNodeError?: Error }).lastNodeError ?? error;
    detail = message === CLOSED ? noneOf(address) : message;
    if (!known && HUNG_UP.test(message)) detail += MAYBE_TLS;
  });
  client.on('close', () => {
    const before = away.get(client);
    away.set(client, detail);
    if (before !== detail) told(false, detail);
  });
  return client;
}

/** What keeps a command from being done, for people: the connection, where that is it, else what Redis said. */
export function explainRedis(client: Redis, error: unknown): string {
  const reason = away.get(client);
  if (reason !== undefined) return reason;
  const { message } = error as Error;
  // Scripts are ours: where in them it was is of no use to anybody outside.
  return message.replace(/ script: [0-9a-f]{40}, on @user_script.*$/, '');
}

/** Resolves once there is a connection; rejects with why the first try came to nothing, or that nothing came within the time. */
export function redisConnected(client: Redis, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${withinMs} ms`)), withinMs);
    client.once('ready', resolve);
    client.once('close', () => reject(new Error(away.get(client))));
    for (const event of ['ready', 'close']) client.once(event, () => clearTimeout(timer));
  });
}

/** Those that hold data: the one server, or every master of the cluster as far as it is known. */
export function redisMasters(client: Redis): OneRedis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}

function make(address: RedisAddress, files: RedisTls | null): Redis {
  const { username, password, db } = address;
  const options: RedisOptions = {
    ...OPTIONS,
    ...(username !== null && { username }),
    ...(password !== null && { password }),
    ...(address.tls && { tls: tlsOptions(files) }),
  };
  if (address.cluster) {
    return new Cluster([...address.hosts], {
      clusterRetryStrategy: retryPause,
      enableOfflineQueue: false,
      slotsRefreshTimeout: COMMAND_MS,
      redisOptions: options,
    });
  }
  return new OneRedis({
    ...options,
    ...address.hosts[0],
    db,
    enableOfflineQueue: false,
    retryStrategy: retryPause,
    reconnectOnError: (error) => /^(READONLY|LOADING)/.test(error.message), // another is the master now, or soon
  });
}

function tlsOptions(files: RedisTls | null): ConnectionOptions {
  const pem = (name: 'ca' | 'cert' | 'key', file: string | null | undefined) =>
    file ? { [name]: readFileSync(file) } : {};
  return { ...pem('ca', files?.caFile), ...pem('cert', files?.certFile), ...pem('key', files?.keyFile) };
}

function noneOf({ hosts, tls }: RedisAddress): string {
  const names = hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
  return `no node of the cluster can be reached by ${names}${tls ? ', or their certificates are refused' : ''}`;
}

function retryPause(times: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** times, LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
}
