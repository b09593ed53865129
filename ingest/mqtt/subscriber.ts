import { setTimeout as pause } from 'node:timers/promises';
import { type BrokerAddress, connectBroker, type MqttClient, type PublishPacket } from '../../broker/connect.js';
import type { MqttStats } from '../../model/stats.js';
import type { Intake } from '../intake.js';
import { AckPipeline, type AckPipelineOptions } from './ack-pipeline.js';
import type { Outlet } from './outlet.js';
import type { MqttSource } from './source.js';

export interface SubscriberOptions {
  address: BrokerAddress;
  /** The same at every start: the broker keeps the session, with what was not acknowledged, under this name. */
  clientId: string;
  /** Members of a group share the messages between them (`$share/<group>/…`); null: every message comes here. */
  share: string | null;
  source: MqttSource;
  intake: Intake;
  whenAccepted: AckPipelineOptions<unknown>['whenAccepted'];
  /** Hears of each acknowledgement: how long, in ms, and of how many messages. */
  acknowledged: (ms: number, messages: number) => void;
  log(level: 'info' | 'warn', message: string): void;
}

/** Unacknowledged at once, where the broker lets us say so (MQTT 5). */
const RECEIVE_MAXIMUM = 10_000;
/** How long `close` waits for the log, and for the broker. */
const CLOSE_MS = 5_000;
const PUBACK = 0x40;
const PUBACK_BYTES = 4;
const NO_SUBSCRIBERS = 0x10;
const AT_LEAST_ONCE = 1;
/** From here on, a granted quality of service is a refusal. */
const REFUSED = 0x80;

/**
 * Our side of an outside broker: a kept session on which every message is acknowledged once what came of it is durable.
 *
 * The library acknowledges one message before it looks at the next, which is one flush for each. So it is told that a message
 * wants no acknowledgement, and the acknowledgements are ours: any number of messages wait for the same flush. While the log has
 * no room, nothing is read.
 */
export class Subscriber implements Outlet {
  readonly #o: SubscriberOptions;
  readonly #client: MqttClient;
  /** Host and port of the broker. */
  readonly #host: string;
  readonly #pipeline: AckPipeline<number>;
  /** Read, and not taken for want of room. */
  #held: { packet: PublishPacket; next: () => void } | null = null;
  /** Of our messages, the ids of those that the broker had nobody to give to. */
  readonly #unheard = new Set<number | undefined>();
  #closing = false;
  #state: 'connected' | 'away' | 'refused' = 'away';
  #detail = 'not connected yet';
  #connects = 0;

  /** Begins to connect; a broker that is away is waited for. Throws where a certificate cannot be read. */
  static async start(options: SubscriberOptions): Promise<Subscriber> {
    const { address, clientId } = options;
    const wishes = { clientId, keepSession: true, receiveMaximum: RECEIVE_MAXIMUM };
    return new Subscriber(options, await connectBroker(address, wishes));
  }

  private constructor(options: SubscriberOptions, client: MqttClient) {
    this.#o = options;
    this.#client = client;
    this.#host = new URL(options.address.url).host;
    this.#pipeline = new AckPipeline<number>({ ...options, release: (ids, ms) => this.#acknowledge(ids, ms) });
    options.intake.onRoom(() => this.#goOn());
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'publish' && packet.qos === AT_LEAST_ONCE) packet.qos = 0;
      // Whoever published gets the library's copy of its own message, and not this.
      else if (packet.cmd === 'puback' && packet.reasonCode === NO_SUBSCRIBERS) this.#unheard.add(packet.messageId);
    });
    client.handleMessage = (packet, next) => this.#message(packet, next);
    client.on('connect', ({ properties }) => this.#connected(properties?.sharedSubscriptionAvailable !== false));
    client.on('close', () => this.#gone());
    client.on('error', (error) => this.#trouble('away', error.message));
  }

  stats(): Pick<MqttStats, 'broker' | 'state' | 'detail' | 'unacknowledged' | 'connects'> {
    const [state, detail] = [this.#state, this.#detail];
    return { broker: 'outside', state, detail, unacknowledged: this.#pipeline.owed, connects: this.#connects };
  }

  publish(topic: string, payload: Uint8Array): Promise<'sent' | 'nobody'> {
    // The library would keep it until the broker is back, for as long as that takes.
    if (!this.#client.connected) return Promise.reject(new Error(`the broker is away: ${this.#detail}`));
    return new Promise((resolve, reject) => {
      this.#client.publish(topic, Buffer.from(payload), { qos: AT_LEAST_ONCE }, (error, packet) => {
        if (error) reject(error);
        else resolve(this.#unheard.delete(packet?.messageId) ? 'nobody' : 'sent');
      });
    });
  }

  /** Takes no more, acknowledges what was taken, and goes. What was not acknowledged comes again at the next start. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#goOn();
    await Promise.race([this.#pipeline.whenIdle(), pause(CLOSE_MS, undefined, { ref: false })]);
    const ended = this.#client.endAsync(!this.#client.connected);
    await Promise.race([ended, pause(CLOSE_MS, undefined, { ref: false })]);
  }

  #connected(sharedSubscriptions: boolean): void {
    this.#connects++;
    const { share, source, log } = this.#o;
    if (share !== null && !sharedSubscriptions) {
      this.#trouble('refused', 'the broker has no shared subscriptions: unset CHEJI_MQTT_SHARE');
      return;
    }
    const prefix = share === null ? '' : `$share/${share}/`;
    const topics = Object.fromEntries(
      // Retained messages are news on the first day only.
      source.routes.filters.map((filter) => [prefix + filter, { qos: AT_LEAST_ONCE, rh: 1 } as const]),
    );
    this.#client.subscribe(topics, (error, granted = []) => {
      const refused = granted.filter(({ qos }) => qos >= REFUSED).map(({ topic }) => topic);
      if (error || refused.length > 0) {
        this.#trouble('refused', error?.message ?? `the broker does not let us subscribe to ${refused.join(', ')}`);
        return;
      }
      this.#state = 'connected';
      this.#detail = '';
      log('info', `mqtt: connected to ${this.#host}`);
    });
  }

  #gone(): void {
    // What was not acknowledged on this connection comes again on the next.
    this.#pipeline.clear();
    this.#unheard.clear();
    this.#held = null;
    if (!this.#closing) this.#trouble('away', 'the connection was closed');
  }

  #trouble(state: 'away' | 'refused', detail: string): void {
    // Each new trouble once: the library tries again and again.
    if (this.#state === 'connected' || detail !== this.#detail) this.#o.log('warn', `mqtt: ${state}: ${detail}`);
    if (this.#state === 'connected' || detail !== 'the connection was closed') this.#detail = detail;
    this.#state = state;
  }

  #message(packet: PublishPacket, next: () => void): void {
    if (this.#o.source.full && !this.#closing) {
      this.#o.source.counts.pauses++;
      this.#held = { packet, next };
      return;
    }
    // While we go, what still comes is let pass: not acknowledged, it comes again.
    if (!this.#closing) this.#take(packet);
    next();
  }

  #goOn(): void {
    const held = this.#held;
    if (held === null) return;
    this.#held = null;
    this.#message(held.packet, held.next);
  }

  #take({ topic, payload, retain, dup, properties, messageId }: PublishPacket): void {
    this.#o.source.take({
      topic,
      payload: Buffer.isBuffer(payload) ? payload : Buffer.from(payload),
      retained: retain,
      repeated: dup,
      contentType: properties?.contentType,
      address: this.#host,
    });
    if (typeof messageId === 'number') this.#pipeline.owe(messageId); // of QoS 1
  }

  /** PUBACK is the same four bytes in 3.1.1 (§3.4) and, where all is well, in 5 (§3.4.2.1): written together. */
  #acknowledge(ids: readonly number[], ms: number): void {
    const bytes = Buffer.allocUnsafe(ids.length * PUBACK_BYTES);
    let at = 0;
    for (const id of ids) {
      bytes[at] = PUBACK;
      bytes[at + 1] = 2;
      bytes.writeUInt16BE(id, at + 2);
      at += PUBACK_BYTES;
    }
    this.#client.stream.write(bytes);
    this.#o.acknowledged(ms, ids.length);
  }
}
