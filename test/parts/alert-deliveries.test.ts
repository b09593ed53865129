import { once } from 'node:events';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { copyToRedis } from '../../parts/alert-deliveries.js';
import { connectRedis } from '../../redis/connect.js';
import { deliveriesOf, feedOf, ids, steps } from '../deliver/support.js';
import { needs } from '../support/needs.js';
import { TestRedis } from '../support/redis.js';
import { tempDir } from '../support/temp-dir.js';

const QUICK = { timeout: 20_000, interval: 20 };
const log = pino({ level: 'silent' });
const settings = (redisUrl: string) => ({
  redisUrl,
  redisCa: null,
  redisCert: null,
  redisKey: null,
  nodeAlertSteps: 1000,
});

needs('redis', 'the alert log copied to Redis', () => {
  test('all of it, in order, through a restart of ours and the loss of all that Redis had', async () => {
    const server = await TestRedis.start();
    const reader = connectRedis(server.url, () => {});
    onTestFinished(() => reader.disconnect());
    await once(reader, 'ready');
    const copied = async () => {
      const entries = await reader.xrange('cheji:{alerts}:e1', '-', '+').catch(() => []);
      return entries.map(([, [, id]]) => id);
    };
    // The oldest half is in files only.
    const { feed } = await feedOf(100, { inMemory: 50 });
    const dir = await tempDir();
    const first = await deliveriesOf(feed, dir);
    copyToRedis(settings(server.url), { deliveries: first, alerts: feed, log });
    await expect.poll(copied, QUICK).toEqual(ids(1, 100));
    await first.stop();

    feed.push(steps(101, 130));
    const second = await deliveriesOf(feed, dir);
    copyToRedis(settings(server.url), { deliveries: second, alerts: feed, log });
    await expect.poll(copied, QUICK).toEqual(ids(1, 130));

    // Killed, it comes back empty: everything is there again although nothing new has happened.
    await server.kill();
    feed.push(steps(131, 140));
    await server.start();
    await expect.poll(copied, QUICK).toEqual(ids(1, 140));

    // Emptied without our noticing: the next step brings it to light.
    await reader.flushall();
    feed.push(steps(141, 141));
    await expect.poll(copied, QUICK).toEqual(ids(1, 141));
    await expect.poll(() => second.totals().redis, QUICK).toMatchObject({ receivers: 1, behind: 0, letters: 0 });
  });
});
