import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchDatabases } from './bench-database.js';
import { freePort } from './free-ports.js';
import { RedisServer } from './redis-server.js';
import { type ServerProcess, startServer } from './server-process.js';

/** A main node, nodes of the API, and what joins them: a Redis and a database of their own. */
export class NodeGroup {
  private constructor(
    readonly main: ServerProcess,
    /** One that is started again takes its own place. */
    readonly api: ServerProcess[],
    /** null: one node alone. */
    readonly redis: RedisServer | null,
    readonly drop: () => Promise<void>,
  ) {}

  /** `apiNodes` null: one node without Redis. */
  static async start(
    databases: BenchDatabases,
    { dir, apiNodes }: { dir: string; apiNodes: number | null },
  ): Promise<NodeGroup> {
    const { url, drop } = await databases.fresh();
    const redis = apiNodes === null ? null : new RedisServer(await freePort(), await mkdtemp(join(dir, 'redis-')));
    await redis?.start();
    const shared = {
      CHEJI_DATABASE_URL: url,
      CHEJI_TIME_POLICY: 'replay',
      ...(redis && { CHEJI_REDIS_URL: `redis://127.0.0.1:${redis.port}` }),
    };
    const node = async (env: Record<string, string>) => {
      const dataDir = await mkdtemp(join(dir, 'node-'));
      await chmod(dataDir, 0o755);
      return startServer({ dataDir, env: { ...shared, ...env } });
    };
    const main = await node({ CHEJI_TERMINAL_RATE: '0' });
    const api: ServerProcess[] = [];
    for (let i = 0; i < (apiNodes ?? 0); i++) api.push(await node({ CHEJI_ROLE: 'api' }));
    return new NodeGroup(main, api, redis, drop);
  }

  async end(): Promise<void> {
    for (const node of this.api) await node.stop();
    await this.main.stop();
    await this.redis?.kill();
    await this.drop();
  }
}
