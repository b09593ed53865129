import type { Settings } from '../../config.js';
import { openRedis } from '../../parts/redis-access.js';
import { readRedisAddress } from '../../redis/address.js';
import { redisConnected, redisMasters } from '../../redis/connect.js';
import { type Check, firstLine, result } from './checks.js';

const NAME = 'redis';
const CONNECT_MS = 5000;
/** Streams behave as we use them from here on; what is older is not tried. */
const OLDEST_VERSION = 7;

/** Redis, where the alert log is to be copied to it: lets us in, is new enough, and refuses rather than forgets; null where it is off. */
export async function checkRedis(settings: Settings): Promise<Check | null> {
  if (settings.redisUrl === null) return null;
  const host = hostsOf(settings.redisUrl);
  const redis = openRedis(settings, () => {});
  try {
    await redisConnected(redis, CONNECT_MS);
    const abouts = await Promise.all(redisMasters(redis).map((master) => master.info()));
    const versions = abouts.map((about) => /^redis_version:(\S+)/m.exec(about)?.[1] ?? '?');
    const [version] = versions.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
    const forgetful = abouts.find(
      (about) => /^maxmemory:[1-9]/m.test(about) && !/^maxmemory_policy:noeviction/m.test(about),
    );
    if (Number.parseInt(version, 10) < OLDEST_VERSION) {
      return result(NAME, 'warning', `${host}: version ${version}`, `version ${OLDEST_VERSION} or later is tried`);
    }
    if (forgetful) {
      const policy = /^maxmemory_policy:(\S+)/m.exec(forgetful)?.[1];
      return result(
        NAME,
        'warning',
        `${host} drops keys when it is full (${policy})`,
        'set maxmemory-policy noeviction',
      );
    }
    const masters = abouts.length > 1 ? `, ${abouts.length} masters` : '';
    return result(NAME, 'ok', `${host}, version ${version}${masters}`, '');
  } catch (error) {
    return result(NAME, 'broken', `${host}: ${firstLine(error)}`, 'see that it runs and that CHEJI_REDIS_URL is right');
  } finally {
    redis.disconnect();
  }
}

/** As the settings name them, without the password. */
function hostsOf(url: string): string {
  const address = readRedisAddress(url);
  return typeof address === 'string' ? '' : address.hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
}
