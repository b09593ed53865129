import { connect, type Socket } from 'node:net';
import { type Backoff, backoffWait } from '../model/backoff.js';
import { count } from '../model/stats.js';
import { Feed, type FeedHost } from './feed.js';

/** A server that gives out a feed to whoever connects. */
export interface FeedAddress {
  host: string;
  port: number;
}

export interface DialOutOptions extends FeedHost {
  sources: readonly FeedAddress[];
  backoff?: Backoff;
  /** A server that says nothing for so long is dialled again. */
  silenceMs?: number;
  /** One line for people; nothing of the feed's content. */
  log?: (level: 'info' | 'warn', message: string) => void;
}

export interface DialOut {
  close(): void;
}

/** Why a connection came to nothing or to an end: the label of a counter. */
type EndOfLine =
  | 'no-answer' // nobody was there in time
  | 'refused' //   or said no, or has no address
  | 'silent' //    connected, and nothing came for too long
  | 'peer' //      it closed the connection
  | 'error'; //    the network failed

const BACKOFF: Backoff = { firstMs: 1_000, lastMs: 60_000 };
const SILENCE_MS = 300_000;
const SWEEP_MS = 1_000;

/**
 * Connects to servers of a feed, such as receivers of AIS on the coast, and stays connected: after a break it waits longer
 * from time to time, and never gives up. While the log has no room it does not read, so that the feed waits at its server
 * as long as TCP lets it.
 */
export function dialOut(options: DialOutOptions): DialOut {
  options.stats.dialOut.sources += options.sources.length;
  const lines = options.sources.map((source) => new Line(source, options));
  const sweep = setInterval(() => {
    const now = options.clock.now();
    for (const line of lines) line.tick(now);
  }, SWEEP_MS);
  sweep.unref();
  options.intake.onRoom(() => {
    for (const line of lines) line.resume();
  });
  return {
    close() {
      clearInterval(sweep);
      for (const line of lines) line.close();
    },
  };
}

/** The connection to one server, and those that come after it. */
class Line {
  #connected = false;
  readonly #name: string;
  #socket: Socket | null = null;
  #feed: Feed | null = null;
  #attempt = 0;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(
    readonly source: FeedAddress,
    readonly options: DialOutOptions,
  ) {
    this.#name = `${options.protocol.name} source ${source.host}:${source.port}`;
    this.#dial();
  }

  tick(now: number): void {
    this.#feed?.tick(now);
  }

  resume(): void {
    if (!this.#socket?.isPaused()) return;
    this.#socket.resume();
    this.#socket.setTimeout(this.options.silenceMs ?? SILENCE_MS); // it may have run out meanwhile
  }

  close(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#socket?.destroy();
  }

  #dial(): void {
    const { silenceMs = SILENCE_MS, intake, stats } = this.options;
    const { host, port } = this.source;
    const socket = connect({ host, port, keepAlive: true });
    const feed = new Feed(host, this.options);
    this.#socket = socket;
    this.#feed = feed;
    const { dialOut } = stats;
    let why: EndOfLine = 'peer';
    let reason = 'it closed the connection';
    dialOut.dialled++;
    dialOut.connecting++;
    socket.setTimeout(silenceMs).on('timeout', () => {
      if (socket.isPaused()) return; // it is we who do not listen
      why = this.#connected ? 'silent' : 'no-answer';
      reason = this.#connected ? `silent for ${silenceMs / 1000} s` : 'no answer';
      socket.destroy();
    });
    socket.once('connect', () => {
      this.#connected = true;
      dialOut.connecting--;
      dialOut.connected++;
      this.options.log?.('info', `${this.#name}: connected`);
    });
    socket.on('data', (bytes: Buffer) => {
      this.#attempt = 0; // it is a feed: the next wait is a short one again
      feed.receive(bytes);
      if (!intake.full) return;
      if (!socket.isPaused()) dialOut.pauses++;
      socket.pause();
    });
    socket.on('error', (error) => {
      why = this.#connected ? 'error' : 'refused';
      reason = error.message;
    });
    socket.once('close', () => {
      feed.close();
      if (this.#connected) dialOut.connected--;
      else dialOut.connecting--;
      count(dialOut.ended, this.#closed ? 'shutdown' : why);
      this.#lost(reason);
    });
  }

  #lost(reason: string): void {
    this.#connected = false;
    this.#socket = null;
    this.#feed = null;
    if (this.#closed) return;
    const waitMs = backoffWait(this.options.backoff ?? BACKOFF, this.#attempt++);
    this.options.log?.('warn', `${this.#name}: ${reason}; again in ${Math.ceil(waitMs / 1000)} s`);
    this.#retry = setTimeout(() => this.#dial(), waitMs);
    this.#retry.unref();
  }
}
