import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Replica } from '../../nodes/replica.js';
import { AlertStream } from '../../redis/alert-stream.js';
import { NodeLog } from '../../redis/node-log.js';
import { needs } from '../support/needs.js';
import { TestRedis } from '../support/redis.js';
import { waitFor } from '../support/wait-for.js';
import { ALERTS_PER_STATE, client, LOG, TestMain, TestNode } from './support.js';

const BLOCKS = `cheji:{node}:blocks:${LOG}`;
const ALERTS = `cheji:{alerts}:epoch-of-${LOG}`;
const numbers = ({ replica }: TestNode) => replica.alerts.since(0, 100).map(({ number }) => number);

needs('redis', 'a node that follows the main node', () => {
  test('has what was there and what comes, and tells of it', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    await main.drive('v1', 300);
    await main.raise({ at: '2026-01-01T00:00:00Z', by: 'admin', word: { action: 'assign', note: 'look' } as never });
    const node = await TestNode.start(redis);
    expect(await node.level(main)).toBe(true);
    await main.drive('v2', 3000);
    await main.raise();
    expect(await node.level(main)).toBe(true);
    expect(node.moved.has(2)).toBe(true);
    expect(node.changes.at(-1)).toMatchObject({ type: 'vehicle-put', vehicle: { id: 'v2' } });
    // Steps are whole: what only nodes need is there, too.
    expect(node.replica.alerts.since(0, 10)).toEqual(main.alerts.since(0, 10));
    expect(node.replica.alerts.cursor(2)).toBe(main.alerts.cursor(2));
    const [, last] = main.alerts.since(0, 10);
    expect(node.replica.alerts.text(last)).toBe(main.alerts.text(last));
    expect(node.replica.mainNode).toEqual({ url: `http://${LOG}`, heard: true });
  });

  test('while Redis forgets everything, and again: it goes on where it was, and so do new ones', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    await main.drive('v1', 100);
    const node = await TestNode.start(redis);
    for (let n = 2; n < 5; n++) {
      await redis.kill();
      await main.drive(`v${n}`, 500);
      await redis.start();
      await main.drive(`w${n}`, 100);
      await main.copied();
      expect(await node.level(main)).toBe(true);
    }
    expect(await (await TestNode.start(redis)).level(main)).toBe(true);
  });

  test('over a cluster, also while it forgets everything', async () => {
    const redis = await TestRedis.start({ cluster: true });
    const main = await TestMain.start(redis);
    await main.drive('v1', 100);
    await main.raise();
    const node = await TestNode.start(redis);
    expect(await node.level(main)).toBe(true);
    await redis.kill();
    await main.drive('v2', 500);
    await redis.start();
    await main.copied();
    expect(await node.level(main)).toBe(true);
    expect(numbers(node)).toEqual([1]);
  });

  test('what Redis has cut off before it was read ends it, and a new one begins with a new state', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    await main.drive('v1', 100);
    const node = await TestNode.start(redis);
    await node.level(main);
    const other = await client(redis);
    const log = new NodeLog(other);
    const { last } = await log.reach(LOG);
    // As if another entry had been there, and was trimmed.
    await other.del(BLOCKS);
    await log.append(LOG, last + 10, last + 11, Buffer.from('gone'), true);
    expect(await node.ended).toContain(`records ${last + 1} to ${last + 10} are not in Redis`);
    await other.flushall();
    await main.drive('v2', 10);
    expect(await (await TestNode.start(redis)).level(main)).toBe(true);
  });

  test('blocks that are damaged are not taken', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    await main.drive('v1', 10);
    const node = await TestNode.start(redis);
    await node.level(main);
    const { seq } = node.replica.shown;
    const before = node.replica.shown.fleet.snapshot();
    await new NodeLog(await client(redis)).append(LOG, seq, seq + 1, Buffer.alloc(64, 1), false);
    expect(await node.ended).toContain('is damaged in Redis');
    expect(node.replica.shown.fleet.snapshot().equals(before)).toBe(true);
  });

  test('a hole in the alert log: nobody is led over it without being told', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    for (let i = 0; i < 4; i++) await main.raise();
    await main.drive('v1', 1);
    const node = await TestNode.start(redis);
    await node.level(main);
    expect(numbers(node)).toEqual([1, 2, 3, 4]);
    const stream = new AlertStream(await client(redis));
    const step = { id: 'alert_x_1', text: '{"type":"alert","transition":"raised","alert":{"id":"x"}}', rest: '{}' };
    await stream.append(main.alerts.epoch, 8, [{ number: 9, ...step }]);
    expect(await node.ended).toContain('alert steps 5 to 9 are not in Redis');
    // The state is of before the hole, and the main node is not there to say what was in it.
    const sources = { node: new NodeLog(stream.redis), blocks: new NodeLog(stream.redis), alerts: stream };
    await expect(Replica.take(sources, { adminKey: 'none' })).rejects.toMatchObject({ code: 'main-node-away' });
  });

  test('alerts that were raised before the stream begins are there while they are open', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    // The state knows all of them: one that was made before the stream's place is of no use.
    await main.publisher.stop();
    await main.redis.flushall();
    for (let i = 0; i < 5; i++) await main.raise();
    main.publisher = main.publish();
    await main.drive('v1', 1);
    await main.copied();
    await main.redis.xtrim(ALERTS, 'MINID', '4-0');
    const node = await TestNode.start(redis);
    expect([...node.replica.alerts.alerts()].map(({ id }) => id).sort()).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
    expect(numbers(node)).toEqual([4, 5]);
    // Those that are not here the main node has.
    expect([2, 3, 5].map((number) => node.replica.alerts.placeOf(main.alerts.cursor(number)))).toEqual([2, 3, 5]);
    expect(node.replica.alerts.oldest).toBe(3);
  });

  test('more alerts than Redis keeps are followed by a new state, so that a node can begin without the main node', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    await main.drive('v1', 1);
    await main.copied();
    for (let i = 0; i < ALERTS_PER_STATE + 5; i++) await main.raise();
    const log = new NodeLog(await client(redis));
    await waitFor(
      'a state that knows of them',
      async () => (await log.state(LOG))?.bytes.toString('latin1') ?? '',
      (state) => state.includes(`"a${ALERTS_PER_STATE}"`),
    );
    await main.redis.xtrim(ALERTS, 'MINID', `${ALERTS_PER_STATE}-0`);
    const node = await TestNode.start(redis);
    expect([...node.replica.alerts.alerts()]).toHaveLength(ALERTS_PER_STATE + 5);
    expect(await node.level(main)).toBe(true);
  });

  test('a main node with another log takes its place: what was followed ends', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    await main.drive('v1', 10);
    const node = await TestNode.start(redis);
    await node.level(main);
    const second = await TestMain.start(redis, 'log-2');
    await waitFor(
      'the second',
      () => second.publisher.state(),
      ({ state }) => state === 'second',
    );
    expect(node.replica.mainNode).toEqual({ url: `http://${LOG}`, heard: true });
    await main.publisher.stop();
    expect(await node.ended).toContain('http://log-2 is the main node now');
    await second.drive('other', 5);
    const next = await TestNode.start(redis);
    expect(await next.level(second)).toBe(true);
    expect(next.replica.shown.catalog.vehicleById('v1')).toBeUndefined();
  });

  test('what the log has deleted before Redis had it, a new state makes up for', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    await main.drive('v1', 10);
    await main.copied();
    await main.publisher.stop();
    for (let n = 2; n < 6; n++) await main.drive(`v${n}`, 3000);
    await main.spool.truncateBefore(main.spool.committedSeq);
    main.publisher = main.publish();
    await main.copied();
    expect(await (await TestNode.start(redis)).level(main)).toBe(true);
    await main.drive('v7', 100);
    expect(await (await TestNode.start(redis)).level(main)).toBe(true);
  });

  test('it begins without the main node, and says that it is away', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    await main.drive('v1', 10);
    await main.copied();
    await pause(1100); // it says how far it is once in a second
    await main.publisher.stop();
    const node = await TestNode.start(redis);
    expect(node.replica.shown.fleet.snapshot().equals(main.shown.fleet.snapshot())).toBe(true);
    expect(node.replica.mainNode).toEqual({ url: `http://${LOG}`, heard: false });
    expect(node.replica.state().detail).toBe('the main node is away, or cannot write to Redis');
  });
});
