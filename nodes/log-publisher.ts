import { setTimeout as pause } from 'node:timers/promises';
import { type Backoff, backoffWait } from '../model/backoff.js';
import { ENTRIES_PER_STATE, type MainNode, type NodeLog } from '../redis/node-log.js';
import { type Checkpoint, encodeCheckpoint } from '../store/checkpoint.js';
import { LogGapError, LogReader } from '../store/log-reader.js';
import { listSegments } from '../store/segment-file.js';

/** Blocks are gathered for so long: a map is half a second late anyway, and an entry costs Redis the same whatever is in it. */
const LINGER_MS = 50;
/** About so much is in an entry; a block is never cut. */
const ENTRY_BYTES = 128 * 1024;
const ANNOUNCE_MS = 1000;
/** What Redis took in so long before it lost it may not have been read by every node. */
const UNREAD_MS = 10_000;
const BACKOFF: Backoff = { firstMs: 100, lastMs: 2000 };

export interface PublisherOptions {
  redis: NodeLog;
  /** Name of the log. */
  log: string;
  /** Where its files are. */
  spoolDir: string;
  committed: () => number;
  /** As far as the log was committed when this process started: other nodes may have read so far, and no further. */
  startedAt: number;
  /** Resolves once the alert log has been read: until then it has neither name nor end. */
  ready: Promise<void>;
  main: () => MainNode;
  /** After so many steps of alerts a new state is put there: fewer than Redis keeps, for a node begins where both are. */
  alertsPerState: number;
  /** The state as of now, once all that it knows is committed. */
  snapshot: () => Promise<Checkpoint>;
  warn: (line: string) => void;
}

/**
 * The main node's side of several nodes: follows the log through its files, as every reader of it does, and copies its blocks
 * into Redis. Nothing is queued here and nobody waits for it: while Redis is away what is to be copied is in the log, and
 * what the log has lost meanwhile the next state makes up for.
 */
export class LogPublisher {
  /** Number of the last record that Redis has taken; 0 before the first. */
  place = 0;
  readonly #o: PublisherOptions;
  #announcing: NodeJS.Timeout | undefined;
  #reader: LogReader | null = null;
  /** The next entry begins anew: a state reaches to where it follows on. */
  #begins = false;
  /** Number of the last record that we know to be in the stream; 0 where it is empty. */
  #inStream = 0;
  /** Redis has less than it had: what it still has is to be asked for. */
  #forgotten = false;
  /** Entries since the last state, and the last step of alerts that it knew of. */
  #entries = 0;
  #stateAlerts = 0;
  /** Where we were at what time of the monotonic clock, oldest first. */
  #places: { at: number; place: number }[] = [];
  /** When everything committed was last there. */
  #levelAt = performance.now();
  #failure: string | null = null;
  /** Another main node that was there first. */
  #other: MainNode | null = null;
  #stopped = false;
  #end = () => {};
  readonly #ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });
  #wake = () => {};
  readonly #running: Promise<void>;

  constructor(options: PublisherOptions) {
    this.#o = options;
    this.#places.push({ at: performance.now(), place: options.startedAt });
    this.#running = this.#run();
  }

  /** The log has grown, or Redis is there again. */
  wake(): void {
    this.#wake();
  }

  state(): { state: 'publishing' | 'away' | 'second'; lagSeconds: number; detail?: string } {
    const level = this.place >= this.#o.committed();
    const lagSeconds = level ? 0 : (performance.now() - this.#levelAt) / 1000;
    if (this.#other) return { state: 'second', lagSeconds, detail: `${this.#other.url} is the main node` };
    if (this.#failure !== null) return { state: 'away', lagSeconds, detail: this.#failure };
    return { state: 'publishing', lagSeconds };
  }

  /** Gives the place of the main node up; what is not copied yet is copied after the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#end();
    this.#wake();
    await this.#running;
    clearInterval(this.#announcing);
    this.#reader?.close();
    await this.#o.redis.withdraw(this.#o.log).catch(() => {}); // it runs out by itself
  }

  async #run(): Promise<void> {
    await Promise.race([this.#o.ready, this.#ended]);
    this.#announcing = setInterval(() => void this.#announce(), ANNOUNCE_MS);
    void this.#announce();
    for (let failures = 0; !this.#stopped; ) {
      try {
        if (this.#forgotten) this.#close();
        this.#reader ??= await this.#begin();
        const bytes = await this.#copyNext(this.#reader);
        if (this.#stateIsOld) await this.#putState();
        failures = 0;
        this.#tell(null);
        if (bytes === 0) await this.#rest(ANNOUNCE_MS);
        // Full entries go out one after the other; what is less waits for company.
        if (bytes < ENTRY_BYTES / 2) await pause(LINGER_MS);
      } catch (error) {
        this.#close(); // what Redis still has is asked for again
        if (error instanceof LogGapError) continue;
        this.#tell(this.#o.redis.explain(error));
        await this.#rest(backoffWait(BACKOFF, Math.min(failures++, 10)));
      }
    }
  }

  /** Goes on where Redis ends, where the log still has what follows; else puts the state there, and begins anew. */
  async #begin(): Promise<LogReader> {
    const { redis, log, spoolDir, committed } = this.#o;
    const { last, state } = await redis.reach(log);
    this.#inStream = last;
    this.#forgotten = false;
    const oldest = listSegments(spoolDir)[0]?.firstSeq ?? 1;
    this.#begins = !state || last + 1 < oldest || last > committed();
    this.place = this.#begins ? Math.max(await this.#putState(), last) : last;
    if (this.#begins)
      this.place = Math.max(last, oldest - 1, Math.min(this.place, this.#places[0]?.place ?? this.place));
    return new LogReader(spoolDir, this.place + 1, committed);
  }

  /** Copies what comes next; answers how much that was. Throws where Redis has forgotten what it follows. */
  async #copyNext(reader: LogReader): Promise<number> {
    const blocks = reader.next(ENTRY_BYTES);
    const now = performance.now();
    if (blocks.length === 0) {
      this.#levelAt = now;
      return 0;
    }
    const bytes = Buffer.concat(blocks.map((block) => block.bytes));
    const last = reader.position - 1;
    const taken = await this.#o.redis.append(this.#o.log, this.place, last, bytes, this.#begins);
    if (!taken) throw new Error('Redis has forgotten the end of the log');
    this.#begins = false;
    this.place = last;
    this.#inStream = last;
    this.#places.push({ at: now, place: last });
    while (this.#places[1]?.at < now - UNREAD_MS) this.#places.shift();
    this.#entries++;
    return bytes.length;
  }

  get #stateIsOld(): boolean {
    const { main, alertsPerState } = this.#o;
    return this.#entries >= ENTRIES_PER_STATE || main().alertNumber - this.#stateAlerts >= alertsPerState;
  }

  async #putState(): Promise<number> {
    const { alertNumber } = this.#o.main();
    const state = await this.#o.snapshot();
    await this.#o.redis.putState(this.#o.log, state.seq, encodeCheckpoint(state));
    this.#entries = 0;
    this.#stateAlerts = alertNumber;
    return state.seq;
  }

  async #announce(): Promise<void> {
    const inStream = this.#inStream;
    try {
      const { other, last, state } = await this.#o.redis.announce(this.#o.main());
      // Nothing may be written for long, and another node may want to begin meanwhile.
      if (this.#reader && (last < inStream || !state)) {
        this.#forgotten = true;
        this.#wake();
      }
      if (other && !this.#other) {
        this.#o.warn(`nodes: ${other.url} is the main node of this Redis; no node can follow this one`);
      }
      this.#other = other;
    } catch {
      // `#run` says what is the matter.
    }
  }

  /** Each change once: what keeps us from publishing, or null. */
  #tell(failure: string | null): void {
    if (failure !== null && this.#failure === null) {
      this.#o.warn(`nodes: Redis does not take the log, other nodes show what they have: ${failure}`);
    } else if (failure === null && this.#failure !== null) this.#o.warn('nodes: Redis takes the log again');
    this.#failure = failure;
  }

  #close(): void {
    this.#reader?.close();
    this.#reader = null;
  }

  /** Until somebody wakes us, or the time is up. */
  #rest(ms: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
