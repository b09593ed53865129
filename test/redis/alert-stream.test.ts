import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { AlertStream, type StreamEntry } from '../../redis/alert-stream.js';
import { connectRedis, type Redis } from '../../redis/connect.js';
import { needs } from '../support/needs.js';
import { TestRedis } from '../support/redis.js';

const entries = (from: number, to: number): StreamEntry[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    number: from + i,
    id: `m${from + i}`,
    text: `{"n":${from + i}}`,
    rest: `{"inputSeq":${from + i}}`,
  }));

async function client(server: TestRedis): Promise<Redis> {
  const redis = connectRedis(server.url, () => {});
  onTestFinished(() => redis.disconnect());
  await once(redis, 'ready');
  return redis;
}

needs('redis', 'the alert log in Redis', () => {
  test('each step once, under its number, however often it is sent', async () => {
    const redis = await client(await TestRedis.start());
    const stream = new AlertStream(redis);
    expect(await stream.last('e1')).toBe(0);
    expect(await stream.append('e1', 0, entries(1, 5))).toBeNull();
    expect(await stream.append('e1', 0, entries(3, 9))).toBeNull();
    expect(await stream.append('e1', 0, entries(1, 9))).toBeNull();
    // Who does not know how far Redis is learns it, and need not send all of that.
    expect(await stream.append('e1', 0, entries(1, 4))).toBe(9);
    expect(await stream.last('e1')).toBe(9);
    const kept = await redis.xrange('cheji:{alerts}:e1', '-', '+');
    expect(kept.map(([id, fields]) => [id, ...fields])).toEqual(
      entries(1, 9).map(({ number, id, text, rest }) => [`${number}-0`, 'id', id, 'step', text, 'rest', rest]),
    );
    expect(Object.keys(await redis.hgetall('cheji:{alerts}:logs'))).toEqual(['e1']);
    expect(await redis.ttl('cheji:{alerts}:e1')).toBeGreaterThan(86_400);
  });

  test('nothing is added behind a gap that the log could fill', async () => {
    const redis = await client(await TestRedis.start());
    const stream = new AlertStream(redis);
    await stream.append('e1', 0, entries(1, 4));
    expect(await stream.append('e1', 0, entries(7, 8))).toBe(4);
    expect(await stream.append('e1', 5, entries(7, 8))).toBe(4);
    expect(await stream.last('e1')).toBe(4);
    // What the log itself has no longer cannot be waited for.
    expect(await stream.append('e1', 6, entries(7, 8))).toBeNull();
    expect(await stream.last('e1')).toBe(8);
    await redis.flushall();
    expect(await stream.append('e1', 0, entries(9, 9))).toBe(0);
  });

  test('logs of several nodes are beside each other', async () => {
    const redis = await client(await TestRedis.start());
    const stream = new AlertStream(redis);
    await stream.append('a', 0, entries(1, 2));
    await stream.append('b', 0, entries(1, 3));
    expect([await stream.last('a'), await stream.last('b')]).toEqual([2, 3]);
    expect(Object.keys(await redis.hgetall('cheji:{alerts}:logs')).sort()).toEqual(['a', 'b']);
  });

  test.each([undefined, 5000])('the newest 50,000 stay, or as many as are wanted: %s', async (most) => {
    const redis = await client(await TestRedis.start());
    const stream = new AlertStream(redis, most);
    for (let n = 1; n < 51_000; n += 500) expect(await stream.append('e1', 0, entries(n, n + 499))).toBeNull();
    const [[oldest]] = await redis.xrange('cheji:{alerts}:e1', '-', '+', 'COUNT', 1);
    const first = 51_001 - (most ?? 50_000);
    expect(Number.parseInt(oldest, 10)).toBeLessThanOrEqual(first);
    expect(Number.parseInt(oldest, 10)).toBeGreaterThan(first - 110); // whole pieces of the stream go at a time
  });

  test('while Redis is away a command fails at once, and works again when it is back', async () => {
    const server = await TestRedis.start();
    const states: boolean[] = [];
    const redis = connectRedis(server.url, (connected) => states.push(connected));
    onTestFinished(() => redis.disconnect());
    await once(redis, 'ready');
    await server.kill();
    await expect.poll(() => states.at(-1)).toBe(false);
    await expect(redis.ping()).rejects.toThrow();
    await server.start();
    await expect.poll(() => states.at(-1), { timeout: 10_000 }).toBe(true);
    expect(await redis.ping()).toBe('PONG');
  });
});
