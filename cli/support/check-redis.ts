import { once } from 'node:events';
import type { Settings } from '../../config.js';
import { connectRedis } from '../../redis/connect.js';
import { type Check, firstLine, result } from './checks.js';

const NAME = 'redis';
const CONNECT_MS = 5000;
/** Streams behave as we use them from here on; what is older is not tried. */
const OLDEST_VERSION = 7;

/** Redis, where the alert log is to be copied to it: lets us in, is new enough, and refuses rather than forgets; null where it is off. */
export async function checkRedis({ redisUrl }: Settings): Promise<Check | null> {
  if (redisUrl === null) return null;
  const { host } = new URL(redisUrl);
  const redis = connectRedis(redisUrl, () => {});
  try {
    await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_MS) });
    const about = await redis.info();
    const version = /^redis_version:(\S+)/m.exec(about)?.[1] ?? '?';
    const policy = /^maxmemory_policy:(\S+)/m.exec(about)?.[1] ?? 'noeviction';
    const limited = /^maxmemory:[1-9]/m.test(about);
    if (Number.parseInt(version, 10) < OLDEST_VERSION) {
      return result(NAME, 'warning', `${host}: version ${version}`, `version ${OLDEST_VERSION} or later is tried`);
    }
    if (limited && policy !== 'noeviction') {
      return result(
        NAME,
        'warning',
        `${host} drops keys when it is full (${policy})`,
        'set maxmemory-policy noeviction',
      );
    }
    return result(NAME, 'ok', `${host}, version ${version}`, '');
  } catch (error) {
    const found = (error as Error).name === 'AbortError' ? `no answer within ${CONNECT_MS} ms` : firstLine(error);
    return result(NAME, 'broken', `${host}: ${found}`, 'see that it runs and that CHEJI_REDIS_URL is right');
  } finally {
    redis.disconnect();
  }
}
