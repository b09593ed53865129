import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { connectRedis, explainRedis, type Redis, type RedisTls, redisConnected } from '../../redis/connect.js';
import { certificates } from '../support/certificates.js';
import { freePort } from '../support/free-port.js';
import { needs } from '../support/needs.js';
import { TestCluster, TestRedis } from '../support/redis.js';
import { tempDir } from '../support/temp-dir.js';

const WAIT_MS = 10_000;

/** A client, and what it has told. */
function open(url: string, tls: RedisTls | null = null): { redis: Redis; told: string[] } {
  const told: string[] = [];
  const redis = connectRedis(url, (connected, detail) => told.push(connected ? 'connected' : detail), tls);
  onTestFinished(() => redis.disconnect());
  return { redis, told };
}

test('an address that is none', () => {
  expect(() => open('redis://a,b/3')).toThrow('the address of Redis: a cluster has only database 0, not 3');
});

needs('redis', 'a client of Redis', () => {
  test('who is refused hears why, once and not for each try, and gets in when it is mended', async () => {
    const server = await TestRedis.start();
    await server.ask('CONFIG SET requirepass made-up');
    const { redis, told } = open(server.url.replace('//', '//:wrong@'));
    await expect(redisConnected(redis, WAIT_MS)).rejects.toThrow('WRONGPASS');
    await pause(1500); // several tries
    expect(told).toEqual([expect.stringContaining('WRONGPASS')]);
    expect(explainRedis(redis, await redis.ping().catch((error) => error))).toContain('WRONGPASS');
    const without = open(server.url);
    await expect(redisConnected(without.redis, WAIT_MS)).rejects.toThrow('NOAUTH');
    const right = open(server.url.replace('//', '//:made-up@'));
    await redisConnected(right.redis, WAIT_MS);
    await right.redis.config('SET', 'requirepass', 'wrong');
    await expect.poll(() => told.at(-1), { timeout: WAIT_MS }).toBe('connected');
    expect(explainRedis(redis, new Error('of the command'))).toBe('of the command');
  });

  test('one that is not there, and a cluster of which no node is', async () => {
    const port = await freePort();
    for (const [query, why] of [
      ['', 'ECONNREFUSED'],
      ['?cluster=yes', `no node of the cluster can be reached by 127.0.0.1:${port}`],
    ]) {
      const { redis, told } = open(`redis://127.0.0.1:${port}${query}`);
      await expect(redisConnected(redis, WAIT_MS)).rejects.toThrow(why);
      await pause(700);
      expect(told).toEqual([expect.stringContaining(why)]);
    }
  });

  test('a cluster that does not let us in, and one server that is no cluster', async () => {
    const cluster = await TestCluster.start();
    for (const master of cluster.masters) await master.ask('CONFIG SET requirepass made-up');
    await expect(redisConnected(open(cluster.url).redis, WAIT_MS)).rejects.toThrow('NOAUTH');
    await redisConnected(open(cluster.url.replace('//', '//:made-up@')).redis, WAIT_MS);
    const single = await TestRedis.start();
    await expect(redisConnected(open(`${single.url}?cluster=yes`).redis, WAIT_MS)).rejects.toThrow(
      'cluster support disabled',
    );
  });

  needs('openssl', 'over TLS', () => {
    test('its authority is ours to name, and our own certificate is shown where it asks for one', async () => {
      const { ca, server, client } = certificates(await tempDir());
      const port = await freePort();
      const files = ['--tls-cert-file', server.cert, '--tls-key-file', server.key, '--tls-ca-cert-file', ca.cert];
      await TestRedis.start({ options: ['--tls-port', `${port}`, ...files] });
      const url = `rediss://localhost:${port}`;
      const none = { caFile: null, certFile: null, keyFile: null };
      const ours = { caFile: ca.cert, certFile: client.cert, keyFile: client.key };
      const { redis } = open(url, ours);
      await redisConnected(redis, WAIT_MS);
      expect(await redis.ping()).toBe('PONG');
      await expect(redisConnected(open(url, none).redis, WAIT_MS)).rejects.toThrow(/certificate/);
      // It hangs up on who shows none: how that looks depends on who is faster.
      const refused = redisConnected(open(url, { ...none, caFile: ca.cert }).redis, WAIT_MS);
      await expect(refused).rejects.toThrow(/certificate/);
      // Its name is not in the certificate.
      await expect(redisConnected(open(url.replace('localhost', '127.0.0.1'), ours).redis, WAIT_MS)).rejects.toThrow(
        'does not match',
      );
      // Without TLS where it is expected.
      await expect(redisConnected(open(`redis://localhost:${port}`).redis, WAIT_MS)).rejects.toThrow(
        'does it want TLS, rediss://',
      );
      expect(() => open(url, { ...none, caFile: '/nowhere.pem' })).toThrow('ENOENT');
    });
  });
});
