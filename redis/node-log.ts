import { explainRedis, type Redis } from './connect.js';
import { Script } from './script.js';

/** What the main node says of itself, again and again; who reads it knows how far there is to go. */
export interface MainNode {
  /** Name of its log (store/log-id.ts) and of the generation of its alert log. */
  log: string;
  epoch: string;
  /** Where its API is, as other nodes reach it. */
  url: string;
  version: string;
  /** Numbers of the last committed record and of the last alert transition. */
  seq: number;
  alertNumber: number;
  /** The oldest alert transition that the alert log can still be continued after. */
  alertOldest: number;
}

/** How far Redis has a log: number of the last record in the stream, 0 where it is empty, and whether there is a state to begin at. */
export interface Reach {
  last: number;
  state: boolean;
}

/** `other`: the main node that is there already; null where the place is ours. */
export interface Announced extends Reach {
  other: MainNode | null;
}

/** Blocks of the log as they lie on disk, one after the other. */
export interface BlockEntry {
  /** Record that these follow: whoever has all up to it lacks none. */
  after: number;
  blocks: Buffer;
}

/** State of the main node as of record `seq`, in pieces. */
export interface StoredState {
  seq: number;
  bytes: Buffer;
}

/** In braces: all keys are in one slot of a cluster, so that one script may touch them. */
const PREFIX = 'cheji:{node}:';
const MAIN = `${PREFIX}main`;
/** Its last words, which stay when it goes. */
const LAST_MAIN = `${PREFIX}last-main`;
/** A main node that has not said anything for so long is away, ms. */
const MAIN_AWAY_MS = 10_000;
/**
 * About so many entries stay in Redis, none of which is over 128 KiB unless one block is: 256 MiB at the worst. It is how
 * long a node may be away without having to take the whole state again, and not a promise.
 */
const MOST_ENTRIES = 2000;
/** Entries after which a new state is to be kept: two of them are always within reach of the stream. */
export const ENTRIES_PER_STATE = 900;
/** Small beside the 16 MiB that may wait for a connection to Redis. */
const PIECE_BYTES = 1024 * 1024;
/** Pieces of a state that was replaced, for whoever is reading them, s. */
const OLD_STATE_S = 120;
/** What nobody has written to for so long is forgotten, s. */
const FORGOTTEN_S = 7 * 86_400;
const ENTRIES_AT_ONCE = 32;

/**
 * The main node's log as other nodes follow it: a stream of its blocks, `cheji:{node}:blocks:<log>`, whose entries have the
 * number of their last record as id, and now and then the state that the log has come to. Redis may forget any of it: the
 * main node has it all, and an entry is never added behind a gap unless the state there is reaches over it.
 */
export class NodeLog {
  constructor(readonly redis: Redis) {}

  /** What keeps a command from being done, for people. */
  explain(error: unknown): string {
    return explainRedis(this.redis, error);
  }

  /** Takes or keeps the place of the main node, and looks at what Redis still has of its log. */
  async announce(main: MainNode): Promise<Announced> {
    const keys = [MAIN, LAST_MAIN, blocksKey(main.log), stateKey(main.log)];
    const args = [main.log, JSON.stringify(main), MAIN_AWAY_MS, FORGOTTEN_S];
    const [other, last, state] = (await ANNOUNCE.run(this.redis, keys, args)) as [
      other: string | null,
      last: number,
      state: number,
    ];
    return { other: other === null ? null : JSON.parse(other), last, state: state === 1 };
  }

  /** Gives the place up, where it is this log's. */
  async withdraw(log: string): Promise<void> {
    await WITHDRAW.run(this.redis, [MAIN], [log]);
  }

  /** The main node; null while there is none. */
  async main(): Promise<MainNode | null> {
    const text = await this.redis.get(MAIN);
    return text === null ? null : (JSON.parse(text) as MainNode);
  }

  /** The main node as it spoke last, there or not. */
  async lastMain(): Promise<MainNode | null> {
    const text = await this.redis.get(LAST_MAIN);
    return text === null ? null : (JSON.parse(text) as MainNode);
  }

  async reach(log: string): Promise<Reach> {
    const [newest] = await this.redis.xrevrange(blocksKey(log), '+', '-', 'COUNT', 1);
    const state = await this.redis.exists(stateKey(log));
    return { last: newest ? Number.parseInt(newest[0], 10) : 0, state: state === 1 };
  }

  /**
   * Adds blocks that follow record `after` and end with record `last`. False where the stream ends elsewhere: it has
   * forgotten something. `begin`: a state was put that reaches to `after` or beyond, so this is where the stream goes on.
   */
  async append(log: string, after: number, last: number, blocks: Buffer, begin: boolean): Promise<boolean> {
    const args = [after, last, blocks, begin ? 1 : 0, MOST_ENTRIES, FORGOTTEN_S];
    return (await APPEND.run(this.redis, [blocksKey(log)], args)) === 1;
  }

  /** At most 4 MiB of entries that go beyond record `after`, in order; [] where none come within `waitMs`. */
  async read(log: string, after: number, waitMs: number): Promise<BlockEntry[]> {
    const from = ['STREAMS', blocksKey(log), `${after}-0`] as const;
    const found = await this.redis.xreadBuffer('COUNT', ENTRIES_AT_ONCE, 'BLOCK', waitMs, ...from);
    const entries = (found?.[0]?.[1] ?? []) as [Buffer, Buffer[]][];
    return entries.map(([, [, before, , blocks]]) => ({ after: Number(before.toString()), blocks }));
  }

  /** Keeps a state, piece by piece, and then names it as the newest. Of one that does not get there whole nothing stays. */
  async putState(log: string, seq: number, pieces: Iterable<Buffer>): Promise<void> {
    const place = `${stateKey(log)}:${seq}:${Date.now().toString(36)}`;
    try {
      for (const piece of inPieces(pieces)) await PUT_PIECE.run(this.redis, [place], [piece, OLD_STATE_S]);
    } catch (error) {
      // A Redis that is full would be filled again by each try; where it is away, it forgets by itself.
      await this.redis.unlink(place).catch(() => {});
      throw error;
    }
    await NAME_STATE.run(this.redis, [stateKey(log), place], [`${seq} ${place}`, FORGOTTEN_S, OLD_STATE_S]);
  }

  /** The newest state; null where there is none, or it was replaced for too long while it was read. */
  async state(log: string): Promise<StoredState | null> {
    const [seq, place] = (await this.redis.get(stateKey(log)))?.split(' ') ?? [];
    if (place === undefined) return null;
    const count = await this.redis.llen(place);
    const pieces: Buffer[] = [];
    for (let i = 0; i < count; i++) {
      const [piece] = await this.redis.lrangeBuffer(place, i, i);
      if (!piece) return null;
      pieces.push(piece);
    }
    return pieces.length > 0 ? { seq: Number(seq), bytes: Buffer.concat(pieces) } : null;
  }
}

/** Cuts what is long, and leaves what is short as it is. */
function* inPieces(buffers: Iterable<Buffer>): Generator<Buffer> {
  for (const buffer of buffers) {
    for (let at = 0; at < buffer.length; at += PIECE_BYTES) yield buffer.subarray(at, at + PIECE_BYTES);
  }
}

const blocksKey = (log: string) => `${PREFIX}blocks:${log}`;
const stateKey = (log: string) => `${PREFIX}state:${log}`;

/**
 * KEYS: main, last main, stream, state. ARGV: log, its words as JSON, expiry of the first in ms, of the second in s. Answers the
 * words of another log where they are there, the end of the stream, and whether there is a state.
 */
const ANNOUNCE = new Script(`
local newest = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
local last = newest and tonumber(string.match(newest[1], '^%d+')) or 0
local state = redis.call('EXISTS', KEYS[4])
local there = redis.call('GET', KEYS[1])
if there and cjson.decode(there).log ~= ARGV[1] then return {there, last, state} end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[4])
return {false, last, state}`);

/** KEYS: pieces. ARGV: the next of them, expiry in s: whoever puts them may die in the middle. */
const PUT_PIECE = new Script(`
redis.call('RPUSH', KEYS[1], ARGV[1])
return redis.call('EXPIRE', KEYS[1], ARGV[2])`);

/**
 * KEYS: state, pieces. ARGV: its words, expiry of the new one in s, of the one that it replaces. In one step: who breaks off in
 * the middle would leave a name without an end, or the name of pieces that are about to go.
 */
const NAME_STATE = new Script(`
local before = redis.call('GET', KEYS[1])
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
if before then redis.call('EXPIRE', string.match(before, ' (.*)$'), ARGV[3]) end
return 1`);

/** KEYS: main. ARGV: log. */
const WITHDRAW = new Script(`
local there = redis.call('GET', KEYS[1])
if there and cjson.decode(there).log == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`);

/** KEYS: stream. ARGV: after, last, blocks, whether to begin here, most, expiry. */
const APPEND = new Script(`
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local last = newest and tonumber(string.match(newest[1], '^%d+')) or 0
if last >= tonumber(ARGV[2]) then return 1 end
if last ~= tonumber(ARGV[1]) and ARGV[4] ~= '1' then return 0 end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[5], ARGV[2] .. '-0', 'after', ARGV[1], 'blocks', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[6])
return 1`);
