import type { AlertFeed } from '../alerts/feed.js';
import type { AlertStream, StreamEntry } from '../redis/alert-stream.js';
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
      const end = await this.stream.append(epoch, oldestKept, batch.map(streamEntry));
      return end === null ? { taken: batch.length, failure: null } : { taken: 0, failure: null, goBackTo: end };
    } catch (error) {
      return { taken: 0, failure: { kind: 'outage', status: null, detail: (error as Error).message } };
    }
  }

  close(): void {
    this.stream.redis.disconnect();
  }
}

/** The message, and what is not in it of the step: only nodes show who said what. */
function streamEntry({ number, id, text, step }: Delivery): StreamEntry {
  if (!step) return { number, id, text, rest: '{}' };
  const { inputSeq, at, by, word } = step;
  return { number, id, text, rest: JSON.stringify({ inputSeq, at, by, word }) };
}
