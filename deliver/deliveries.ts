import type { AlertFeed } from '../alerts/log/feed.js';
import type { Alert } from '../model/alert.js';
import type { Backoff } from '../model/backoff.js';
import type { DeliveryCounts, DeliveryTotals } from '../model/webhook.js';
import type { Carrier } from './carrier.js';
import { DeadLetters } from './dead-letters.js';
import { Follower } from './follower.js';
import { type Place, Places, unkeptPlace } from './places.js';
import { Receiver } from './receiver.js';

export interface DeliveriesOptions {
  /** Where places and dead letters are kept. */
  dir: string;
  alerts: AlertFeed;
  /** Epoch ms. */
  clock: () => number;
  log: (line: string) => void;
  backoff?: Backoff;
}

export interface NewReceiver {
  /** Letters, digits, `.`, `_` and `-`: a file is named after it. The same over restarts. */
  name: string;
  way: DeliveryWay;
  carrier: Carrier;
  wants: (alert: Alert) => boolean;
  /** Where it begins, where no place of it is kept. */
  from: Place;
  paused: boolean;
  /** It knows itself what it has: where we are is not kept. */
  knowsItsPlace?: boolean;
  /** Waits between tries, where a try costs the receiver less than usual. */
  backoff?: Backoff;
}

export type DeliveryWay = 'webhook' | 'mqtt' | 'redis';

/** Everybody whom alerts are brought to: each a follower of the alert log with a place that outlives the process. */
export class Deliveries {
  readonly #followers = new Map<string, { way: DeliveryWay; follower: Follower }>();
  readonly #counts: Record<DeliveryWay, DeliveryCounts> = {
    webhook: noCounts(),
    mqtt: noCounts(),
    redis: noCounts(),
  };

  private constructor(
    readonly options: DeliveriesOptions,
    readonly places: Places,
  ) {}

  static async open(options: DeliveriesOptions): Promise<Deliveries> {
    return new Deliveries(options, await Places.open(options.dir, options.log));
  }

  async add({ name, way, carrier, wants, from, paused, knowsItsPlace, ...given }: NewReceiver): Promise<Follower> {
    const { alerts, dir, clock, log } = this.options;
    const follower = new Follower({
      log: alerts,
      carrier,
      wants,
      place: knowsItsPlace ? unkeptPlace(from) : this.places.keeper(name, from),
      deadLetters: await DeadLetters.open(dir, name, log),
      counts: this.#counts[way],
      paused,
      backoff: this.options.backoff ?? given.backoff,
      clock,
    });
    this.#followers.set(name, { way, follower });
    follower.start();
    return follower;
  }

  /** Null where there is none of the name. */
  receiver(name: string): Receiver | null {
    const follower = this.#followers.get(name)?.follower;
    return follower ? new Receiver(follower, this.options.alerts) : null;
  }

  /** Ends it, and forgets where it was and what was put aside for it. */
  async remove(name: string): Promise<void> {
    const follower = this.#followers.get(name)?.follower;
    this.#followers.delete(name);
    await follower?.stop();
    await follower?.deadLetters.close();
    await this.#forget(name);
  }

  /** Forgets those of the way that are not named: what a crash in the middle of `remove` has left. */
  async keepOnly(way: DeliveryWay, names: readonly string[]): Promise<void> {
    const others = this.places.receivers.filter((name) => name.startsWith(`${way}-`) && !names.includes(name));
    for (const name of others) await this.#forget(name);
  }

  async #forget(name: string): Promise<void> {
    await DeadLetters.forget(this.options.dir, name);
    this.places.delete(name);
  }

  totals(): Record<DeliveryWay, DeliveryTotals> {
    const totals = (way: DeliveryWay): DeliveryTotals => {
      const states = [...this.#followers.values()].filter((f) => f.way === way).map((f) => f.follower.state());
      return {
        ...this.#counts[way],
        receivers: states.length,
        open: states.filter(({ circuit }) => circuit !== 'closed').length,
        behind: Math.max(0, ...states.map(({ behind }) => behind)),
        letters: states.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
      };
    };
    return { webhook: totals('webhook'), mqtt: totals('mqtt'), redis: totals('redis') };
  }

  /** Breaks off what is on its way, and has every place on disk before it resolves. */
  async stop(): Promise<void> {
    const followers = [...this.#followers.values()].map(({ follower }) => follower);
    await Promise.all(followers.map((follower) => follower.stop()));
    await Promise.all(followers.map((follower) => follower.deadLetters.close()));
    await this.places.close();
  }
}

function noCounts(): DeliveryCounts {
  return { delivered: 0, failed: 0, dead: 0, gaps: 0 };
}
