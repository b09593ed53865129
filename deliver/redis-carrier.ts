import type { AlertFeed } from '../alerts/feed.js';
import type { AlertStream } from '../redis/alert-stream.js';
import type { Carried, Carrier, Delivery } from './carrier.js';

/** Copies the alert log into Redis, every step of it; what Redis has lost it gets again. */
export class RedisCarrier implements Carrier {
  readonly window = 64;

  constructor(
    readonly alerts: AlertFeed,
    readonly stream: AlertStream,
  ) {}

  async carry(batch: readonly Delivery[]): Promise<Carried> {
    const { epoch, oldestKept } = this.alerts;
    try {
      const end = await this.stream.append(epoch, oldestKept, batch);
      return end === null ? { taken: batch.length, failure: null } : { taken: 0, failure: null, goBackTo: end };
    } catch (error) {
      return { taken: 0, failure: { kind: 'outage', status: null, detail: (error as Error).message } };
    }
  }

  close(): void {
    this.stream.redis.disconnect();
  }
}
