import { explainRedis, type Redis } from './connect.js';
import { Script } from './script.js';

/** One step of the alert log, as it is in the stream under the id `<number>-0`. */
export interface StreamEntry {
  number: number;
  /** Of the message: the same wherever it is read. */
  id: string;
  /** JSON, as everybody outside gets it. */
  text: string;
  /** JSON: the rest of the step, which only nodes need. */
  rest: string;
}

/** Feeds sheet §10. */
const USUAL_STEPS = 50_000;
/** A log that nobody has written to for so long is forgotten, s. */
const FORGOTTEN_S = 7 * 86_400;
/** In braces: all keys are in one slot of a cluster, so that one script may touch them. */
const PREFIX = 'cheji:{alerts}:';

/**
 * Copies an alert log into a Redis Stream, `cheji:{alerts}:<epoch>`. The hash `cheji:{alerts}:logs` names the logs that there
 * are, with the time (epoch ms) of the last step of each.
 *
 * Redis is fast and forgetful: after a failure it may have lost the newest entries, or all. So each batch says what it
 * follows, and where that is not there, the answer says how far the stream reaches; nothing is ever added behind a gap that the
 * log could fill. What is there already is passed over, so a batch may be sent again.
 */
export class AlertStream {
  /** `most`: about so many steps stay in Redis, where they are added here; the alert log on disk has the others. */
  constructor(
    readonly redis: Redis,
    readonly most = USUAL_STEPS,
  ) {}

  /** What keeps a command from being done, for people. */
  explain(error: unknown): string {
    return explainRedis(this.redis, error);
  }

  /**
   * Adds entries, whose numbers go up. `oldest`: the log itself has nothing at or before this number any more.
   * Resolves with null where they are the end of the stream, else with the number that it ends at: it lacks something before
   * them, or has all of them and more.
   */
  async append(epoch: string, oldest: number, entries: readonly StreamEntry[]): Promise<number | null> {
    const flat = entries.flatMap(({ number, id, text, rest }) => [number, id, text, rest]);
    const args = [epoch, oldest, this.most, FORGOTTEN_S, Date.now(), ...flat];
    const end = Number(await APPEND.run(this.redis, [keyOf(epoch), `${PREFIX}logs`], args));
    return end < 0 ? null : end;
  }

  /** Number of the newest entry; 0 where there is none. */
  async last(epoch: string): Promise<number> {
    const [newest] = await this.redis.xrevrange(keyOf(epoch), '+', '-', 'COUNT', 1);
    return newest ? Number.parseInt(newest[0], 10) : 0;
  }

  /** At most `count` entries behind `after`, in order; [] where none come within `waitMs`, or are there where that is 0. */
  async read(epoch: string, after: number, count: number, waitMs: number): Promise<StreamEntry[]> {
    const from = ['STREAMS', keyOf(epoch), `${after}-0`] as const;
    const found = await (waitMs === 0
      ? this.redis.xread('COUNT', count, ...from)
      : this.redis.xread('COUNT', count, 'BLOCK', waitMs, ...from));
    return (found?.[0]?.[1] ?? []).map(([place, [, id, , text, , rest = '{}']]) => ({
      number: Number.parseInt(place, 10),
      id,
      text,
      rest,
    }));
  }
}

function keyOf(epoch: string): string {
  return PREFIX + epoch;
}

const FIRST_ENTRY = 6;
/** KEYS: stream, logs. ARGV: epoch, oldest, most, expiry, now, then number, id, text and rest of each entry. */
const APPEND = new Script(`
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local last = newest and tonumber(string.match(newest[1], '^%d+')) or 0
local before = tonumber(ARGV[${FIRST_ENTRY}]) - 1
if last < before and before > tonumber(ARGV[2]) then return last end
if last > tonumber(ARGV[#ARGV - 3]) then return last end
for i = ${FIRST_ENTRY}, #ARGV, 4 do
  if tonumber(ARGV[i]) > last then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], ARGV[i] .. '-0', 'id', ARGV[i + 1], 'step', ARGV[i + 2], 'rest', ARGV[i + 3])
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[5])
return -1`);
