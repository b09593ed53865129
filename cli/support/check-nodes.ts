import type { Settings } from '../../config.js';
import { openRedis } from '../../parts/redis-access.js';
import { redisConnected } from '../../redis/connect.js';
import { NodeLog } from '../../redis/node-log.js';
import { type Check, firstLine, result } from './checks.js';

const NAME = 'main node';
const ANSWER_MS = 5000;

/** Of a node of the API: whether there is a main node, and it can be reached and lets us in; null where this is the main node. */
export async function checkNodes(settings: Settings): Promise<Check | null> {
  const { role, redisUrl, adminKey } = settings;
  if (role !== 'api' || redisUrl === null) return null;
  const redis = openRedis(settings, () => {});
  try {
    await redisConnected(redis, ANSWER_MS);
    const main = await new NodeLog(redis).main();
    if (main === null) {
      return result(
        NAME,
        'warning',
        'none has announced itself in this Redis',
        'start it with the same CHEJI_REDIS_URL',
      );
    }
    return await ask(main.url, adminKey);
  } catch {
    return result(NAME, 'broken', 'not known without Redis', 'mend that first');
  } finally {
    redis.disconnect();
  }
}

async function ask(url: string, key: string | null): Promise<Check> {
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}/v1/stats/live`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await response.body?.cancel();
    if (response.status === 401) {
      return result(NAME, 'broken', `${url} does not know our key`, 'set the same CHEJI_ADMIN_KEY on all nodes');
    }
    return result(NAME, 'ok', url, '');
  } catch (error) {
    const mend =
      'set CHEJI_NODE_URL on the main node to where it is reached from here, and CHEJI_HTTP_HOST so that it listens there';
    return result(NAME, 'broken', `${url}: ${firstLine(error)}`, mend);
  }
}
