import { expect, test } from 'vitest';
import { checkRedis } from '../../cli/support/check-redis.js';
import { loadSettings } from '../../config.js';
import { connectRedis } from '../../redis/connect.js';
import { freePort } from '../support/free-port.js';
import { needs } from '../support/needs.js';
import { TestRedis } from '../support/redis.js';

const check = (url?: string) => checkRedis(loadSettings({ CHEJI_REDIS_URL: url }).settings);

test('nothing is asked where there is none', async () => {
  expect(await check()).toBeNull();
});

test('one that is not there', async () => {
  const port = await freePort();
  expect(await check(`redis://127.0.0.1:${port}`)).toMatchObject({
    outcome: 'broken',
    found: expect.stringContaining('ECONNREFUSED'),
  });
});

needs('redis', 'doctor asks a real Redis', () => {
  test('one that is good, one that forgets when it is full, one that does not let us in', async () => {
    const server = await TestRedis.start();
    expect(await check(server.url)).toMatchObject({ outcome: 'ok', found: expect.stringMatching(/version \d/) });
    const admin = connectRedis(server.url, () => {});
    try {
      await new Promise((resolve) => admin.once('ready', resolve));
      await admin.config('SET', 'maxmemory', '100mb', 'maxmemory-policy', 'allkeys-lru');
      expect(await check(server.url)).toMatchObject({ outcome: 'warning', mend: 'set maxmemory-policy noeviction' });
      await admin.config('SET', 'requirepass', 'made-up');
    } finally {
      admin.disconnect();
    }
    expect(await check(server.url)).toMatchObject({ outcome: 'broken', found: expect.stringMatching(/auth/i) });
    expect(await check(server.url.replace('//', '//:made-up@'))).toMatchObject({ outcome: 'warning' });
  });
});
