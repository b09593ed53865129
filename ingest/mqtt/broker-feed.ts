import { type BrokerMessage, OwnBroker, type OwnBrokerOptions } from '../../broker/own-broker.js';
import type { MqttStats } from '../../model/stats.js';
import type { Intake } from '../intake.js';
import { AckPipeline, type AckPipelineOptions } from './ack-pipeline.js';
import type { Outlet } from './outlet.js';
import type { MqttSource } from './source.js';

export interface BrokerFeedOptions extends Omit<OwnBrokerOptions, 'received'> {
  source: MqttSource;
  intake: Intake;
  whenAccepted: AckPipelineOptions<unknown>['whenAccepted'];
  /** Hears of each acknowledgement: how long, in ms, and of how many messages. */
  acknowledged: (ms: number, messages: number) => void;
}

/** After so many messages are held, those of clients that went are dropped. */
const HELD_CHECK = 1000;

/**
 * What comes to the broker of our own: the log has it before the publisher is acknowledged. No message is kept in between, and
 * none crosses a socket twice.
 */
export class BrokerFeed implements Outlet {
  readonly #source: MqttSource;
  readonly #pipeline: AckPipeline<() => void>;
  #broker!: OwnBroker;
  /** Read, and not taken for want of room: of each client that is here what aedes reads at once. */
  #held: { message: BrokerMessage; done: () => void }[] = [];

  static async start(options: BrokerFeedOptions): Promise<BrokerFeed> {
    const feed = new BrokerFeed(options);
    feed.#broker = await OwnBroker.start({ ...options, received: (message, done) => feed.#received(message, done) });
    return feed;
  }

  private constructor({ source, intake, whenAccepted, acknowledged }: BrokerFeedOptions) {
    this.#source = source;
    this.#pipeline = new AckPipeline<() => void>({
      intake,
      whenAccepted,
      release: (owed, ms) => {
        for (const done of owed) done();
        acknowledged(ms, owed.length);
      },
    });
    intake.onRoom(() => this.#goOn());
  }

  get port(): number {
    return this.#broker.port;
  }

  stats(): Pick<MqttStats, 'broker' | 'state' | 'detail' | 'clients' | 'refused' | 'unacknowledged'> {
    const { clients, refused } = this.#broker;
    const unacknowledged = this.#pipeline.owed + this.#held.length;
    return { broker: 'own', state: 'listening', detail: '', clients, refused: { ...refused }, unacknowledged };
  }

  publish(topic: string, payload: Uint8Array): Promise<'sent' | 'nobody'> {
    return this.#broker.publish(topic, Buffer.from(payload));
  }

  /** Closes every connection. What was not acknowledged by then, its publisher sends again. */
  close(): Promise<void> {
    this.#held = [];
    return this.#broker.close();
  }

  #received(message: BrokerMessage, done: () => void): void {
    if (this.#source.full) {
      if (this.#held.length === 0) this.#source.counts.pauses++;
      this.#held.push({ message, done });
      // Clients that tire of waiting come again with the same.
      if (this.#held.length % HELD_CHECK === 0) this.#held = this.#held.filter((held) => held.message.isAwaited());
      return;
    }
    const { topic, payload, address, repeated } = message;
    this.#source.take({ topic, payload, address, repeated, retained: false });
    this.#pipeline.owe(done);
  }

  #goOn(): void {
    const held = this.#held;
    this.#held = [];
    // In the order in which they came; those behind a log that is full again wait again.
    for (const { message, done } of held) if (message.isAwaited()) this.#received(message, done);
  }
}
