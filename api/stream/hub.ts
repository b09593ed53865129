import { count, type Tally } from '../../model/stats.js';
import type { App } from '../app.js';
import { bearer, foreignOrigin, type KeyCheck } from '../http/auth.js';
import type { Answer, Request } from '../http/endpoint.js';
import { ApiError } from '../http/errors.js';
import type { SendResult, Socket, StreamEndpoint } from '../http/socket.js';
import type { StreamCounts } from '../metrics.js';
import { AlertsHub } from './alerts.js';
import { CommandsHub } from './commands.js';
import { CLOSE, StreamConnection, type StreamHost } from './connection.js';
import { LIMITS } from './limits.js';
import type { StreamFormat } from './messages.js';
import { PositionsHub } from './positions.js';
import type { ServerMessage } from './server-messages.js';

/** Positions are told twice a second, so that with what telling takes none is older than a second when it arrives. */
const TICK_MS = 500;
const WATCH_MS = 1000;
const MAX_CONNECTIONS = 20_000;
/** Beyond this the library cuts the line without a word; up to it a connection can still be told why it is ended. */
const MAX_PAYLOAD_BYTES = 256 * 1024;
/** The sub-protocols that a client may name, the one that it likes best first; another, `key.<key>`, carries the key. */
const PROTOCOLS: Record<string, StreamFormat> = { 'vm.v1+json': 'json', 'vm.v1+pb': 'protobuf' };
const KEY_PROTOCOL = /^key\.(.+)$/;

/** `GET /v1/stream` (contract §6): everybody who is connected, and the channels. */
export class StreamHub implements StreamHost {
  readonly positions: PositionsHub;
  readonly alerts: AlertsHub;
  readonly commands: CommandsHub;
  readonly #connections = new Set<StreamConnection>();
  readonly #dropped: Tally = {};
  #sentBytes = 0;
  #conflated = 0;
  #sessions = 0;
  #closed = false;
  #ticking: NodeJS.Timeout | undefined;
  readonly #watching: NodeJS.Timeout;

  constructor(
    readonly app: App,
    readonly key: KeyCheck,
  ) {
    this.positions = new PositionsHub(app);
    this.alerts = new AlertsHub(app);
    this.commands = new CommandsHub(app);
    this.#ticking = setTimeout(() => void this.#tick(), TICK_MS);
    this.#watching = setInterval(() => this.#watch(), WATCH_MS);
  }

  endpoint(refuse: (error: ApiError) => Answer): StreamEndpoint {
    return {
      pattern: '/v1/stream',
      maxBuffered: LIMITS.bufferedBytes,
      maxPayload: MAX_PAYLOAD_BYTES,
      upgrade: (request) => {
        if (foreignOrigin(request, this.app.options.allowedOrigins)) {
          return refuse(new ApiError('forbidden', `origin ${request.headers.origin} may not open the stream`));
        }
        if (this.#connections.size >= MAX_CONNECTIONS)
          return refuse(new ApiError('busy', 'too many stream connections'));
        const offered = request.headers['sec-websocket-protocol'].split(',').map((protocol) => protocol.trim());
        const key = handshakeKey(request, offered);
        const protocol = offered.find((name) => Object.hasOwn(PROTOCOLS, name)) ?? '';
        return { protocol, open: (socket) => this.#open(socket, key, PROTOCOLS[protocol] ?? 'json') };
      },
    };
  }

  counts(): StreamCounts {
    let subscriptions = 0;
    let bufferedSum = 0;
    let bufferedMax = 0;
    for (const connection of this.#connections) {
      subscriptions += connection.subscriptions;
      const buffered = connection.socket.buffered();
      bufferedSum += buffered;
      bufferedMax = Math.max(bufferedMax, buffered);
    }
    return {
      clients: this.#connections.size,
      subscriptions,
      sentBytes: this.#sentBytes,
      conflated: this.#conflated,
      bufferedSum,
      bufferedMax,
      dropped: this.#dropped,
    };
  }

  welcome({ session }: StreamConnection): ServerMessage & { type: 'welcome' } {
    const { epoch } = this.app.deps.alerts;
    return { type: 'welcome', session, serverTime: new Date(this.app.now()).toISOString(), epoch, limits: LIMITS };
  }

  send(socket: Socket, message: string | Buffer, binary = false): SendResult {
    const result = socket.send(message, binary);
    if (result === 'sent' || result === 'buffered') this.#sentBytes += message.length;
    return result;
  }

  sendAll(socket: Socket, messages: readonly Uint8Array[], count: number): ReturnType<Socket['sendAll']> {
    const sent = socket.sendAll(messages, count);
    for (let i = 0; i < sent.taken; i++) this.#sentBytes += messages[i].length;
    return sent;
  }

  conflated(): void {
    this.#conflated++;
  }

  ended(reason: string): void {
    count(this.#dropped, reason);
  }

  forget(connection: StreamConnection): void {
    this.#connections.delete(connection);
  }

  /** Tells everybody to come back later, and ends. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#ticking);
    clearInterval(this.#watching);
    this.alerts.close();
    this.commands.close();
    for (const connection of [...this.#connections]) connection.end(CLOSE.restarting, 'restarting', 'restarting');
  }

  #open(socket: Socket, key: string | null, format: StreamFormat): StreamConnection {
    const known = key !== null && this.key.matches(key);
    const session = `s${(++this.#sessions).toString(36)}`;
    const connection = new StreamConnection(this, socket, { session, authenticated: known, format });
    this.#connections.add(connection);
    // Said after the upgrade, because a browser cannot read the status of a handshake that was refused.
    if (key !== null && !known) {
      queueMicrotask(() => connection.end(CLOSE.unauthenticated, 'unauthorized', 'a valid key is needed'));
    }
    return connection;
  }

  /** The next begins when its time has come, and not before the stream has rested as long as this one took. */
  async #tick(): Promise<void> {
    const begun = performance.now();
    try {
      await this.positions.tickInTurns();
    } catch (error) {
      this.app.deps.log.error({ err: error }, 'stream tick failed');
    }
    const took = performance.now() - begun;
    if (!this.#closed) this.#ticking = setTimeout(() => void this.#tick(), Math.max(TICK_MS - took, took));
  }

  #watch(): void {
    for (const connection of this.#connections) connection.watch();
  }
}

/** The key of the handshake: header, `?key=`, or sub-protocol; null where the first message is to bring it. */
function handshakeKey(request: Request, offered: readonly string[]): string | null {
  const protocol = offered.map((name) => KEY_PROTOCOL.exec(name)).find((match) => match !== null);
  return bearer(request) ?? new URLSearchParams(request.query).get('key') ?? protocol?.[1] ?? null;
}
