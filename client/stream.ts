import { AlertFollower, type AlertsHandlers, type AlertsOptions } from './alert-follower.js';
import { BACK_OFF, BackOff, type BackOffTimes } from './back-off.js';
import { CommandFollower, type CommandsHandlers } from './command-follower.js';
import { readFrame } from './frame.js';
import type { CommandsFilter, StreamMessage, StreamRequest } from './messages.js';
import { Outbox } from './outbox.js';
import type { Subscription, SubscriptionPort } from './subscription.js';
import { type VehiclesChange, type VehiclesOptions, VehicleTable } from './vehicle-table.js';
import { OPEN, ownWebSocket, type SocketConstructor, type SocketLike } from './web-socket.js';

const HEARTBEAT_MS = 25_000;
const DEAD_AFTER_MS = 60_000;
/** Until the server has let us in. */
const CONNECT_WITHIN_MS = 10_000;
const CLOSE_UNAUTHENTICATED = 4001;
/** Stands for an end that the other side has not told of. */
const CLOSE_ABNORMAL = 1006;

/** `refused`: the server does not know the key; nothing more is tried until `reconnect`. */
export type StreamState = 'connecting' | 'connected' | 'waiting' | 'refused' | 'closed';

export interface StreamOptions {
  /** Of the server's stream: `ws://host:8080/v1/stream`, or the same with http. */
  url: string | URL;
  key: string | (() => string);
  /** Where there is none of its own, as in Node.js 20. */
  WebSocket?: SocketConstructor;
  /** `retryAt`: epoch ms, where the state is `waiting`. */
  onState?(state: StreamState, retryAt: number): void;
  /** What went wrong and did not end the stream: a request that the server refused, a handler that threw. */
  onProblem?(error: Error): void;
  backOff?: Partial<BackOffTimes>;
  /** Do not connect before `reconnect` is called. */
  onDemand?: boolean;
}

/** The server refused a request; `code` as in the errors of the API. */
export class StreamError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

/**
 * One connection to `GET /v1/stream` that comes back by itself, ever more slowly and never in step with others, and
 * subscribes again to all that was subscribed.
 */
export class Stream {
  state: StreamState = 'closed';
  readonly #options: StreamOptions;
  readonly #url: string;
  readonly #WebSocket: SocketConstructor;
  readonly #backOff: BackOff;
  readonly #subscriptions = new Map<number, Subscription>();
  readonly #outbox: Outbox;
  readonly #port: SubscriptionPort;
  #lastId = 0;
  #socket: SocketLike | null = null;
  /** By performance.now(), as is the next: what the clock is set to says nothing of a connection. */
  #openedAt = Number.NaN;
  #heardAt = 0;
  #tooLong: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  /** Connects at once, unless told otherwise. Throws where there is no WebSocket. */
  constructor(options: StreamOptions) {
    this.#options = options;
    const url = new URL(options.url);
    url.protocol = url.protocol.replace('http', 'ws');
    this.#url = url.href;
    this.#WebSocket = options.WebSocket ?? ownWebSocket();
    this.#backOff = new BackOff({ ...BACK_OFF, ...options.backOff }, Math.random);
    this.#outbox = new Outbox((request) => this.#write(request));
    this.#port = {
      send: (request) => this.state === 'connected' && this.#outbox.push(request),
      close: (id) => this.#unsubscribe(id),
      problem: (error) => this.#options.onProblem?.(error),
    };
    if (!options.onDemand) this.reconnect();
  }

  /** The vehicles of a view; `changed` is called after each message that changed them. */
  vehicles(options: VehiclesOptions, changed: (change: VehiclesChange) => void = () => {}): VehicleTable {
    return this.#subscribe(new VehicleTable(++this.#lastId, options, this.#port, changed));
  }

  alerts(options: AlertsOptions, handlers: AlertsHandlers): AlertFollower {
    return this.#subscribe(new AlertFollower(++this.#lastId, options, this.#port, handlers));
  }

  commands(filter: CommandsFilter, handlers: CommandsHandlers): CommandFollower {
    return this.#subscribe(new CommandFollower(++this.#lastId, filter, this.#port, handlers));
  }

  /** Connects now, whatever was planned; an open connection is replaced. */
  reconnect(): void {
    this.#leave();
    this.#backOff.reset();
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#connect();
  }

  close(): void {
    this.#leave();
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    this.#enter('closed');
  }

  #subscribe<T extends Subscription>(subscription: T): T {
    this.#subscriptions.set(subscription.id, subscription);
    this.#port.send(subscription.request());
    return subscription;
  }

  #unsubscribe(id: number): void {
    if (this.#subscriptions.delete(id)) this.#port.send({ op: 'unsubscribe', id });
  }

  #leave(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#tooLong);
    const socket = this.#socket;
    this.#socket = null;
    this.#outbox.clear();
    socket?.close();
    for (const subscription of this.#subscriptions.values()) subscription.lost();
  }

  #connect(): void {
    const socket = new this.#WebSocket(this.#url);
    this.#socket = socket;
    this.#openedAt = Number.NaN;
    socket.binaryType = 'arraybuffer';
    this.#enter('connecting');
    this.#tooLong = setTimeout(() => this.#lose(CLOSE_ABNORMAL), CONNECT_WITHIN_MS);
    socket.addEventListener('error', () => {}); // `close` follows, and tells the same
    socket.addEventListener('open', () => {
      if (socket !== this.#socket) return;
      this.#heardAt = this.#openedAt = performance.now();
      // A browser sets no headers on the handshake, and a key in the address would end up in the logs of proxies.
      const { key } = this.#options;
      this.#write({ op: 'auth', key: typeof key === 'string' ? key : key() });
    });
    socket.addEventListener('message', ({ data }) => {
      if (socket === this.#socket) this.#hear(data);
    });
    socket.addEventListener('close', ({ code }) => {
      if (socket === this.#socket) this.#lose(code);
    });
  }

  #hear(data: unknown): void {
    this.#heardAt = performance.now();
    let message: StreamMessage;
    try {
      message = typeof data === 'string' ? (JSON.parse(data) as StreamMessage) : readFrame(data as ArrayBuffer);
    } catch (error) {
      // Whatever this was to be is missing now; what follows on it would be wrong.
      this.#port.problem(error as Error);
      return this.#lose(CLOSE_ABNORMAL);
    }
    try {
      this.#dispatch(message);
    } catch (error) {
      this.#port.problem(error as Error);
    }
  }

  #dispatch(message: StreamMessage): void {
    if (message.type === 'authenticated') this.#begin();
    else if (message.type === 'error') this.#port.problem(new StreamError(message.code, message.message));
    if ('id' in message) this.#subscriptions.get(message.id as number)?.take(message);
  }

  #begin(): void {
    clearTimeout(this.#tooLong);
    this.#enter('connected');
    for (const subscription of this.#subscriptions.values()) this.#outbox.push(subscription.request());
  }

  /** Without waiting for the socket to close: to that the other side, which may not be there, must agree. */
  #lose(code: number): void {
    this.#leave();
    if (code === CLOSE_UNAUTHENTICATED) return this.#enter('refused');
    const wait = this.#backOff.next(code, performance.now() - this.#openedAt);
    this.#retry = setTimeout(() => this.#connect(), wait);
    this.#enter('waiting', Date.now() + wait);
  }

  #beat(): void {
    if (this.state !== 'connected') return;
    if (performance.now() - this.#heardAt > DEAD_AFTER_MS) this.#lose(CLOSE_ABNORMAL);
    else this.#write({ op: 'ping' });
  }

  #write(request: StreamRequest): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(request));
  }

  #enter(state: StreamState, retryAt = 0): void {
    this.state = state;
    this.#options.onState?.(state, retryAt);
  }
}
