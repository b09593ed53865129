import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { ADMIN_KEY, type ServerProcess, startServer } from '../../bench/support/server-process.js';
import { AlertConsumer } from '../support/alert-consumer.js';
import { readAlertLog } from '../support/alert-log.js';
import { TestServer } from '../support/cheji.js';
import { drained, expectConserved } from '../support/conservation.js';
import { cross, layFence } from '../support/crossings.js';
import { needs } from '../support/needs.js';
import { embeddedServer } from '../support/postgres.js';
import { TestCluster, TestRedis } from '../support/redis.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

const VEHICLES = 30;

interface Nodes {
  main: TestServer;
  /** A node that is started again takes the place of the one before. */
  api: ServerProcess[];
}

needs('redis', 'several nodes', () => {
  const database = embeddedServer();

  async function startNodes(count: number, env = {}): Promise<Nodes & { redis: TestRedis }> {
    const redis = await TestRedis.start();
    return { redis, ...(await startNodesAt(redis.url, count, env)) };
  }

  async function startNodesAt(redisUrl: string, count: number, env = {}): Promise<Nodes> {
    const shared = { CHEJI_REDIS_URL: redisUrl, CHEJI_DATABASE_URL: await database.fresh(), ...env };
    const main = await TestServer.start({ ...shared, CHEJI_TIME_POLICY: 'replay' });
    onTestFinished(() => main.end());
    const api: ServerProcess[] = [];
    onTestFinished(async () => {
      for (const node of api) await node.stop();
    });
    for (let i = 0; i < count; i++) {
      api.push(await startServer({ dataDir: await tempDir(), env: { ...shared, CHEJI_ROLE: 'api' } }));
    }
    return { main, api };
  }

  test('each alert once through the death of a node, of Redis and of the main node; all show the same', {
    timeout: 240_000,
  }, async () => {
    const nodes = await startNodes(2);
    const { redis, main, api } = nodes;
    await layFence(main);
    const urls = api.map(({ url }) => url);
    const consumers = await Promise.all([0, 1, 0, 1].map((first) => AlertConsumer.subscribed(urls, first)));

    for (let round = 0; round < 12; round++) {
      await cross(main, VEHICLES, round);
      if (round === 2) await api[0].kill();
      if (round === 3) api[0] = await api[0].restart();
      if (round === 5) await redis.kill();
      if (round === 6) await redis.start();
      if (round === 8) {
        await main.now.kill();
        await main.restart();
      }
      if (round === 9) await api[1].kill();
      if (round === 10) api[1] = await api[1].restart();
      await pause(200);
    }
    expectConserved(await drained(main));
    const shown = await sameEverywhere([main.now, ...api]);
    expect(shown.vehicles).toHaveLength(VEHICLES);
    const last = await lastNumber(main.now);
    for (const consumer of consumers) await consumer.told(last);
    await main.now.stop();

    const log = readAlertLog(main.now.dataDir).map(({ number }) => number);
    expect(log.length).toBeGreaterThan(VEHICLES * 8);
    for (const consumer of consumers) {
      expect(consumer.numbers).toEqual(log);
      expect([consumer.gaps, consumer.epochs.size]).toEqual([0, 1]);
    }
    expect(consumers.reduce((sum, { connects }) => sum + connects, 0)).toBeGreaterThan(consumers.length);
  });

  test('over a cluster whose masters die: each alert once, and what is the matter is told while a part is away', {
    timeout: 240_000,
  }, async () => {
    const cluster = await TestCluster.start({ options: ['--cluster-require-full-coverage', 'no'] });
    const { main, api } = await startNodesAt(cluster.url, 2);
    await layFence(main);
    const consumers = await Promise.all(api.map(({ url }) => AlertConsumer.subscribed([url])));
    let round = 0;
    for (const [key, why] of [
      ['{node}', /./],
      ['{alerts}', /^alerts: /],
    ] as const) {
      const master = cluster.masters[await cluster.masterOf(key)];
      await cross(main, VEHICLES, round++);
      await master.kill();
      await cross(main, VEHICLES, round++);
      await waitFor(
        `the main node to tell of ${key}`,
        () => readiness(main.now),
        ({ ready, node: { state, detail = '' } }) => ready && state === 'away' && why.test(detail),
      );
      expect(await metric(main.now, 'node_state{state="away"}')).toBe(1);
      await master.start();
      await cross(main, VEHICLES, round++);
      await waitFor(
        'the main node to go on',
        () => readiness(main.now),
        ({ node: { state } }) => state === 'publishing',
      );
      expect(await metric(main.now, 'node_state{state="away"}')).toBeUndefined();
    }
    expectConserved(await drained(main));
    await sameEverywhere([main.now, ...api]);
    const last = await lastNumber(main.now);
    for (const consumer of consumers) await consumer.told(last);
    await main.now.stop();
    const log = readAlertLog(main.now.dataDir).map(({ number }) => number);
    for (const { numbers, gaps } of consumers) expect([numbers, gaps]).toEqual([log, 0]);
  });

  test('a node that slept through what Redis has forgotten takes all anew, and its clients come back', {
    timeout: 120_000,
  }, async () => {
    const nodes = await startNodes(1);
    const { redis, main, api } = nodes;
    const [node] = api;
    await layFence(main);
    const consumer = await AlertConsumer.subscribed([node.url]);
    await cross(main, VEHICLES, 0);
    await waitFor(
      'alerts',
      () => consumer.numbers.length,
      (count) => count >= VEHICLES,
    );
    process.kill(node.pid, 'SIGSTOP');
    for (let round = 1; round < 9; round++) {
      await cross(main, VEHICLES, round);
      await pause(1500); // longer in all than the main node goes back
    }
    await redis.kill();
    await redis.start();
    await cross(main, VEHICLES, 9);
    process.kill(node.pid, 'SIGCONT');
    await drained(main);
    const shown = await sameEverywhere([main.now, node]);
    expect(shown.vehicles).toHaveLength(VEHICLES);
    await consumer.told(await lastNumber(main.now));
    await main.now.stop();
    expect(consumer.numbers).toEqual(readAlertLog(main.now.dataDir).map(({ number }) => number));
    expect([consumer.gaps, consumer.connects]).toEqual([0, 2]);
    expect(node.output).toContain('what is shown is taken anew');
  });

  test('a cursor that is older than what a node has is gone on behind whole; without the main node that is told', {
    timeout: 180_000,
  }, async () => {
    const { main, api } = await startNodes(1, { CHEJI_NODE_ALERT_STEPS: '1000' });
    await layFence(main);
    const begin = (await stepsAfter(main.now, 'now')).body.cursor;
    for (let round = 0; round < 6; round++) await cross(main, 500, round);
    await drained(main);
    const last = await lastNumber(main.now);
    expect(last).toBeGreaterThan(2500);
    await sameEverywhere([main.now, api[0]]);

    // A node that has been there all the time, and one that has what is in Redis.
    for (const restarted of [false, true]) {
      if (restarted) {
        await api[0].kill();
        api[0] = await api[0].restart();
      }
      const urls = [api[0].url];
      const consumers = await Promise.all([1, 2, 3].map(() => AlertConsumer.subscribed(urls, 0, begin)));
      for (const consumer of consumers) {
        await consumer.told(last);
        expect(consumer.numbers).toEqual(Array.from({ length: last }, (_, i) => i + 1));
        expect([consumer.gaps, consumer.connects]).toEqual([0, 1]);
        consumer.close();
      }
    }
    expect((await stepsAfter(api[0], begin)).body.items.map(({ cursor }) => cursor)).toEqual(
      (await stepsAfter(main.now, begin)).body.items.map(({ cursor }) => cursor),
    );

    await main.now.stop();
    // As far as it has been asked for it is kept for a while.
    const middle = `${begin.slice(0, begin.lastIndexOf('-'))}-10`;
    await api[0].kill();
    api[0] = await api[0].restart();
    expect(await stepsAfter(api[0], middle)).toMatchObject({
      status: 503,
      body: { error: { code: 'main-node-away' } },
    });
    const lately = `${begin.slice(0, begin.lastIndexOf('-'))}-${last - 5}`;
    expect((await stepsAfter(api[0], lately)).body).toMatchObject({ recovered: true, items: { length: 5 } });
    await main.restart();
    await waitFor(
      'the main node',
      // It may take all anew just now: then its port is closed for a moment.
      () => stepsAfter(api[0], middle).catch(() => ({ status: 503, body: { items: [] } })),
      ({ status, body }) => status === 200 && body.items.length === 1000,
    );
  });

  test('what is written at any node is written at the main node, and reading goes on without it', {
    timeout: 120_000,
  }, async () => {
    const { redis, main, api } = await startNodes(1);
    const [node] = api;
    const vehicle = { plate: '苏B12345', plateColor: 2, category: 'bus' };
    const put = await node.api<{ id: string }>('/v1/vehicles/bus-1', { method: 'PUT', body: vehicle });
    expect([put.status, put.body.id]).toEqual([201, 'bus-1']);
    expect((await main.now.api('/v1/vehicles/bus-1')).status).toBe(200);
    await waitFor(
      'the vehicle',
      () => node.api('/v1/vehicles/bus-1'),
      ({ status }) => status === 200,
    );
    // What is wrong is answered as the main node answers it, and what it alone knows it is asked for.
    const wrong = { method: 'PUT', body: { plateColor: 'blue' } };
    expect(await node.api('/v1/vehicles/bus-1', wrong)).toEqual(await main.now.api('/v1/vehicles/bus-1', wrong));
    expect((await node.api<{ log: object }>('/v1/stats/live')).body.log).toBeDefined();
    expect((await fetch(`${node.url}/v1/vehicles/bus-1`, { method: 'DELETE' })).status).toBe(401);

    await cross(main, 3, 0);
    await drained(main);
    await sameEverywhere([main.now, node]);
    expect(await readiness(node)).toMatchObject({ ready: true, node: { role: 'api', state: 'level' } });
    expect(await readiness(main.now)).toMatchObject({ node: { role: 'all', state: 'publishing', lagSeconds: 0 } });

    await main.now.stop();
    const refused = await waitFor(
      'the main node to be missed',
      () => node.api<{ error: { code: string } }>('/v1/vehicles/bus-1', { method: 'DELETE' }),
      ({ status }) => status === 503,
    );
    expect(refused.body.error.code).toBe('main-node-away');
    expect((await node.api<{ items: unknown[] }>('/v1/vehicles')).body.items).toHaveLength(4);
    const from = '2024-04-30T00:00:00Z';
    expect((await node.api(`/v1/vehicles/car-0/track?from=${from}&to=2024-05-02T00:00:00Z`)).status).toBe(200);
    const stale = await waitFor(
      'staleness',
      () => readiness(node),
      ({ node: { state } }) => state === 'stale',
    );
    expect(stale).toMatchObject({ ready: true, node: { detail: 'the main node is away, or cannot write to Redis' } });
    expect(await metric(node, 'node_lag_seconds')).toBeGreaterThan(4);

    await redis.kill();
    expect((await node.api<{ items: unknown[] }>('/v1/vehicles')).body.items).toHaveLength(4);
    await redis.start();
    await main.restart();
    const deleted = await waitFor(
      'the main node',
      // It may take all anew just now: then its port is closed for a moment.
      () => node.api('/v1/vehicles/bus-1', { method: 'DELETE' }).catch(() => ({ status: 503 })),
      ({ status }) => status !== 503,
    );
    expect(deleted.status).toBe(204);
    await sameEverywhere([main.now, node]);
  });
});

/** Steps of alerts, muted ones too, as `node` answers who asks. */
function stepsAfter(node: ServerProcess, cursor: string) {
  return node.api<{ items: { cursor: string }[]; cursor: string }>(`/v1/alerts?after=${cursor}&limit=1000`);
}

/** What all nodes show of vehicles, alerts and the map once they show the same. */
async function sameEverywhere(nodes: readonly ServerProcess[]): Promise<{ vehicles: unknown[] }> {
  const look = async (node: ServerProcess) => {
    const [vehicles, alerts, map] = await Promise.all([
      node.api<{ items: unknown[] }>('/v1/vehicles?limit=1000'),
      node.api<{ items: unknown[] }>('/v1/alerts?limit=1000'),
      mapOf(node),
    ]);
    return { vehicles: vehicles.body.items, alerts: alerts.body.items, map };
  };
  const [first] = await waitFor(
    'all nodes to show the same',
    // A node that takes all anew has its port closed for a moment: then it shows nothing, as no other does.
    () => Promise.all(nodes.map((node, i) => look(node).catch(() => ({ vehicles: [], alerts: [], map: [`no ${i}`] })))),
    (all) => new Set(all.map((shown) => JSON.stringify(shown))).size === 1,
    { timeoutMs: 60_000, everyMs: 300 },
  );
  return first;
}

/** What the live map shows to who comes now, by vehicle. */
async function mapOf({ url }: ServerProcess): Promise<unknown[]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream?key=${ADMIN_KEY}`);
  try {
    return await new Promise((resolve, reject) => {
      socket.on('open', () =>
        socket.send(JSON.stringify({ op: 'subscribe', id: 1, channel: 'positions', bbox: [70, 0, 140, 55] })),
      );
      socket.on('message', (data) => {
        const message = JSON.parse(data.toString());
        const id = (item: { vehicleId: string }) => item.vehicleId;
        if (message.type === 'positions') resolve(message.items.sort((a: never, b: never) => (id(a) < id(b) ? -1 : 1)));
      });
      socket.on('error', reject);
      // As when it takes all anew: nothing comes of it any more.
      socket.on('close', () => reject(new Error('closed before the map came')));
    });
  } finally {
    socket.terminate();
  }
}

/** Number of the newest step, as whoever subscribes now is told. */
async function lastNumber({ url }: ServerProcess): Promise<number> {
  const consumer = await AlertConsumer.subscribed([url]);
  consumer.close();
  return Number(consumer.cursor?.split('-').at(-1));
}

/** Undefined where there is none of the name, labels included. */
async function metric({ url }: ServerProcess, name: string): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length));
}

interface Told {
  ready: boolean;
  node: { state: string; detail?: string };
}

async function readiness({ url }: ServerProcess): Promise<Told> {
  return (await (await fetch(`${url}/readyz`)).json()) as Told;
}
