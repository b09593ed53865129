import { drawnAs } from '../../model/datum-shift.js';
import type { App } from '../app.js';
import { bboxFrom } from '../datum.js';
import type { KeyCheck } from '../http/auth.js';
import { ApiError } from '../http/errors.js';
import type { SendResult, Socket, StreamHandler } from '../http/socket.js';
import { VehicleFilter } from '../vehicles/vehicle-filter.js';
import type { AlertPort, AlertSubscription } from './alert-subscription.js';
import type { AlertsHub } from './alerts.js';
import type { CommandPort, CommandSubscription, CommandsHub } from './commands.js';
import { LIMITS } from './limits.js';
import {
  type ClientMessage,
  readMessage,
  type StreamFormat,
  type SubscribeAlerts,
  type SubscribeCommands,
  type SubscribePositions,
  type SubscriptionId,
} from './messages.js';
import type { PositionsHub } from './positions.js';
import { type ServerMessage, say } from './server-messages.js';
import type { View } from './view.js';
import { ViewBudget } from './view-budget.js';

/** Close codes (reliability §10). */
export const CLOSE = {
  unauthenticated: 4001,
  slow: 4008,
  tooLarge: 4013,
  rate: 4029,
  restarting: 1012,
} as const;

const AUTH_WITHIN_MS = 5000;
const PING_EVERY_MS = 25_000;
const DEAD_AFTER_MS = 60_000;

/** What a connection asks of the stream that it belongs to. */
export interface StreamHost {
  readonly app: App;
  readonly key: KeyCheck;
  readonly positions: PositionsHub;
  readonly alerts: AlertsHub;
  readonly commands: CommandsHub;
  /** What a client may do, for one that asks. */
  welcome(connection: StreamConnection): ServerMessage & { type: 'welcome' };
  /** Sends, and counts what was sent. */
  send(socket: Socket, message: string | Buffer, binary?: boolean): SendResult;
  sendAll(socket: Socket, messages: readonly Uint8Array[], count: number): ReturnType<Socket['sendAll']>;
  /** A slow client was spared a tick. */
  conflated(): void;
  /** A connection was ended by us; `reason` is the counter's label. */
  ended(reason: string): void;
  forget(connection: StreamConnection): void;
}

/** One client of the stream: who it is, what it has subscribed to, and how well it keeps up. */
export class StreamConnection implements StreamHandler {
  readonly #views = new Map<SubscriptionId, View>();
  readonly #alerts = new Map<SubscriptionId, AlertSubscription>();
  readonly #commands = new Map<SubscriptionId, CommandSubscription>();
  readonly #commandPort: CommandPort = {
    waiting: 0,
    send: (text: string) => this.hub.send(this.socket, text),
    tooSlow: () => this.end(CLOSE.slow, 'slow-consumer', 'too slow for commands; list them when you are back'),
  };
  /** For the log. */
  readonly session: string;
  /** Of positions, where a subscription does not say. */
  readonly format: StreamFormat;
  #authenticated: boolean;
  #ended = false;
  #openedAt: number;
  #heardAt: number;
  #pingedAt: number;
  #tokens: number = LIMITS.messageBurst;
  #tokensAt: number;

  constructor(
    readonly hub: StreamHost,
    readonly socket: Socket,
    given: { session: string; authenticated: boolean; format: StreamFormat },
  ) {
    this.session = given.session;
    this.format = given.format;
    this.#authenticated = given.authenticated;
    this.#openedAt = this.#heardAt = this.#pingedAt = this.#tokensAt = performance.now();
  }

  get subscriptions(): number {
    return this.#views.size + this.#alerts.size + this.#commands.size;
  }

  message(text: string): void {
    if (this.#ended) return;
    this.#heardAt = performance.now();
    if (Buffer.byteLength(text) > LIMITS.messageBytes) {
      return this.end(CLOSE.tooLarge, 'message-too-large', `a message has at most ${LIMITS.messageBytes} bytes`);
    }
    if (!this.#takeToken())
      return this.end(CLOSE.rate, 'rate-limit', `at most ${LIMITS.messagesPerSecond} messages per second`);
    let id: SubscriptionId | undefined;
    try {
      const message = readMessage(text, (seen) => (id = seen));
      if (message.op !== 'auth' && !this.#authenticated) {
        return this.end(CLOSE.unauthenticated, 'unauthorized', 'the first message must be {"op":"auth","key":…}');
      }
      this.#handle(message);
    } catch (error) {
      if (!this.#authenticated) return this.end(CLOSE.unauthenticated, 'unauthorized', 'a valid key is needed');
      if (!(error instanceof ApiError)) this.hub.app.deps.log.error({ err: error }, 'stream message failed');
      const { code, message } =
        error instanceof ApiError ? error : new ApiError('internal', 'something went wrong on our side');
      this.#send(say({ type: 'error', ...(id !== undefined && { id }), code, message }));
    }
  }

  pong(): void {
    this.#heardAt = performance.now();
  }

  drain(): void {
    for (const subscription of this.#alerts.values()) this.hub.alerts.drained(subscription);
    for (const subscription of this.#commands.values()) this.hub.commands.drained(subscription);
  }

  closed(): void {
    for (const view of this.#views.values()) this.hub.positions.remove(view);
    for (const subscription of this.#alerts.values()) this.hub.alerts.remove(subscription);
    for (const subscription of this.#commands.values()) this.hub.commands.remove(subscription);
    this.hub.forget(this);
  }

  /** Called about once a second: ends what is dead or never said who it is. */
  watch(): void {
    const now = performance.now();
    if (!this.#authenticated && now - this.#openedAt > AUTH_WITHIN_MS) {
      return this.end(CLOSE.unauthenticated, 'auth-timeout', 'no key within 5 seconds');
    }
    if (now - this.#heardAt > DEAD_AFTER_MS) return this.end(CLOSE.restarting, 'dead', 'no answer to pings');
    if (now - this.#pingedAt < PING_EVERY_MS) return;
    this.#pingedAt = now;
    this.socket.ping();
    for (const subscription of this.#alerts.values()) this.hub.alerts.tellPlace(subscription);
  }

  /** Says why, then closes; `reason` is the counter's label. */
  end(code: number, reason: string, message: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.hub.ended(reason);
    this.socket.end(code, message);
  }

  #handle(message: ClientMessage): void {
    switch (message.op) {
      case 'ping':
        this.#send(say({ type: 'pong' }));
        break;
      case 'hello':
        this.#send(say(this.hub.welcome(this)));
        break;
      case 'auth':
        this.#authenticate(message.key);
        break;
      case 'subscribe':
        this.#demandFree(message.id);
        if (message.channel === 'positions') this.#subscribePositions(message);
        else if (message.channel === 'alerts') this.#subscribeAlerts(message);
        else this.#subscribeCommands(message);
        break;
      case 'update':
        this.#update(message);
        break;
      case 'unsubscribe':
        this.#unsubscribe(message.id);
        break;
      case 'ack':
        this.#acknowledge(message);
        break;
    }
  }

  #authenticate(key: string): void {
    if (!this.hub.key.matches(key)) return this.end(CLOSE.unauthenticated, 'unauthorized', 'a valid key is needed');
    this.#authenticated = true;
    this.#send(say({ type: 'authenticated' }));
  }

  #demandFree(id: SubscriptionId): void {
    if (this.#views.has(id) || this.#alerts.has(id) || this.#commands.has(id)) {
      throw new ApiError(
        'conflict',
        `message.id: ${JSON.stringify(id)} is subscribed already; update or unsubscribe it`,
      );
    }
    if (this.subscriptions >= LIMITS.subscriptions) {
      throw new ApiError('conflict', `at most ${LIMITS.subscriptions} subscriptions on one connection`);
    }
  }

  #subscribePositions({ id, bbox, datum, filter, format = this.format, bytesPerSecond }: SubscribePositions): void {
    const budget = new ViewBudget(bytesPerSecond);
    const view: View = {
      id,
      port: {
        ready: () => this.#keepsUp() && budget.ready(),
        send: (bytes, binary) => {
          budget.spend(bytes.length);
          return this.#send(bytes, binary);
        },
      },
      audience: null,
      stale: true,
    };
    this.#send(say({ type: 'subscribed', id }));
    this.#views.set(id, view);
    this.hub.positions.add(view, {
      bbox: bboxFrom(datum, bbox),
      filter: new VehicleFilter(filter, this.hub.app.deps.catalog),
      format,
      datum: drawnAs(datum),
    });
  }

  #subscribeAlerts(wanted: SubscribeAlerts): void {
    const subscription = this.hub.alerts.add(wanted, new ConnectionAlertPort(this, wanted.id));
    // Known before it begins, which may end the connection.
    this.#alerts.set(wanted.id, subscription);
    this.hub.alerts.begin(subscription, wanted.cursor);
  }

  /** The subscription has ended, and the client is told why. */
  alertsEnded(id: SubscriptionId, { code, message }: ApiError): void {
    this.#alerts.delete(id);
    this.#send(say({ type: 'error', id, code, message }));
  }

  #subscribeCommands({ id, filter }: SubscribeCommands): void {
    this.#commands.set(id, this.hub.commands.add(id, filter, this.#commandPort));
  }

  #update({ id, bbox, filter }: Extract<ClientMessage, { op: 'update' }>): void {
    const view = this.#views.get(id);
    if (!view?.audience) {
      throw new ApiError('not-found', `message.id: no positions are subscribed as ${JSON.stringify(id)}`);
    }
    this.hub.positions.change(view, {
      ...(bbox && { bbox: bboxFrom(view.audience.sight.datum, bbox) }),
      ...(filter && { filter: new VehicleFilter(filter, this.hub.app.deps.catalog) }),
    });
  }

  #acknowledge({ id, cursor }: Extract<ClientMessage, { op: 'ack' }>): void {
    const alerts = this.#alerts.get(id);
    if (!alerts) throw new ApiError('not-found', `message.id: no alerts are subscribed as ${JSON.stringify(id)}`);
    this.hub.alerts.acknowledge(alerts, cursor);
  }

  #unsubscribe(id: SubscriptionId): void {
    const view = this.#views.get(id);
    const alerts = this.#alerts.get(id);
    const commands = this.#commands.get(id);
    if (view) this.hub.positions.remove(view);
    if (alerts) this.hub.alerts.remove(alerts);
    if (commands) this.hub.commands.remove(commands);
    if (!this.#views.delete(id) && !this.#alerts.delete(id) && !this.#commands.delete(id)) {
      throw new ApiError('not-found', `message.id: nothing is subscribed as ${JSON.stringify(id)}`);
    }
    this.#send(say({ type: 'unsubscribed', id }));
  }

  #keepsUp(): boolean {
    if (this.socket.buffered() <= LIMITS.positionsPauseBytes) return true;
    this.hub.conflated();
    return false;
  }

  #send(message: string | Buffer, binary = false): boolean {
    const result = this.hub.send(this.socket, message, binary);
    return result === 'sent' || result === 'buffered';
  }

  /** A bucket that holds a burst and fills at the allowed rate. */
  #takeToken(): boolean {
    const now = performance.now();
    this.#tokens = Math.min(
      LIMITS.messageBurst,
      this.#tokens + ((now - this.#tokensAt) / 1000) * LIMITS.messagesPerSecond,
    );
    this.#tokensAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

/** A class and not an object of functions: one is walked for each client that an alert is told to. */
class ConnectionAlertPort implements AlertPort {
  readonly #hub: StreamHost;
  readonly #socket: Socket;

  constructor(
    readonly connection: StreamConnection,
    readonly id: SubscriptionId,
  ) {
    this.#hub = connection.hub;
    this.#socket = connection.socket;
  }

  send(message: string): SendResult {
    return this.#hub.send(this.#socket, message);
  }

  sendAll(messages: readonly Uint8Array[], count: number): ReturnType<Socket['sendAll']> {
    return this.#hub.sendAll(this.#socket, messages, count);
  }

  tooSlow(): void {
    this.connection.end(CLOSE.slow, 'slow-consumer', 'too slow for alerts; come back with the cursor');
  }

  failed(error: ApiError): void {
    this.connection.alertsEnded(this.id, error);
  }

  unreadable(): void {
    this.connection.end(CLOSE.restarting, 'log-unreadable', 'the alert log cannot be read; come back with the cursor');
  }
}
