import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis as OneRedis } from 'ioredis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectRedis } from '../../redis/connect.js';
import { type MainNode, NodeLog } from '../../redis/node-log.js';
import { needs } from '../support/needs.js';
import { TestRedis } from '../support/redis.js';

const main = (log: string, seq = 0): MainNode => ({
  log,
  epoch: 'e1',
  url: `http://${log}:8080`,
  version: '1',
  seq,
  alertNumber: 0,
  alertOldest: 0,
});
/** Every byte there is: what is written must come back. */
const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));

async function nodeLog(server?: TestRedis): Promise<NodeLog> {
  const redis = connectRedis((server ?? (await TestRedis.start())).url, () => {});
  onTestFinished(() => redis.disconnect());
  await once(redis, 'ready');
  return new NodeLog(redis);
}

needs('redis', 'the log of the main node in Redis', () => {
  test('blocks come back as they were, behind any record that is there', async () => {
    const log = await nodeLog();
    expect(await log.reach('a')).toEqual({ last: 0, state: false });
    expect(await log.append('a', 0, 5, bytes, false)).toBe(true);
    expect(await log.append('a', 5, 6, Buffer.from([7]), false)).toBe(true);
    expect(await log.reach('a')).toEqual({ last: 6, state: false });
    expect(await log.read('a', 0, 10)).toEqual([
      { after: 0, blocks: bytes },
      { after: 5, blocks: Buffer.from([7]) },
    ]);
    // A node may be in the middle of an entry, where one was made anew.
    expect(await log.read('a', 3, 10)).toHaveLength(2);
    expect(await log.read('a', 5, 10)).toHaveLength(1);
    expect(await log.read('a', 6, 10)).toEqual([]);
    expect(await log.reach('b')).toEqual({ last: 0, state: false });
  });

  test('nothing follows what Redis has forgotten, unless a state reaches over it; what is there is passed over', async () => {
    const log = await nodeLog();
    await log.append('a', 0, 5, bytes, false);
    expect(await log.append('a', 7, 9, bytes, false)).toBe(false);
    expect(await log.append('a', 2, 9, bytes, false)).toBe(false);
    expect(await log.append('a', 3, 5, bytes, false)).toBe(true);
    expect(await log.read('a', 0, 10)).toHaveLength(1);
    await log.redis.flushall();
    expect(await log.append('a', 5, 9, bytes, false)).toBe(false);
    expect(await log.append('a', 5, 9, bytes, true)).toBe(true);
    expect(await log.read('a', 0, 10)).toEqual([{ after: 5, blocks: bytes }]);
  });

  test('a state of many pieces; the newest is the one', async () => {
    const log = await nodeLog();
    expect(await log.state('a')).toBeNull();
    const large = Buffer.alloc(2_500_000, bytes);
    await log.putState('a', 5, [large, bytes]);
    const kept = await log.state('a');
    expect([kept?.seq, kept?.bytes.equals(Buffer.concat([large, bytes]))]).toEqual([5, true]);
    expect(await log.reach('a')).toEqual({ last: 0, state: true });
    await log.putState('a', 8, [bytes]);
    expect(await log.state('a')).toEqual({ seq: 8, bytes });
    const [old] = (await log.redis.keys('cheji:{node}:state:a:5:*')) as [string];
    expect(await log.redis.ttl(old)).toBeLessThan(200);
    await log.redis.del(...(await log.redis.keys('cheji:{node}:state:a:8:*')));
    expect(await log.state('a')).toBeNull();
  });

  test('wherever putting a state breaks off, nothing stays for ever, and a state that is named is there', async () => {
    const log = await nodeLog();
    const redis = log.redis as OneRedis;
    const send = redis.sendCommand.bind(redis);
    let left = Number.POSITIVE_INFINITY;
    const lost = () => Promise.reject(new Error('Connection is closed.'));
    vi.spyOn(redis, 'sendCommand').mockImplementation((...of) => (left-- > 0 ? send(...of) : lost()));
    await log.putState('a', 1, [bytes]);
    let whole = false;
    for (let commands = 0; !whole; commands++) {
      left = commands;
      whole = await log.putState('a', 2 + commands, [bytes, bytes]).then(
        () => true,
        () => false,
      );
      left = Number.POSITIVE_INFINITY;
      const keys = await log.redis.keys('*');
      for (const key of keys) expect(await log.redis.ttl(key), key).toBeGreaterThan(0);
      const named = (await log.redis.get('cheji:{node}:state:a')) as string;
      expect(await log.redis.ttl(named.split(' ')[1])).toBeGreaterThan(7000);
    }
    expect((await log.state('a'))?.bytes).toEqual(Buffer.concat([bytes, bytes]));
  });

  test('a state that finds no room leaves nothing behind', async () => {
    const server = await TestRedis.start();
    const log = await nodeLog(server);
    await log.putState('a', 5, [bytes]);
    const used = Number(/used_memory:(\d+)/.exec(await log.redis.info('memory'))?.[1]);
    await log.redis.config('SET', 'maxmemory', used + 4_000_000);
    await expect(log.putState('a', 8, [Buffer.alloc(12_000_000, bytes)])).rejects.toThrow('OOM');
    expect(await log.redis.keys('cheji:{node}:state:a:8:*')).toEqual([]);
    expect(await log.state('a')).toEqual({ seq: 5, bytes });
    await log.redis.config('SET', 'maxmemory', 0);
    await log.putState('a', 9, [bytes]);
    expect((await log.state('a'))?.seq).toBe(9);
  });

  test('about as many entries stay as it says, whoever reads them or not', async () => {
    const log = await nodeLog();
    for (let i = 0; i < 2300; i++) await log.append('a', i, i + 1, bytes, false);
    const entries = await log.redis.xlen('cheji:{node}:blocks:a');
    expect(entries).toBeGreaterThanOrEqual(2000);
    expect(entries).toBeLessThan(2120); // whole pieces of the stream go at a time
  });

  test('one main node at a time; who went is remembered', async () => {
    const log = await nodeLog();
    expect([await log.main(), await log.lastMain()]).toEqual([null, null]);
    expect(await log.announce(main('a', 1))).toEqual({ other: null, last: 0, state: false });
    expect(await log.announce(main('a', 2))).toMatchObject({ other: null });
    expect(await log.announce(main('b'))).toMatchObject({ other: main('a', 2) });
    await log.withdraw('b');
    expect(await log.main()).toEqual(main('a', 2));
    await log.withdraw('a');
    expect([await log.main(), await log.lastMain()]).toEqual([null, main('a', 2)]);
    expect(await log.announce(main('b'))).toMatchObject({ other: null });
    expect(await log.redis.pttl('cheji:{node}:main')).toBeLessThanOrEqual(10_000);
  });

  test('who says that it is there learns what Redis still has of its log', async () => {
    const log = await nodeLog();
    await log.putState('a', 5, [bytes]);
    await log.append('a', 5, 9, bytes, true);
    expect(await log.announce(main('a'))).toEqual({ other: null, last: 9, state: true });
    expect(await log.announce(main('b'))).toEqual({ other: main('a'), last: 0, state: false });
    await log.redis.flushall();
    expect(await log.announce(main('a'))).toEqual({ other: null, last: 0, state: false });
  });

  test('a read waits for what comes', async () => {
    const server = await TestRedis.start();
    const [log, other] = [await nodeLog(server), await nodeLog(server)];
    const read = log.read('a', 0, 1000);
    await pause(50);
    await other.append('a', 0, 3, bytes, false);
    expect(await read).toHaveLength(1);
  });
});
