import type { Settings } from '../config.js';
import { connectRedis, type Redis } from '../redis/connect.js';

/** What of the settings says where Redis is. */
export type RedisSettings = Pick<Settings, 'redisUrl' | 'redisCa' | 'redisCert' | 'redisKey'>;

/** A client of the Redis that the settings name; `told` as for `connectRedis`. Throws where they name none. */
export function openRedis(settings: RedisSettings, told: (connected: boolean, detail: string) => void): Redis {
  const { redisUrl, redisCa: caFile, redisCert: certFile, redisKey: keyFile } = settings;
  return connectRedis(redisUrl ?? '', told, { caFile, certFile, keyFile });
}
