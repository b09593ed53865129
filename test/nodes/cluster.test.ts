import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { needs } from '../support/needs.js';
import { TestCluster, type TestRedis } from '../support/redis.js';
import { waitFor } from '../support/wait-for.js';
import { LOG, TestMain, TestNode } from './support.js';

const NODE_KEY = `cheji:{node}:blocks:${LOG}`;
const ALERTS_KEY = `cheji:{alerts}:epoch-of-${LOG}`;
const PART_AWAY = ['--cluster-require-full-coverage', 'no'];
const numbers = ({ replica }: TestNode) => replica.alerts.since(0, 1000).map(({ number }) => number);

needs('redis', 'nodes over a Redis Cluster of three masters', () => {
  test('the log is on one master and the alerts on another, each script in a slot; a node has all of it', async () => {
    const cluster = await TestCluster.start();
    const [node, alerts] = [await cluster.masterOf(NODE_KEY), await cluster.masterOf(ALERTS_KEY)];
    expect(node).not.toBe(alerts);
    const main = await TestMain.start(cluster);
    await main.drive('v1', 300);
    await main.raise();
    const follower = await TestNode.start(cluster);
    await main.drive('v2', 300);
    await main.raise();
    expect(await follower.level(main)).toBe(true);
    const counts = await Promise.all(cluster.masters.map((master) => keysOf(master)));
    // Of the log: who is the main node, twice, blocks, the state and its pieces. Of the alerts: the stream, and which there are.
    expect(counts).toEqual([0, 1, 2].map((i) => (i === node ? 5 : i === alerts ? 2 : 0)));
  });

  test.each(['log', 'alerts'] as const)(
    'the master of the %s dies and has no replica: it is told, the rest goes on, and all is there when it comes back empty',
    async (what) => {
      const cluster = await TestCluster.start({ options: PART_AWAY });
      const main = await TestMain.start(cluster);
      await main.drive('v1', 100);
      await main.raise();
      const node = await TestNode.start(cluster);
      expect(await node.level(main)).toBe(true);
      const dead = cluster.masters[await cluster.masterOf(what === 'log' ? NODE_KEY : ALERTS_KEY)];
      await dead.kill();
      await main.drive('v2', 500);
      if (what === 'log') {
        await waitFor(
          'the publisher to tell',
          () => main.publisher.state(),
          ({ state, detail }) => state === 'away' && detail !== undefined,
        );
        // Alerts are on another master.
        await main.raise();
        await waitFor(
          'the alert',
          () => numbers(node),
          (all) => all.length === 2,
        );
      } else {
        expect(await main.raise()).toMatchObject({ failure: { kind: 'outage' } });
        // Positions are on another master.
        await main.copied();
        await waitFor(
          'the fixes',
          () => node.replica.shown.seq,
          (seq) => seq === main.spool.committedSeq,
        );
      }
      await waitFor(
        'staleness',
        () => node.replica.state(),
        ({ state, detail }) => state === 'stale' && detail !== undefined,
      );
      await dead.start();
      if (what === 'alerts') await alertsCopied(main);
      expect(await node.level(main)).toBe(true);
      expect(numbers(node)).toEqual([1, 2]);
      expect(await (await TestNode.start(cluster)).level(main)).toBe(true);
    },
    60_000,
  );

  test.each(['SIGKILL', 'SIGSTOP'] as const)(
    'a master ends by %s and its replica takes its place: nothing is missing',
    async (signal) => {
      const cluster = await TestCluster.start({ replicas: true });
      const main = await TestMain.start(cluster);
      await main.drive('v1', 100);
      await main.raise();
      const node = await TestNode.start(cluster);
      expect(await node.level(main)).toBe(true);
      for (const key of [NODE_KEY, ALERTS_KEY]) {
        const at = await cluster.masterOf(key);
        if (signal === 'SIGKILL') await cluster.masters[at].kill();
        else cluster.masters[at].signal('SIGSTOP');
        await main.drive(`during ${key}`, 500);
        await waitFor(
          'the replica to be master',
          () => cluster.replicas[at].ask('ROLE'),
          (role) => role.includes('master'),
        );
        await main.raise();
        await alertsCopied(main);
        await main.drive(`after ${key}`, 100);
        expect(await node.level(main)).toBe(true);
      }
      if (signal === 'SIGSTOP') {
        // What wakes up is a replica, whatever it thought of itself before.
        for (const master of cluster.masters) master.signal('SIGCONT');
        await pause(1500);
        await main.raise();
        await main.drive('woken', 100);
        expect(await node.level(main)).toBe(true);
      }
      expect(numbers(node)).toEqual(numbers(await TestNode.start(cluster)));
      expect(numbers(node)).toEqual(main.alerts.since(0, 1000).map(({ number }) => number));
    },
    90_000,
  );

  test('slots move to another master under way: MOVED and ASK are followed', async () => {
    const cluster = await TestCluster.start();
    const main = await TestMain.start(cluster);
    await main.drive('v1', 300);
    await main.raise();
    const node = await TestNode.start(cluster);
    expect(await node.level(main)).toBe(true);
    for (const key of [NODE_KEY, ALERTS_KEY]) {
      const from = await cluster.masterOf(key);
      const moving = cluster.moveSlot(key, from, (from + 1) % 3);
      await main.drive(`while ${key} moves`, 500);
      await moving;
      await main.raise();
      await alertsCopied(main);
      await main.drive(`after ${key}`, 10);
      expect(await node.level(main)).toBe(true);
    }
    expect(numbers(node)).toEqual([1, 2, 3]);
    expect(await keysOf(cluster.masters[await cluster.masterOf(NODE_KEY)])).toBe(0);
  }, 60_000);
});

/** As a follower that tries again has them there. */
async function alertsCopied(main: TestMain): Promise<void> {
  await waitFor(
    'Redis to take alerts',
    () => main.copyAlerts(),
    (failure) => failure === null,
  );
}

async function keysOf(redis: TestRedis): Promise<number> {
  return Number((await redis.ask('DBSIZE')).slice(1));
}
