import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { checkNodes } from '../../cli/support/check-nodes.js';
import { loadSettings } from '../../config.js';
import { NodeLog } from '../../redis/node-log.js';
import { client } from '../nodes/support.js';
import { freePort } from '../support/free-port.js';
import { needs } from '../support/needs.js';
import { TestRedis } from '../support/redis.js';

const KEY = 'key-of-all-the-nodes';
const check = (redisUrl: string, role = 'api') =>
  checkNodes(
    loadSettings({
      CHEJI_ROLE: role,
      CHEJI_REDIS_URL: redisUrl,
      CHEJI_DATABASE_URL: 'postgres://db/cheji',
      CHEJI_ADMIN_KEY: KEY,
    }).settings,
  );

test('a main node is not looked for where this is it, nor found without Redis', async () => {
  const nowhere = `redis://127.0.0.1:${await freePort()}`;
  expect(await check(nowhere, 'all')).toBeNull();
  expect(await check(nowhere)).toMatchObject({ outcome: 'broken', found: 'not known without Redis' });
});

needs('redis', 'doctor on a node of the API', () => {
  test('a main node that is not there, is not reached, does not know the key, or lets us in', async () => {
    const redis = await TestRedis.start();
    expect(await check(redis.url)).toMatchObject({ outcome: 'warning', found: expect.stringContaining('none') });
    const log = new NodeLog(await client(redis));
    const announce = (url: string) =>
      log.announce({ log: 'a', epoch: 'e', url, version: '1', seq: 0, alertNumber: 0, alertOldest: 0 });
    await announce(`http://127.0.0.1:${await freePort()}`);
    expect(await check(redis.url)).toMatchObject({
      outcome: 'broken',
      mend: expect.stringContaining('CHEJI_NODE_URL'),
    });
    let known = 'another';
    const server = createServer((request, response) => {
      response.statusCode = request.headers.authorization === `Bearer ${known}` ? 200 : 401;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    await announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await check(redis.url)).toMatchObject({
      outcome: 'broken',
      mend: expect.stringContaining('CHEJI_ADMIN_KEY'),
    });
    known = KEY;
    expect(await check(redis.url)).toMatchObject({ outcome: 'ok' });
  });
});
