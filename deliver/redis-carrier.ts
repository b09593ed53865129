import type { AlertFeed } from '../alerts/log/feed.js';
import type { AlertStream, StreamEntry } from '../redis/alert-stream.js';
import type { Carried, Carrier, Delivery } from './carrier.js';

/** Nobody may write for a while after Redis came back without what it had, so it is looked at, ms. */
const LOOK_MS = 2000;

export interface RedisCarrierOptions {
  alerts: AlertFeed;
  stream: AlertStream;
  /** Redis has taken more than this number, and ends there now. Without it nobody looks. */
  forgot?: (end: number) => void;
  /** Hears each change once: Redis takes nothing, and why; or that it takes everything again. */
  warn?: (line: string) => void;
}

/** Copies the alert log into Redis, every step of it; what Redis has lost it gets again. */
export class RedisCarrier implements Carrier {
  readonly window = 64;
  /** What keeps Redis from taking the log; null where nothing does. */
  failure: string | null = null;
  readonly #o: RedisCarrierOptions;
  readonly #looking: NodeJS.Timeout | undefined;
  /** Number of the last step that Redis has taken from us. */
  #end = 0;

  constructor(options: RedisCarrierOptions) {
    this.#o = options;
    if (options.forgot) this.#looking = setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  async carry(batch: readonly Delivery[]): Promise<Carried> {
    const { alerts, stream } = this.#o;
    try {
      const end = await stream.append(alerts.epoch, alerts.oldestKept, batch.map(streamEntry));
      this.#tell(null);
      this.#end = end ?? batch[batch.length - 1].number;
      return end === null ? { taken: batch.length, failure: null } : { taken: 0, failure: null, goTo: end };
    } catch (error) {
      const detail = stream.explain(error);
      this.#tell(detail);
      return { taken: 0, failure: { kind: 'outage', status: null, detail } };
    }
  }

  close(): void {
    clearInterval(this.#looking);
    this.#o.stream.redis.disconnect();
  }

  async #look(): Promise<void> {
    const { alerts, stream, forgot } = this.#o;
    const before = this.#end;
    try {
      const end = await stream.last(alerts.epoch);
      if (end < before) forgot?.(end);
    } catch {
      // It is away; the next step, or the next look, finds it again.
    }
  }

  #tell(failure: string | null): void {
    if (failure !== null && this.failure === null) this.#o.warn?.(`redis: does not take alerts: ${failure}`);
    else if (failure === null && this.failure !== null) this.#o.warn?.('redis: takes alerts again');
    this.failure = failure;
  }
}

/** The message, and what is not in it of the step: only nodes show who said what. */
function streamEntry({ number, id, text, step }: Delivery): StreamEntry {
  if (!step) return { number, id, text, rest: '{}' };
  const { inputSeq, at, by, word } = step;
  return { number, id, text, rest: JSON.stringify({ inputSeq, at, by, word }) };
}
