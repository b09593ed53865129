/** Where Redis is, and how we get in. */
export interface RedisAddress {
  /** One server, or nodes of a cluster, which know the others. */
  hosts: readonly { host: string; port: number }[];
  cluster: boolean;
  tls: boolean;
  /** null: the default user. */
  username: string | null;
  password: string | null;
  /** A cluster has only database 0. */
  db: number;
}

const USUAL_PORT = 6379;
/** What stands between the slashes, behind them, and behind the question mark. */
const PARTS = /^(rediss?):\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const HOST = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/;

/**
 * Reads `redis://[[user]:password@]host[:port][,host[:port]…][/database][?cluster=yes]`, or `rediss://` for TLS. Several hosts
 * are nodes of one cluster, and so is one with `?cluster=yes`. Answers with a sentence where it is none; nothing of the
 * password is in it.
 */
export function readRedisAddress(url: string): RedisAddress | string {
  const [, scheme, authority = '', database = '', query = ''] = PARTS.exec(url) ?? [];
  if (scheme === undefined) return 'it begins with redis:// or rediss://';
  const at = authority.lastIndexOf('@');
  // Cut off in the middle of the password, what is left would be shown as a host.
  if (at < 0 && url.includes('@')) return 'in a password / ? # and @ are written %2F %3F %23 and %40';
  const who = at < 0 ? { username: null, password: null } : credentials(authority.slice(0, at));
  if (typeof who === 'string') return who;
  const hosts = [];
  for (const entry of authority.slice(at + 1).split(',')) {
    const [, v6, name, port = `${USUAL_PORT}`] = HOST.exec(entry.trim()) ?? [];
    const host = v6 ?? name;
    if (host === undefined || Number(port) < 1 || Number(port) > 65_535) {
      return `"${entry}" is no host:port; nodes of a cluster stand between commas: redis://a:6379,b:6379`;
    }
    hosts.push({ host, port: Number(port) });
  }
  if (query !== '' && query !== 'cluster=yes')
    return `of what may stand behind ? there is only cluster=yes, not "${query}"`;
  if (!/^\d{0,4}$/.test(database)) return `"/${database}" is no database: they have numbers`;
  const cluster = hosts.length > 1 || query !== '';
  if (cluster && Number(database) !== 0) return `a cluster has only database 0, not ${database}`;
  return { hosts, cluster, tls: scheme === 'rediss', ...who, db: Number(database) };
}

/** `user:password`, or `password` alone behind a colon. */
function credentials(text: string): Pick<RedisAddress, 'username' | 'password'> | string {
  const colon = text.indexOf(':');
  try {
    const [username, password] = (colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]).map(
      decodeURIComponent,
    );
    return { username: username || null, password: password || null };
  } catch {
    return 'in a user or a password % is written %25';
  }
}
