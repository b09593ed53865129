import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { TargetGuard } from '../../deliver/target-guard.js';

const guard = new TargetGuard({ networks: [], hosts: [] });

test.each([
  'http://127.0.0.1/',
  'http://127.1:8080/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://017700000001/',
  'http://0/',
  'http://127。0。0。1/',
  'http://10.1.2.3/',
  'http://172.31.255.255/',
  'http://192.168.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://100.100.100.200/latest/meta-data/',
  'http://198.18.0.1/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://[::1]/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[::127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[2001:0:7f00:1::]/',
  'http://[fe80::1]/',
  'http://[fc00::1]/',
  'http://[fd00:ec2::254]/',
  'https://[ff02::1]/',
])('%s is no public address', (url) => {
  expect(guard.problem(url)).toContain('not a public one');
});

test.each([
  ['http://user@example.cn/', 'user or password'],
  ['http://:secret@example.cn/', 'user or password'],
  ['ftp://example.cn/', 'https:// or http://'],
  ['file:///etc/passwd', 'https:// or http://'],
  ['gopher://example.cn/', 'https:// or http://'],
  ['//example.cn/', 'no URL'],
  ['nonsense', 'no URL'],
  ['https://exam\nple.cn/', 'not seen'],
  ['https://example.cn/\u0000', 'not seen'],
  [' https://example.cn/', 'not seen'],
  ['https://example.cn/a b', 'not seen'],
  ['https://example.cn/\u202etxt', 'not seen'],
  ['https://example.cn/\ud800', 'not seen'],
])('%s is refused for another reason', (url, why) => {
  expect(guard.problem(url)).toContain(why);
});

test('public addresses and names pass, and so does what is allowed', () => {
  expect(
    ['https://8.8.8.8/', 'https://example.cn:8443/x?y', 'http://[2400:3200::1]/'].map((u) => guard.problem(u)),
  ).toEqual([null, null, null]);
  const inside = new TargetGuard({ networks: ['10.2.0.0/16', 'fd00::/8'], hosts: [] });
  expect(inside.problem('http://10.2.3.4/')).toBeNull();
  expect(inside.problem('http://[fd12::1]/')).toBeNull();
  expect(inside.problem('http://10.3.3.4/')).toContain('CHEJI_WEBHOOK_NETWORKS');
});

test('only hosts that are listed, where there is a list', () => {
  const listed = new TargetGuard({
    networks: ['127.0.0.1'],
    hosts: ['Hooks.example.cn', '*.example.org', '127.0.0.1'],
  });
  for (const url of ['https://hooks.example.cn/', 'https://a.b.example.org/', 'http://127.0.0.1:1/']) {
    expect(listed.problem(url)).toBeNull();
  }
  for (const url of ['https://example.cn/', 'https://example.org/', 'https://evilexample.org/', 'http://8.8.8.8/']) {
    expect(listed.problem(url)).toContain('CHEJI_WEBHOOK_HOSTS');
  }
});

const resolve = (of: TargetGuard, all: boolean) =>
  new Promise<unknown>((done, fail) => {
    of.lookup('localhost', { all }, (error, address: string | LookupAddress[]) =>
      error ? fail(error) : done(address),
    );
  });

test('a name is judged by every address behind it, at the moment of connecting', async () => {
  await expect(resolve(guard, true)).rejects.toThrow(/localhost: address .* is not a public one/);
  await expect(resolve(guard, false)).rejects.toThrow('not a public one');
  const local = new TargetGuard({ networks: ['127.0.0.0/8', '::1'], hosts: [] });
  expect(await resolve(local, true)).toEqual(
    expect.arrayContaining([expect.objectContaining({ address: expect.any(String) })]),
  );
  expect(typeof (await resolve(local, false))).toBe('string');
});
