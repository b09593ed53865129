import { isIP, type LookupFunction } from 'node:net';
import { networkList } from '../model/networks.js';
import { SharedLookups } from './shared-lookups.js';

/** What the reading of a URL drops or writes anew, so that the text as it is kept would show another URL than is reached. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\s]/u;

/** Networks that are not the public internet (IANA special-purpose registries), and so only reached where that is allowed. */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10', // shared by carriers; clouds have their metadata services here too
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local, metadata services
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96', // unspecified, loopback, IPv4 in an old disguise
  '64:ff9b::/96', // IPv4 behind a translator: whose networks it reaches is not known
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23', // Teredo and other protocol assignments
  '2001:db8::/32',
  '2002::/16', // 6to4: IPv4 in another disguise
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

export interface TargetRules {
  /** Addresses and networks (`10.0.0.0/8`) that may be reached although they are not public. */
  networks: readonly string[];
  /** Host names that may be reached, `*.example.cn` for all below; empty: any. */
  hosts: readonly string[];
}

/**
 * Keeps requests that others ask us to make from reaching what only we can reach (SEC-072): every address that a name
 * resolves to is judged, and it is that address that is connected to, so a name that changes its mind gains nothing.
 */
export class TargetGuard {
  readonly #notPublic = networkList(NOT_PUBLIC);
  readonly #allowed: (address: string) => boolean;
  readonly #hosts: readonly string[];
  readonly #lookups = new SharedLookups();

  constructor({ networks, hosts }: TargetRules) {
    this.#allowed = networkList(networks);
    this.#hosts = hosts.map((host) => host.toLowerCase());
  }

  /** Why requests to the URL are not made, as far as the URL alone tells; null where nothing speaks against it. */
  problem(text: string): string | null {
    if (UNSEEN.test(text)) return 'must not hold spaces, line breaks or other characters that are not seen';
    if (!URL.canParse(text)) return 'is no URL such as https://example.cn/hook';
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https:// or http://';
    if (url.username !== '' || url.password !== '') return 'must not hold a user or password';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (!this.#hostAllowed(host)) return `host ${host} is not in CHEJI_WEBHOOK_HOSTS`;
    return isIP(host) === 0 ? null : this.#addressProblem(host);
  }

  /** For `http.request`: resolves, and fails where any of the addresses may not be reached. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#lookups.find(hostname, options, (error, addresses) => {
      if (error) return callback(error, '');
      const problem = addresses.map(({ address }) => this.#addressProblem(address)).find((found) => found !== null);
      if (problem) return callback(new Error(`${hostname}: ${problem}`), '');
      if (options.all) callback(null, addresses);
      else callback(null, addresses[0].address, addresses[0].family);
    });
  };

  #hostAllowed(host: string): boolean {
    if (this.#hosts.length === 0) return true;
    const name = host.replace(/\.$/, '');
    return this.#hosts.some((rule) => (rule.startsWith('*.') ? name.endsWith(rule.slice(1)) : name === rule));
  }

  #addressProblem(address: string): string | null {
    if (!this.#notPublic(address) || this.#allowed(address)) return null;
    return `address ${address} is not a public one; CHEJI_WEBHOOK_NETWORKS names those that may be reached`;
  }
}
