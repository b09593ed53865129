import type { StreamMessage, StreamRequest } from './api-types.js';

export type StreamState = 'connecting' | 'connected' | 'waiting';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const RESTART_WAIT_MS = 30_000;
const HEARTBEAT_MS = 25_000;
const DEAD_AFTER_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Close codes of the reliability sheet §10. */
const CLOSE_RESTARTING = 1012;
const CLOSE_UNAUTHENTICATED = 4001;

export interface StreamHandlers {
  /** The socket is open: subscribe. */
  opened(): void;
  message(message: StreamMessage): void;
  /** `retryAt` is epoch ms, while the state is `waiting`. */
  state(state: StreamState, retryAt: number): void;
  /** The server does not know the key; nothing more is tried until `retryNow`. */
  refused(): void;
}

/** One WebSocket to /v1/stream that comes back by itself, ever more slowly and never in step with other pages. */
export class Stream {
  #socket: WebSocket | null = null;
  #failures = 0;
  #lastHeard = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #key: () => string;
  readonly #handlers: StreamHandlers;

  constructor(key: () => string, handlers: StreamHandlers) {
    this.#key = key;
    this.#handlers = handlers;
    setInterval(() => this.#heartbeat(), HEARTBEAT_MS);
  }

  /** Connects at once, whatever was planned; an open connection is replaced. */
  retryNow(): void {
    clearTimeout(this.#retry);
    const before = this.#socket;
    this.#socket = null;
    before?.close();
    this.#connect();
  }

  /** Says it to the server; while there is no connection nothing is said, `opened` will say it all again. */
  send(request: StreamRequest): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(request));
  }

  #connect(): void {
    const address = new URL('v1/stream', document.baseURI);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#handlers.state('connecting', 0);
    const tooLong = setTimeout(() => socket.close(), CONNECT_TIMEOUT_MS);
    /** The server has said something, so it knows the key. */
    let welcome = false;

    socket.addEventListener('open', () => {
      clearTimeout(tooLong);
      if (socket !== this.#socket) return;
      this.#lastHeard = Date.now();
      // A browser sets no headers on the handshake, and a key in the address would end up in the logs of proxies.
      this.send({ op: 'auth', key: this.#key() });
      this.#handlers.opened();
    });
    socket.addEventListener('message', (event: MessageEvent<string>) => {
      if (socket !== this.#socket) return;
      if (!welcome) this.#handlers.state('connected', 0);
      welcome = true;
      this.#failures = 0;
      this.#lastHeard = Date.now();
      this.#handlers.message(JSON.parse(event.data) as StreamMessage);
    });
    socket.addEventListener('close', (event) => {
      clearTimeout(tooLong);
      if (socket !== this.#socket) return;
      this.#socket = null;
      this.#wait(event.code);
    });
  }

  #wait(closeCode: number): void {
    if (closeCode === CLOSE_UNAUTHENTICATED) {
      this.#handlers.state('waiting', NaN);
      this.#handlers.refused();
      return;
    }
    const longest =
      closeCode === CLOSE_RESTARTING
        ? RESTART_WAIT_MS
        : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures, 10));
    this.#failures++;
    // Anything between nothing and the whole, so that a thousand pages do not return in the same moment.
    const wait = Math.max(100, Math.random() * longest);
    this.#retry = setTimeout(() => this.#connect(), wait);
    this.#handlers.state('waiting', Date.now() + wait);
  }

  #heartbeat(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    if (Date.now() - this.#lastHeard > DEAD_AFTER_MS) this.#socket.close();
    else this.send({ op: 'ping' });
  }
}
