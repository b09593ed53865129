import { ApiError } from '../errors.js';
import type { Socket, StreamHandler } from '../http.js';
import { VehicleFilter } from '../vehicle-filter.js';
import type { AlertSubscription } from './alerts.js';
import type { CommandSubscription } from './commands.js';
import type { StreamHub } from './hub.js';
import {
  type ClientMessage,
  readMessage,
  type SubscribeAlerts,
  type SubscribeCommands,
  type SubscribePositions,
  type SubscriptionId,
} from './messages.js';
import type { View } from './view.js';

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
const MAX_MESSAGE_BYTES = 16 * 1024;
const MESSAGES_PER_SECOND = 10;
const MESSAGE_BURST = 30;
const MAX_SUBSCRIPTIONS = 200;
/** A client with more than this waiting gets no positions until it has caught up. */
const POSITIONS_PAUSE_BYTES = 64 * 1024;

/** One client of the stream: who it is, what it has subscribed to, and how well it keeps up. */
export class StreamConnection implements StreamHandler {
  readonly #views = new Map<SubscriptionId, View>();
  readonly #alerts = new Map<SubscriptionId, AlertSubscription>();
  readonly #commands = new Map<SubscriptionId, CommandSubscription>();
  #authenticated: boolean;
  #ended = false;
  #openedAt: number;
  #heardAt: number;
  #pingedAt: number;
  #tokens = MESSAGE_BURST;
  #tokensAt: number;

  constructor(
    readonly hub: StreamHub,
    readonly socket: Socket,
    authenticated: boolean,
  ) {
    this.#authenticated = authenticated;
    this.#openedAt = this.#heardAt = this.#pingedAt = this.#tokensAt = performance.now();
  }

  get subscriptions(): number {
    return this.#views.size + this.#alerts.size + this.#commands.size;
  }

  message(text: string): void {
    if (this.#ended) return;
    this.#heardAt = performance.now();
    if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) {
      return this.end(CLOSE.tooLarge, 'message-too-large', `a message has at most ${MAX_MESSAGE_BYTES} bytes`);
    }
    if (!this.#takeToken())
      return this.end(CLOSE.rate, 'rate-limit', `at most ${MESSAGES_PER_SECOND} messages per second`);
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
      this.#send(JSON.stringify({ type: 'error', ...(id !== undefined && { id }), code, message }));
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
        this.#send('{"type":"pong"}');
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
    }
  }

  #authenticate(key: string): void {
    if (!this.hub.key.matches(key)) return this.end(CLOSE.unauthenticated, 'unauthorized', 'a valid key is needed');
    this.#authenticated = true;
    this.#send('{"type":"authenticated"}');
  }

  #demandFree(id: SubscriptionId): void {
    if (this.#views.has(id) || this.#alerts.has(id) || this.#commands.has(id)) {
      throw new ApiError(
        'conflict',
        `message.id: ${JSON.stringify(id)} is subscribed already; update or unsubscribe it`,
      );
    }
    if (this.subscriptions >= MAX_SUBSCRIPTIONS) {
      throw new ApiError('conflict', `at most ${MAX_SUBSCRIPTIONS} subscriptions on one connection`);
    }
  }

  #subscribePositions({ id, bbox, filter }: SubscribePositions): void {
    const view: View = {
      id,
      bbox,
      filter: new VehicleFilter(filter, this.hub.app.deps.catalog),
      port: {
        ready: () => this.#keepsUp(),
        send: (bytes) => this.#send(bytes),
      },
      mode: 'positions',
      count: 0,
      stale: true,
    };
    this.#send(JSON.stringify({ type: 'subscribed', id }));
    this.#views.set(id, view);
    this.hub.positions.add(view);
  }

  #subscribeAlerts({ id, filter, cursor }: SubscribeAlerts): void {
    const port = {
      send: (text: string) => this.hub.send(this.socket, text),
      cork: (writes: () => void) => this.socket.cork(writes),
      tooSlow: () => this.end(CLOSE.slow, 'slow-consumer', 'too slow for alerts; come back with the cursor'),
    };
    this.#alerts.set(id, this.hub.alerts.add(id, filter, cursor, port));
  }

  #subscribeCommands({ id, filter }: SubscribeCommands): void {
    const port = {
      send: (text: string) => this.hub.send(this.socket, text),
      tooSlow: () => this.end(CLOSE.slow, 'slow-consumer', 'too slow for commands; list them when you are back'),
    };
    this.#commands.set(id, this.hub.commands.add(id, filter, port));
  }

  #update({ id, bbox, filter }: Extract<ClientMessage, { op: 'update' }>): void {
    const view = this.#views.get(id);
    if (!view) throw new ApiError('not-found', `message.id: no positions are subscribed as ${JSON.stringify(id)}`);
    if (filter) {
      view.filter = new VehicleFilter(filter, this.hub.app.deps.catalog);
      if (bbox) view.bbox = bbox;
      this.hub.positions.refresh(view);
    } else if (bbox) {
      this.hub.positions.move(view, bbox);
    }
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
    this.#send(JSON.stringify({ type: 'unsubscribed', id }));
  }

  #keepsUp(): boolean {
    if (this.socket.buffered() <= POSITIONS_PAUSE_BYTES) return true;
    this.hub.conflated();
    return false;
  }

  #send(text: string | Buffer): boolean {
    const result = this.hub.send(this.socket, text);
    return result === 'sent' || result === 'buffered';
  }

  /** A bucket that holds a burst and fills at the allowed rate. */
  #takeToken(): boolean {
    const now = performance.now();
    this.#tokens = Math.min(MESSAGE_BURST, this.#tokens + ((now - this.#tokensAt) / 1000) * MESSAGES_PER_SECOND);
    this.#tokensAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
