import { BlockList, isIP } from 'node:net';

/**
 * Whether an address is one of those declared. `list` has addresses and networks, such as `10.1.2.3`, `10.1.0.0/16` or
 * `fd00::/8`. Throws RangeError, naming it, for what is neither.
 */
export function networkList(list: readonly string[]): (address: string) => boolean {
  const known = new BlockList();
  for (const entry of list) {
    const [address, prefix, ...rest] = entry.split('/');
    const family = familyOf(address);
    const bits = prefix === undefined ? null : Number(prefix);
    const most = family === 'ipv4' ? 32 : 128;
    const isNetwork = bits !== null && /^\d+$/.test(prefix) && bits <= most;
    if (family === null || rest.length > 0 || (bits !== null && !isNetwork)) {
      throw new RangeError(`'${entry}' is neither an address nor a network`);
    }
    if (bits === null) known.addAddress(address, family);
    else known.addSubnet(address, bits, family);
  }
  if (list.length === 0) return () => false;
  return (address) => {
    const family = familyOf(address);
    return family !== null && known.check(address, family);
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  return version === 0 ? null : version === 4 ? 'ipv4' : 'ipv6';
}
