import { expect, test } from 'vitest';
import { networkList } from '../../model/networks.js';

test('addresses and networks, IPv4 in IPv6 too; anything else is said to be neither', () => {
  const known = networkList(['10.1.2.3', '10.2.0.0/16', 'fd00::/8']);
  const asked = ['10.1.2.3', '10.1.2.4', '10.2.255.1', '::ffff:10.2.0.9', 'fd12::1', 'fe80::1', 'nonsense'];
  expect(asked.map(known)).toEqual([true, false, true, true, true, false, false]);
  expect(networkList([])('10.1.2.3')).toBe(false);
  for (const wrong of ['10.1.2', '10.1.2.3/33', '10.1.2.3/', '10.1.2.3/8/8', 'host.example', '::/129']) {
    expect(() => networkList([wrong])).toThrow(`'${wrong}' is neither`);
  }
});
