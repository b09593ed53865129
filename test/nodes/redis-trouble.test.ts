import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { needs } from '../support/needs.js';
import { TestRedis } from '../support/redis.js';
import { waitFor } from '../support/wait-for.js';
import { TestMain, TestNode } from './support.js';

needs('redis', 'nodes over a Redis in trouble', () => {
  test('full: it is told once, what other nodes have stays, and the log goes on where Redis was when there is room', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    await main.drive('v1', 100);
    await main.raise();
    const node = await TestNode.start(redis);
    expect(await node.level(main)).toBe(true);
    await redis.ask('CONFIG SET maxmemory 1');
    await main.drive('v2', 500);
    expect(await main.raise()).toMatchObject({
      taken: 0,
      failure: { kind: 'outage', detail: "OOM command not allowed when used memory > 'maxmemory'." },
    });
    await waitFor(
      'the main node to tell',
      () => main.publisher.state(),
      ({ state, detail }) => state === 'away' && detail?.startsWith('OOM command not allowed') === true,
    );
    await waitFor(
      'the other node to tell',
      () => node.replica.state(),
      ({ state, detail }) => state === 'stale' && detail === 'the main node is away, or cannot write to Redis',
      { timeoutMs: 40_000 },
    );
    // Nobody hears of it, and it is there all the same.
    expect(node.replica.mainNode).toEqual({ url: 'http://log-1', heard: false });
    expect(node.replica.shown.catalog.vehicleById('v1')).toBeDefined();
    await redis.ask('CONFIG SET maxmemory 0');
    expect(await main.copyAlerts()).toBeNull();
    expect(await node.level(main)).toBe(true);
    expect(main.lines).toEqual([
      expect.stringMatching(/^nodes: Redis does not take the log, .*: OOM command not allowed/),
      'nodes: Redis takes the log again',
    ]);
  }, 90_000);

  test('a user who may do no more than the documentation asks for is enough', async () => {
    const redis = await TestRedis.start();
    const rights = '~cheji:* +@read +@write +@scripting +@connection +info +cluster';
    expect(await redis.ask(`ACL SETUSER cheji on >made-up ${rights}`)).toBe('+OK\r\n');
    const place = { url: redis.url.replace('//', '//cheji:made-up@') };
    const main = await TestMain.start(place);
    await main.drive('v1', 100);
    await main.raise();
    expect(await (await TestNode.start(place)).level(main)).toBe(true);
    expect(main.lines).toEqual([]);
  });

  test('it hangs: commands give up, the log waits on disk, and nothing is missing when it goes on', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    await main.drive('v1', 100);
    const node = await TestNode.start(redis);
    expect(await node.level(main)).toBe(true);
    redis.signal('SIGSTOP');
    await main.drive('v2', 1000);
    await waitFor(
      'the main node to tell',
      () => main.publisher.state(),
      ({ state, detail = '' }) => state === 'away' && /timed out|timeout/i.test(detail),
    );
    await waitFor(
      'the other node to tell',
      () => node.replica.state(),
      ({ state, detail }) => state === 'stale' && detail !== undefined,
    );
    await main.raise(); // not taken
    redis.signal('SIGCONT');
    await waitFor(
      'Redis to take alerts',
      () => main.copyAlerts(),
      (failure) => failure === null,
    );
    expect(await node.level(main)).toBe(true);
    expect(main.lines).toHaveLength(2);
  }, 60_000);

  test('it forgets everything while nothing is written: another node can begin all the same', async () => {
    const redis = await TestRedis.start();
    const main = await TestMain.start(redis);
    await main.drive('v1', 100);
    await main.copied();
    await redis.ask('FLUSHALL');
    expect(await (await TestNode.start(redis)).level(main)).toBe(true);
    // Only the stream, behind a state that stays.
    await redis.ask('DEL cheji:{node}:blocks:log-1');
    await pause(2500);
    expect(await (await TestNode.start(redis)).level(main)).toBe(true);
    expect(await redis.ask('EXISTS cheji:{node}:blocks:log-1')).toBe(':1\r\n');
  });
});
