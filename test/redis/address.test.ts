import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadSettings } from '../../config.js';
import { type RedisAddress, readRedisAddress } from '../../redis/address.js';
import { tempDir } from '../support/temp-dir.js';

const address = (given: Partial<RedisAddress>): RedisAddress => ({
  hosts: [{ host: 'r', port: 6379 }],
  ...{ cluster: false, tls: false, username: null, password: null, db: 0 },
  ...given,
});
const cluster = {
  cluster: true,
  hosts: [
    { host: 'a', port: 6379 },
    { host: '10.0.0.2', port: 7001 },
    { host: '::1', port: 7002 },
  ],
};

test.each<[string, RedisAddress]>([
  ['redis://r', address({})],
  ['redis://r:7000/3', address({ hosts: [{ host: 'r', port: 7000 }], db: 3 })],
  ['rediss://:s%40crt@r/', address({ tls: true, password: 's@crt' })],
  ['redis://cheji:a:b@r', address({ username: 'cheji', password: 'a:b' })],
  ['redis://r?cluster=yes', address({ cluster: true })],
  ['redis://a,10.0.0.2:7001,[::1]:7002', address(cluster)],
  ['rediss://u:p@a:6379,10.0.0.2:7001, [::1]:7002/0', address({ ...cluster, tls: true, username: 'u', password: 'p' })],
])('%s', (url, expected) => {
  expect(readRedisAddress(url)).toEqual(expected);
});

test.each([
  ['http://r', 'begins with redis:// or rediss://'],
  ['redis://', '"" is no host:port'],
  ['redis://r:0', '"r:0" is no host:port'],
  ['redis://r:65536', 'is no host:port'],
  ['redis://a,,b', '"" is no host:port'],
  ['redis://a;b', '"a;b" is no host:port; nodes of a cluster stand between commas'],
  ['redis://r/three', '"/three" is no database'],
  ['redis://r?cluster=no', 'only cluster=yes, not "cluster=no"'],
  ['redis://r?cluster=b:6379', 'only cluster=yes'],
  ['redis://a,b/2', 'a cluster has only database 0, not 2'],
  ['redis://r/1?cluster=yes', 'a cluster has only database 0, not 1'],
  ['redis://:100%@r', 'in a user or a password % is written %25'],
  ['redis://:se/cret@r', 'written %2F %3F %23 and %40'],
])('%s is refused', (url, why) => {
  expect(readRedisAddress(url)).toContain(why);
});

test('a start with a wrong one says what is wrong, and nothing of the password', async () => {
  const start = () => loadSettings({ CHEJI_REDIS_URL: 'redis://:se/cret@a,b/2' });
  expect(start).toThrow('CHEJI_REDIS_URL=redis://***@a,b/2: must be redis://');
  expect(start).toThrow('in a password / ? # and @ are written');
  expect(() => loadSettings({ CHEJI_REDIS_URL: 'redis://:cret@a,b/2' })).toThrow(
    /; a cluster has only database 0, not 2$/,
  );
  const pem = join(await tempDir(), 'any.pem');
  writeFileSync(pem, '-----BEGIN CERTIFICATE-----');
  expect(() => loadSettings({ CHEJI_REDIS_URL: 'redis://a', CHEJI_REDIS_CA: pem })).toThrow('are for TLS');
  expect(() => loadSettings({ CHEJI_REDIS_URL: 'rediss://a', CHEJI_REDIS_KEY: pem })).toThrow('go together');
});
