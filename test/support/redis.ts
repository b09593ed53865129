import { onTestFinished } from 'vitest';
import { RedisServer } from '../../bench/support/redis-server.js';
import { freePort } from './free-port.js';
import { tempDir } from './temp-dir.js';
import { waitFor } from './wait-for.js';

export { redisPath } from '../../bench/support/redis-server.js';

/** A Redis of one's own that keeps nothing on disk: killed, it has forgotten everything. Ends with the test. */
export class TestRedis extends RedisServer {
  /** `cluster`: one node that has all slots. `options`: more of them, in words, as on its command line. */
  static async start({ cluster = false, options = [] as string[] } = {}): Promise<TestRedis> {
    const more = cluster ? await clusterOptions() : [];
    const redis = new TestRedis(await freePort(), await tempDir(), [...more, ...options]);
    onTestFinished(() => redis.kill());
    await redis.start();
    if (!cluster) return redis;
    await redis.ask('CLUSTER ADDSLOTSRANGE 0 16383');
    await clusterOk([redis]);
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}${this.options.includes('--cluster-enabled') ? '?cluster=yes' : ''}`;
  }
}

const SLOTS = 16_384;
const MASTERS = 3;
/** A master that has not answered for so long is dead to the others, ms. */
const NODE_TIMEOUT_MS = 1000;

/** A cluster of three masters, each with a third of the slots, and a replica of each where wanted. Ends with the test. */
export class TestCluster {
  private constructor(
    readonly masters: readonly TestRedis[],
    /** In the order of their masters. */
    readonly replicas: readonly TestRedis[],
  ) {}

  /** `options`: of every node. */
  static async start({ replicas = false, options = [] as string[] } = {}): Promise<TestCluster> {
    const nodes = await Promise.all(
      Array.from({ length: replicas ? 2 * MASTERS : MASTERS }, async () => {
        const redis = new TestRedis(await freePort(), await tempDir(), [...(await clusterOptions()), ...options]);
        onTestFinished(() => redis.kill());
        await redis.start();
        return redis;
      }),
    );
    const cluster = new TestCluster(nodes.slice(0, MASTERS), nodes.slice(MASTERS));
    const [first, ...others] = nodes;
    for (const node of others) await first.ask(`CLUSTER MEET 127.0.0.1 ${node.port} ${busPort(node)}`);
    for (const [i, master] of cluster.masters.entries()) {
      const [from, behind] = [i, i + 1].map((n) => Math.floor((n * SLOTS) / MASTERS));
      await master.ask(`CLUSTER ADDSLOTSRANGE ${from} ${behind - 1}`);
    }
    await clusterOk(nodes);
    for (const [i, replica] of cluster.replicas.entries()) await follow(replica, cluster.masters[i]);
    return cluster;
  }

  /** Names all masters: any of them may be away. */
  get url(): string {
    return `redis://${this.masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  }

  /** The key's slot goes from one master to another with all that is in it, as an operator would move it. */
  async moveSlot(key: string, from: number, to: number): Promise<void> {
    const slot = (await this.masters[0].ask(`CLUSTER KEYSLOT ${key}`)).slice(1).trim();
    const [source, target] = [this.masters[from], this.masters[to]];
    const [sourceId, targetId] = [await idOf(source), await idOf(target)];
    await target.ask(`CLUSTER SETSLOT ${slot} IMPORTING ${sourceId}`);
    await source.ask(`CLUSTER SETSLOT ${slot} MIGRATING ${targetId}`);
    for (;;) {
      const keys = (await source.ask(`CLUSTER GETKEYSINSLOT ${slot} 1`)).split('\r\n');
      if (keys[0] === '*0') break;
      await source.ask(`MIGRATE 127.0.0.1 ${target.port} ${keys[2]} 0 5000`);
    }
    for (const node of [target, source, ...this.masters]) await node.ask(`CLUSTER SETSLOT ${slot} NODE ${targetId}`);
  }

  /** Number of the master whose slot the key is in, as the slots were given at first. */
  async masterOf(key: string): Promise<number> {
    const slot = Number((await this.masters[0].ask(`CLUSTER KEYSLOT ${key}`)).slice(1));
    return this.masters.findLastIndex((_, i) => slot >= Math.floor((i * SLOTS) / MASTERS));
  }
}

async function clusterOptions(): Promise<string[]> {
  const bus = await freePort();
  return [
    ...['--cluster-enabled', 'yes', '--cluster-port', `${bus}`, '--cluster-announce-ip', '127.0.0.1'],
    ...['--cluster-node-timeout', `${NODE_TIMEOUT_MS}`, '--cluster-replica-validity-factor', '0'],
    ...['--repl-diskless-sync-delay', '0'],
  ];
}

async function idOf(node: TestRedis): Promise<string> {
  return (await node.ask('CLUSTER MYID')).split('\r\n')[1];
}

function busPort({ options }: TestRedis): string {
  return options[options.indexOf('--cluster-port') + 1];
}

async function clusterOk(nodes: readonly TestRedis[]): Promise<void> {
  for (const node of nodes) {
    await waitFor(
      'the cluster',
      () => node.ask('CLUSTER INFO'),
      (info) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`),
      { everyMs: 50 },
    );
  }
}

/** Until it has all that the master has: one that has not would never take its place. */
async function follow(replica: TestRedis, master: TestRedis): Promise<void> {
  const id = await idOf(master);
  await waitFor(
    'the master to be known',
    () => replica.ask(`CLUSTER REPLICATE ${id}`),
    (answer) => answer.startsWith('+OK'),
    { everyMs: 50 },
  );
  await waitFor(
    'the replica',
    () => replica.ask('INFO replication'),
    (info) => info.includes('master_link_status:up'),
    { everyMs: 50 },
  );
}
