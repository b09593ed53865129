import type { Catalog } from '../model/catalog.js';
import type { Fleet } from '../model/fleet.js';
import { Position, positionJson } from '../model/position.js';
import type { PositionsOut } from '../model/stats.js';
import { fillTopic } from '../model/topic-pattern.js';
import type { Vehicle } from '../model/vehicle.js';
import { type Publish, topicLevel } from './mqtt-carrier.js';

/** Messages on their way to the broker at a time. */
const WINDOW = 64;

/** What may stand in braces in the topic. */
export const POSITION_TOPIC_NAMES = ['vehicleId', 'category', 'company', 'region'] as const;

export interface PositionPublisherOptions {
  /** With names of POSITION_TOPIC_NAMES in braces. */
  topic: string;
  /** A vehicle's position goes out at most so often, ms. */
  everyMs: number;
  fleet: Fleet;
  catalog: Catalog;
  publish: Publish;
  /** Hears each change once: the broker takes none, and why; or that it takes them again. */
  warn: (line: string) => void;
}

/**
 * Publishes the newest position of every vehicle that moved, one message each, again and again. What waits is the number of a
 * vehicle and not its positions: a broker that is slow or away gets the newest ones later, and never more than there are vehicles.
 */
export class PositionPublisher {
  readonly #o: PositionPublisherOptions;
  readonly #moved = new Set<number>();
  readonly #p = new Position(); // reused: its JSON is made at once
  readonly #timer: NodeJS.Timeout;
  #round: Promise<void> | null = null;
  #stopped = false;
  #published = 0;
  #failed = 0;
  #failing = false;

  constructor(options: PositionPublisherOptions) {
    this.#o = options;
    this.#timer = setInterval(() => {
      this.#round ??= this.#publishAll().finally(() => (this.#round = null));
    }, options.everyMs);
  }

  /** Numbers of vehicles whose row in the fleet changed. */
  moved(vehicleNos: Iterable<number>): void {
    for (const no of vehicleNos) this.#moved.add(no);
  }

  stats(): PositionsOut {
    return { published: this.#published, failed: this.#failed, waiting: this.#moved.size };
  }

  /** What waits is not published any more: the next fix of each vehicle is newer. */
  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#moved.clear();
  }

  async #publishAll(): Promise<void> {
    const due = [...this.#moved];
    for (let i = 0; i < due.length && this.#moved.size > 0; i += WINDOW) {
      const taken = await Promise.all(due.slice(i, i + WINDOW).map((no) => this.#publish(no)));
      // The others would fail too; they wait for the next round.
      if (taken.includes(false)) return;
    }
  }

  /** False where the broker did not take it: it waits on. */
  async #publish(no: number): Promise<boolean> {
    const { topic, fleet, catalog, publish } = this.#o;
    this.#moved.delete(no);
    const vehicle = catalog.vehicles.get(no);
    if (!vehicle || !fleet.hasFix(no)) return true;
    const text = JSON.stringify(positionJson(fleet.read(no, this.#p), vehicle.id));
    try {
      await publish(fillTopic(topic, topicLevels(vehicle)), Buffer.from(text));
      this.#published++;
      this.#tell(null);
      return true;
    } catch (error) {
      if (this.#stopped) return false; // the connection goes before we do
      this.#failed++;
      this.#moved.add(no);
      this.#tell((error as Error).message);
      return false;
    }
  }

  #tell(failure: string | null): void {
    if (failure !== null && !this.#failing) this.#o.warn(`mqtt: positions are not published: ${failure}`);
    else if (failure === null && this.#failing) this.#o.warn('mqtt: positions are published again');
    this.#failing = failure !== null;
  }
}

function topicLevels({
  id,
  category,
  company,
  region,
}: Vehicle): Record<(typeof POSITION_TOPIC_NAMES)[number], string> {
  return {
    vehicleId: topicLevel(id),
    category: topicLevel(category),
    company: topicLevel(company),
    region: topicLevel(region),
  };
}
